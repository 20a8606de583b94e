"""Where tokens come from: a file, the vendor's cloud, or whatever else implements this."""

from __future__ import annotations

from typing import Protocol

from openvoy.errors import OpenvoyError


class TokenSource(Protocol):
    """Gives the token of a gateway, and renews it where it can."""

    async def fetch_token(self, serial: str, *, refused: str | None = None) -> str:
        """Give the token to use now for the gateway of this serial number; quick unless it has to be renewed.

        `refused` is a token that the gateway has just refused, or would since its time is over: another one is given,
        or CredentialRejected, which then says all there is to say, or CloudUnavailable raised.
        """
        ...

    def find_trouble(self) -> OpenvoyError | None:
        """Say what will end in a login that fails although it still works, None where nothing will."""
        ...

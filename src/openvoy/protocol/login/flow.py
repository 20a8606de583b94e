"""What every login flow offers, and the flow that needs no login."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

from openvoy.errors import EndpointRefused
from openvoy.protocol.http import Request, Response
from openvoy.protocol.status import is_refused

Flow = Generator[Request, Response, Response]
"""Yields the requests to send, is sent their responses, returns the reply to the first request."""


class Login(Protocol):
    """How requests to one gateway prove who asks. It remembers what it learnt, so it belongs to one gateway."""

    def flow(self, request: Request) -> Flow:
        """Carry one request through the login.

        Raises CredentialRejected where the login is wrong, EndpointRefused where only this request is not for it.
        """
        ...


class NoLogin:
    """For gateways that ask for none."""

    def flow(self, request: Request) -> Flow:
        """Send the request as it is."""
        response = yield request
        if is_refused(response):
            raise EndpointRefused(
                f"The gateway refuses {request.path}, though its firmware asks for no login.",
                hint="Nothing needs to be done; this part of the data is left out.",
            )
        return response

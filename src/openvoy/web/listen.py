"""By which names the service may be called, and who may reach it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from openvoy.errors import ConfigError
from openvoy.settings.listen import Listen, is_loopback, parse_address

_HOST_HEADER = re.compile(r"(?P<host>\[[0-9a-fA-F:.%]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class HostRule:
    """Which Host headers are answered.

    A page of another site can make a browser call this service under a name of its own (DNS rebinding); such a call
    carries that name, and nobody can rebind an address.
    """

    names: frozenset[str]
    has_any_address: bool

    def allows(self, header: str | None) -> bool:
        """Whether a request with this Host header is meant for this service."""
        match = _HOST_HEADER.fullmatch(header or "")
        if match is None:
            return False
        host = match["host"].strip("[]").rstrip(".").lower()
        if is_loopback(host) or host in self.names:
            return True
        return self.has_any_address and parse_address(host) is not None


def build_host_rule(listen: Listen, names: Sequence[str] = ()) -> HostRule:
    """Allow loopback, the address listened at (all addresses for a wildcard), and the names of the configuration."""
    known = {name.rstrip(".").lower() for name in (listen.host, *names)}
    return HostRule(frozenset(known), listen.is_wildcard)


def check_protected(listen: Listen, *, is_protected: bool) -> None:
    """Refuse to offer a service without accounts to other machines unless that is wanted."""
    if not listen.is_loopback and not is_protected:
        raise ConfigError(
            f"At {listen} other machines could reach the dashboard, which asks nobody for a password yet.",
            hint="Start it at 127.0.0.1 first and set a password under Settings, or run `openvoy account set owner`; "
            "or, where everybody on the network may see everything, set allow_unprotected = true under [web].",
        )

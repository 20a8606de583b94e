"""Where the service listens, and by which names it may be called."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from openvoy.errors import ConfigError

_ADDRESS = re.compile(r"(?P<host>\[[^\]]+\]|[^:\[\]\s/@]+):(?P<port>\d{1,5})")
_HOST_HEADER = re.compile(r"(?P<host>\[[0-9a-fA-F:.%]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """An address to listen at; port 0 lets the system choose one."""

    host: str
    """Name or address, IPv6 without brackets."""
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://{self}/"

    @property
    def is_loopback(self) -> bool:
        """Only programs of this machine reach it."""
        return is_loopback(self.host)

    @property
    def is_wildcard(self) -> bool:
        """It is reached at every address of this machine."""
        address = _parse_address(self.host)
        return address is not None and address.is_unspecified


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
        return self.has_any_address and _parse_address(host) is not None


def build_host_rule(listen: Listen, names: Sequence[str] = ()) -> HostRule:
    """Allow loopback, the address listened at (all addresses for a wildcard), and the names of the configuration."""
    known = {name.rstrip(".").lower() for name in (listen.host, *names)}
    return HostRule(frozenset(known), listen.is_wildcard)


def parse_listen(text: str) -> Listen:
    """Parse `127.0.0.1:8400`, `[::1]:8400` or `localhost:0`; raise ConfigError."""
    match = _ADDRESS.fullmatch(text.strip())
    port = int(match["port"]) if match else MAX_PORT + 1
    if match is None or port > MAX_PORT:
        raise ConfigError(f"'{text}' is not an address to listen at.", hint="Write host:port, such as 127.0.0.1:8400.")
    return Listen(host=match["host"].strip("[]"), port=port)


def check_protected(listen: Listen, *, allow_unprotected: bool) -> None:
    """Refuse to offer an unprotected service to other machines unless that is wanted."""
    if not listen.is_loopback and not allow_unprotected:
        raise ConfigError(
            f"At {listen} other machines could reach the dashboard, which asks nobody for a password yet.",
            hint="Listen at 127.0.0.1 and reach it through a tunnel or a reverse proxy with login; or, where everybody "
            "on the network may see everything, set allow_unprotected = true under [web].",
        )


def is_loopback(host: str) -> bool:
    """Whether a name or address always means this machine."""
    address = _parse_address(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _parse_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None

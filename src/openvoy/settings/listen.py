"""Addresses to listen at, and what is only reached from this machine."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from openvoy.errors import ConfigError

_ADDRESS = re.compile(r"(?P<host>\[[^\]]+\]|[^:\[\]\s/@]+):(?P<port>\d{1,5})")
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """An address to listen at; port 0 lets the system choose one."""

    host: str
    """Name or address, IPv6 without brackets."""
    port: int
    has_tls: bool = False

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"{'https' if self.has_tls else 'http'}://{self}/"

    @property
    def is_loopback(self) -> bool:
        """Only programs of this machine reach it."""
        return is_loopback(self.host)

    @property
    def is_wildcard(self) -> bool:
        """It is reached at every address of this machine."""
        address = parse_address(self.host)
        return address is not None and address.is_unspecified


def parse_listen(text: str) -> Listen:
    """Parse `127.0.0.1:8400`, `[::1]:8400` or `localhost:0`; raise ConfigError."""
    match = _ADDRESS.fullmatch(text.strip())
    port = int(match["port"]) if match else MAX_PORT + 1
    if match is None or port > MAX_PORT:
        raise ConfigError(f"'{text}' is not an address to listen at.", hint="Write host:port, such as 127.0.0.1:8400.")
    return Listen(host=match["host"].strip("[]"), port=port)


def is_loopback(host: str) -> bool:
    """Whether a name or address always means this machine."""
    address = parse_address(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def parse_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Parse an IP address; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None

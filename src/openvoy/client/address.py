"""Where a gateway is: what people write, as host, port and scheme."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from openvoy.errors import ConfigError

DEFAULT_PORTS = {"https": 443, "http": 80}

_HOST = re.compile(r"[\w.-]+|[0-9A-Fa-f:.]+(%[\w.-]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One place to send requests to."""

    scheme: str
    """http or https."""
    host: str
    """Name or address, an IPv6 address without brackets."""
    port: int

    @property
    def place(self) -> str:
        """Host and port, as people read them and pins are kept by."""
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def url(self) -> str:
        """Base of all URLs, without a slash at its end."""
        return f"{self.scheme}://{self.place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What was said about where a gateway is; None is not said."""

    host: str
    port: int | None = None
    scheme: str | None = None

    def __str__(self) -> str:
        return self.host if self.port is None else f"{_bracketed(self.host)}:{self.port}"

    @property
    def written(self) -> str:
        """As people write it, with its scheme where that was said."""
        if self.scheme is None:
            return str(self)
        return f"{self.scheme}://{_bracketed(self.host) if self.port is None else self}"

    def origins(self) -> tuple[Origin, ...]:
        """Give the places to try, in their order: https first, then http as firmware before 7 speaks it."""
        schemes = ("https", "http") if self.scheme is None else (self.scheme,)
        return tuple(self.origin(scheme) for scheme in schemes)

    def origin(self, scheme: str) -> Origin:
        """Give the place for one scheme."""
        port = DEFAULT_PORTS[scheme] if self.port is None else self.port
        return Origin(scheme=scheme, host=self.host, port=port)


def parse_address(text: str) -> Address:
    """Parse a name, an address, [v6], host:port or a URL, whose path is ignored; else raise ConfigError."""
    text = text.strip()
    is_bare_v6 = text.count(":") > 1 and "[" not in text and "/" not in text
    if not text.isprintable():
        raise _unusable(text, "it has characters that cannot be seen")
    try:
        parts = urlsplit(text if "://" in text else f"//[{text}]" if is_bare_v6 else f"//{text}")
        scheme, host, port = parts.scheme or None, parts.hostname, parts.port
    except ValueError as error:
        raise _unusable(text, str(error)) from None
    reason = _defect(parts, scheme, host, port)
    if host is None or reason is not None:
        raise _unusable(text, reason or "there is no host in it")
    return Address(host=host, port=port, scheme=scheme)


def redirected(origin: Origin, location: str) -> Origin | None:
    """Read a redirect from http to https as "speak https here": the same host, whatever the gateway calls itself.

    Some builds lead to https://localhost/; a port counts only where the host is the same.
    """
    try:
        parts = urlsplit(location)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if origin.scheme != "http" or parts.scheme != "https":
        return None
    same = port if host == origin.host and port is not None else DEFAULT_PORTS["https"]
    return Origin(scheme="https", host=origin.host, port=same)


def _defect(parts: SplitResult, scheme: str | None, host: str | None, port: int | None) -> str | None:
    if scheme not in (None, "http", "https"):
        return "only http and https are spoken"
    if parts.username is not None or parts.password is not None:
        return "user and password do not belong there"
    if port == 0:
        return "there is no port 0"
    return _defect_of_host(host)


def _defect_of_host(host: str | None) -> str | None:
    if host is None or not _HOST.fullmatch(host):
        return "that is no host"
    if host.rpartition(".")[2].isdecimal() and not _is_v4(host):
        return "four numbers from 0 to 255 belong there"
    try:
        host.encode("idna")
    except UnicodeError:
        return "that is no host name"
    return None


def _is_v4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _unusable(text: str, reason: str) -> ConfigError:
    shown = text.rpartition("@")[2][:80]
    return ConfigError(
        f"{shown!r} is no address of a gateway: {reason}.",
        hint="Give a name, an address, host:port or a URL, such as envoy.local, 192.168.1.5:8443 or https://[fd00::5].",
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

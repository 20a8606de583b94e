"""Who is notified: an address of one of the known kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from openvoy.errors import ConfigError

PORTS: Mapping[str, int] = {"ntfy": 80, "ntfys": 443, "smtp": 587, "smtps": 465, "http": 80, "https": 443}
EXAMPLES = "ntfys://ntfy.example/topic, smtp://user@mail.example:587?to=me@mail.example or https://host/hook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A receiver of notifications."""

    scheme: str
    host: str
    port: int
    path: str = ""
    query: str = ""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    """From the address itself; one of the settings comes first."""
    to: tuple[str, ...] = ()
    """Addresses of e-mail."""
    sender: str = ""

    @property
    def authority(self) -> str:
        """Host and port as they stand in an address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Show it without what lets others read or send: topics, paths and passwords are secrets."""
        return f"{self.scheme}://{self.authority}"


def parse_target(text: str) -> Target:
    """Parse an address; raise ConfigError."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if not host or parts.scheme not in PORTS:
        raise ConfigError("The url is no address that can be notified.", hint=f"Write {EXAMPLES}.")
    target = Target(
        scheme=parts.scheme,
        host=host,
        port=PORTS[parts.scheme] if port is None else port,
        path=parts.path,
        query=parts.query,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        to=_addresses(parts, "to"),
        sender=next(iter(_addresses(parts, "from")), ""),
    )
    return _check(target)


def _addresses(parts: SplitResult, name: str) -> tuple[str, ...]:
    if not parts.scheme.startswith("smtp"):
        return ()
    values = parse_qs(parts.query).get(name, [])
    return tuple(one.strip() for value in values for one in value.split(",") if one.strip())


def _check(target: Target) -> Target:
    if target.scheme.startswith("ntfy") and not target.path.strip("/"):
        raise ConfigError("The url names no topic.", hint="Write ntfys://ntfy.example/topic.")
    if target.scheme.startswith("smtp"):
        if not target.to or not all(_is_address(one) for one in (*target.to, target.sender or "a@b")):
            raise ConfigError("The url does not say who gets the e-mail.", hint=f"Write {target}?to=me@mail.example.")
        if set(parse_qs(target.query)) - {"to", "from"}:
            raise ConfigError("The url has more than to and from.", hint=f"Write {target}?to=me@mail.example.")
    return target


def _is_address(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(name and at and host) and text.isprintable() and not set(text) & set(" <>,\r\n")

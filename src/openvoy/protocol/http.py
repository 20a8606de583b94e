"""Requests and responses as plain values, so that login flows and reading plans run without a network.

Headers and bodies carry logins, so no repr shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to a gateway; `path` starts with / and holds the query."""

    method: str = "GET"
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def is_reading(self) -> bool:
        """Whether it changes nothing; everything else is sent once, whatever comes of it."""
        return self.method in {"GET", "HEAD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One reply; header names are in lower case, of repeated headers the last one counts except cookies."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    raw_headers: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)
    """As they came: in their order and spelling, repeated ones too; empty where that is not known."""
    elapsed_s: float = 0.0
    """From the first byte sent to the last byte received."""

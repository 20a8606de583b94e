"""Who calls, and what a call needs."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Right(IntEnum):
    """What an account, a key or a link may do; a higher one may all that a lower one may."""

    NOBODY = 0
    VIEWER = 1
    """Looks at everything except settings with secrets, and changes nothing."""
    OWNER = 2
    """Changes settings, controls the gateway, manages accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sent a request."""

    name: str
    """Of the account or key; "" for nobody."""
    right: Right
    via: str
    """`session`, `key`, `link`, `proxy`, or `open` while there are no accounts."""


NOBODY = Caller(name="", right=Right.NOBODY, via="open")
WRONG_KEY = Caller(name="", right=Right.NOBODY, via="key")
"""A program whose key was revoked, mistyped, or made by another installation."""
OPEN_OWNER = Caller(name="owner", right=Right.OWNER, via="open")
"""Everybody who reaches a service without accounts: it is only reached from this machine."""
OPEN_VIEWER = Caller(name="viewer", right=Right.VIEWER, via="open")
"""Everybody from other machines where the configuration lets them in unprotected."""


_OF_PROXIES = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-proto", "x-forwarded-host", "via")
"""Headers that a proxy adds, each alone where it is set up sparingly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What a request shows of its sender."""

    address: str = ""
    """Of the other end of the connection."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By names in small letters; values of one that stands there more than once are lines."""
    session: MutableMapping[str, Any] = field(default_factory=dict, repr=False)
    """What the browser was given to show again; changes to it are sent with the reply."""

    @property
    def is_forwarded(self) -> bool:
        """Whether a proxy speaks for somebody else: its own address then says nothing."""
        return any(name in self.headers for name in _OF_PROXIES)

    @property
    def bearer(self) -> str | None:
        """The key in the Authorization header."""
        return read_bearer(self.headers.get("authorization", ""))


def read_bearer(authorization: str) -> str | None:
    """Give the key that an Authorization header shows; None where it shows something else, such as a password."""
    scheme, _, value = authorization.partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None

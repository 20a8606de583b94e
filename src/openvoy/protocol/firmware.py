"""Firmware versions and what follows from them. Compared as integers: 8.2.4264 is newer than 8.2.127."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import total_ordering


@total_ordering
@dataclass(frozen=True, slots=True)
class Firmware:
    """A version such as D8.2.4345: build class letter and numbers."""

    numbers: tuple[int, ...]
    build_class: str = ""

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers))

    def __lt__(self, other: Firmware) -> bool:
        return self.numbers < other.numbers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Firmware) and self.numbers == other.numbers

    def __hash__(self) -> int:
        return hash(self.numbers)


def parse_firmware(text: str) -> Firmware:
    """Parse `D8.2.4345`, `R4.10.35`, `7.6.175` or a firmware number followed by a build note."""
    match = re.match(r"\s*([A-Za-z]?)(\d{1,9}(?:\.\d{1,9})*)", text)
    if match is None:
        return Firmware(())
    return Firmware(tuple(int(number) for number in match[2].split(".")), match[1].upper())


class LoginKind(Enum):
    """How a generation of gateways wants to be asked."""

    NONE = "none"
    """3.x before 3.9: everything readable is open."""
    DIGEST = "digest"
    """3.9 to 6.x: user and password, by HTTP digest."""
    TOKEN = "token"  # noqa: S105 - the name of a scheme
    """7.0 and later: a token from the vendor's cloud."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one gateway can do, from its identity page."""

    serial: str
    part_number: str | None
    firmware: Firmware
    metered: bool
    """The board can carry current transformers (they may still be unused, or the old page does not say)."""
    login: LoginKind

    @property
    def secure(self) -> bool:
        """HTTPS only; older gateways speak plain HTTP only."""
        return self.login is LoginKind.TOKEN

    @property
    def has_keep_alive(self) -> bool:
        """The old server closes after each reply, or resets a connection that is used again."""
        return self.firmware.numbers[:1] >= (7,)

"""How an endpoint is declared: one value says all that client, virtual gateway, docs and tests need."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from openvoy import codec
from openvoy.errors import BadPayload
from openvoy.protocol.firmware import Firmware

T = TypeVar("T")


ANY_FIRMWARE = Firmware(())


class Poll(Enum):
    """How often an endpoint is worth asking, in the terms of a household."""

    LIVE = "live"
    """Current-transformer values, new every second."""
    BRISK = "brisk"
    """Batteries' power, on which the house load depends."""
    MINUTE = "minute"
    """Relay, contacts and totals of batteries, new within a minute."""
    FIVE_MINUTES = "five_minutes"
    """Panels: they report every 5 to 15 minutes."""
    HOURLY = "hourly"
    """Settings, inventory, tariff, and what is slow to answer."""
    ON_DEMAND = "on_demand"
    """Only when a person or a program asks."""


class Role(IntEnum):
    """Least login level, as token firmware checks it."""

    NONE = 0
    ANYBODY = 1
    OWNER = 2
    PROVISIONING = 3
    SUPPORT = 4
    INSTALLER = 6


class Handler(Enum):
    """What answers inside the gateway; it decides speed and headers."""

    NATIVE = "native"
    """A process per module: 0.02 to 0.4 s, no Content-Type from 7.0 on."""
    EMUWEB = "emuweb"
    """/api/v1: as fast, with Content-Type."""
    SCRIPTED = "scripted"
    """The local web pages: 1 to 11 s, one at a time, chunked."""


@dataclass(frozen=True, slots=True)
class Decoded(Generic[T]):
    """A reply as typed value, with what had to be dropped from it."""

    value: T
    defects: tuple[codec.DecodeError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Endpoint(Generic[T]):
    """One endpoint of the gateway's local API."""

    name: str
    """Unique, in the words of this project, such as `meter_readings`."""
    path: str
    """With query where one belongs to it; `{name}` stands for a part that the caller fills in, see `at`."""
    summary: str
    """One line for the reference."""
    reply: Any
    """The wire struct of a good reply."""
    poll: Poll
    role: Role = Role.OWNER
    write_role: Role | None = None
    """Least login level of the methods that change something, where it is another."""
    handler: Handler = Handler.NATIVE
    since: Firmware = ANY_FIRMWARE
    """First firmware that is known to have it."""
    until: Firmware | None = None
    """First firmware that no longer has it."""
    methods: tuple[str, ...] = ("GET",)
    request: Any = None
    """The wire struct of a request body, where a method takes one."""
    is_stream: bool = False
    """Server-sent events without end; `reply` is one of them."""
    is_acting: bool = False
    """A GET does more than answer: it measures, or stores something."""
    digest_free: bool = True
    """Firmware before 7 answers it without login."""
    parse: Callable[[bytes], Decoded[T]] | None = None
    """For replies that are not JSON."""
    render: Callable[[T], bytes] | None = None
    """The way back, for the same replies."""

    def at(self, **parts: str | int) -> Endpoint[T]:
        """Give the endpoint with the parts of its path filled in."""
        return replace(self, path=self.path.format(**{name: quote(str(part), safe="") for name, part in parts.items()}))

    def role_for(self, method: str) -> Role:
        """Give the least login level of a method."""
        return self.role if method in {"GET", "HEAD"} or self.write_role is None else self.write_role

    def exists_in(self, firmware: Firmware) -> bool:
        """Whether a gateway of this firmware is expected to have it."""
        return self.since <= firmware and (self.until is None or firmware < self.until)

    def decode(self, body: bytes) -> Decoded[T]:
        """Decode a reply; raise BadPayload where nothing of it can be used."""
        try:
            if self.parse is not None:
                return self.parse(body)
            self._check_no_error(body)
            return Decoded(*codec.decoder(self.reply)(body))
        except codec.DecodeError as error:
            raise BadPayload(
                f"{self.path}: {error.reason} (at {error.json_path}, {_kind_of(body)})",
                endpoint=self.name,
                json_path=error.json_path,
                hint="The reply is skipped; should it stay so, this firmware speaks a dialect new to Openvoy.",
            ) from error

    def _check_no_error(self, body: bytes) -> None:
        if _ERROR_OBJECT.match(body) and "error" not in getattr(self.reply, "__struct_fields__", ()):
            raise codec.DecodeError("an error in the place of a reply")

    def encode(self, value: T) -> bytes:
        """Encode a reply as the gateway would."""
        return codec.encode_json(value) if self.render is None else self.render(value)


XML_STARTS = (b"<?xml", b"<envoy_info")
"""How the pages of a gateway begin that are XML."""
_ERROR_OBJECT = re.compile(rb'\s*\{\s*"err(or)?"\s*:')
"""Some modules say with status 200 that they could not."""


def _kind_of(body: bytes) -> str:
    start = body.lstrip()
    if not start:
        return "an empty reply"
    if start.startswith(XML_STARTS):
        return f"{len(body)} bytes of XML"
    return "an HTML page" if start[:1] == b"<" else f"{len(body)} bytes"

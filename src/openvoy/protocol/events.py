"""Server-sent events: pieces of a reply without end, put together (WHATWG HTML, "Server-sent events")."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.errors import BadPayload

MAX_EVENT_BYTES = 4 * 2**20
"""The longest event is a power-line spectrum of some 300 kB; this leaves room and protects memory."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `name` is empty where the stream names none."""

    name: str
    data: bytes


class EventParser:
    """Puts events together from pieces of any size; several come at once where the gateway sends in bursts."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[Event]:
        """Take a piece; give the events that it completes. Raise BadPayload for an event that does not end."""
        buffer = (self._rest + piece).replace(b"\r\n", b"\n")
        # A carriage return at the end may be the first half of a line's end.
        held = b"\r" if buffer.endswith(b"\r") else b""
        *blocks, rest = buffer.removesuffix(held).replace(b"\r", b"\n").split(b"\n\n")
        self._rest = rest + held
        if len(self._rest) > MAX_EVENT_BYTES:
            raise BadPayload(
                f"An event of the stream is longer than {MAX_EVENT_BYTES // 2**20} MiB.",
                hint="No stream of a gateway has that much to say at once: check that this address is a gateway's.",
            )
        return [event for event in map(_parse, blocks) if event is not None]


def _parse(block: bytes) -> Event | None:
    """Parse the lines of one event; None for a comment, as some servers send to keep a connection alive."""
    name, data = "", []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode("utf-8", "replace")
    return Event(name, b"\n".join(data)) if data else None

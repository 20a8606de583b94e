from __future__ import annotations

import pytest

from openvoy.errors import BadPayload
from openvoy.protocol.events import MAX_EVENT_BYTES, Event, EventParser


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_events_come_together_from_pieces_of_any_size(size: int, end: bytes) -> None:
    text = end.join([b"data: {}", b"", b": still here", b"", b"event: config", b"data:1", b"data: 2", b"", b"data: 3"])
    parser = EventParser()
    events = [event for at in range(0, len(text), size) for event in parser.feed(text[at : at + size])]
    assert events == [Event("", b"{}"), Event("config", b"1\n2")]
    assert parser.feed(end + end) == [Event("", b"3")]


def test_an_event_without_end_is_refused() -> None:
    parser = EventParser()
    assert parser.feed(b"x" * MAX_EVENT_BYTES) == []
    with pytest.raises(BadPayload, match="longer than"):
        parser.feed(b"x")

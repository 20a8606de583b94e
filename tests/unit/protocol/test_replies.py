"""What is derived from replies follows them: built once, and anew when what it looked at has changed."""

from __future__ import annotations

import pytest

from openvoy.errors import EndpointMissing, GatewayTimeout
from openvoy.protocol.endpoint import Decoded
from openvoy.protocol.endpoints.meters import METERS, MeterInfo
from openvoy.protocol.endpoints.production import PRODUCTION_V1, ProductionTotals
from openvoy.protocol.replies import Replies

CALLS: list[str] = []


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLS.clear()


def _count(replies: Replies) -> int:
    CALLS.append("count")
    meters = replies.value(METERS)
    return 0 if meters is None else len(meters)


def _text(replies: Replies, unit: str) -> str:
    CALLS.append("text")
    return f"{replies.derive(_count)} {unit}"


def _is_absent(replies: Replies) -> bool:
    CALLS.append("absent")
    return replies.is_absent(METERS)


def _is_asked(replies: Replies) -> bool:
    CALLS.append("asked")
    return METERS in replies


def _meters(*eids: int) -> Decoded[tuple[MeterInfo, ...]]:
    return Decoded(tuple(MeterInfo(eid=eid) for eid in eids))


def test_it_is_built_once_while_nothing_it_looked_at_changes() -> None:
    replies = Replies()
    replies.note(METERS, _meters(1, 2))
    assert replies.derive(_text, "meters") == "2 meters"
    replies.note(PRODUCTION_V1, Decoded(ProductionTotals()))
    replies.note(METERS, _meters(1, 2))  # the same reply once more
    assert replies.derive(_text, "meters") == "2 meters"
    assert CALLS == ["text", "count"]


def test_it_follows_what_it_was_derived_from_at_second_hand() -> None:
    replies = Replies()
    assert replies.derive(_text, "meters") == "0 meters"
    replies.note(METERS, _meters(1))
    assert replies.derive(_count) == 1  # built anew before the other one asks
    assert replies.derive(_text, "meters") == "1 meters"
    replies.note(METERS, GatewayTimeout("silent"))
    assert replies.derive(_text, "meters") == "0 meters"
    replies.note(METERS, _meters(1, 2))
    replies.forget(METERS)
    assert replies.derive(_text, "meters") == "0 meters"


def test_second_hand_counts_when_the_first_was_already_built() -> None:
    replies = Replies()
    assert replies.derive(_count) == 0
    assert replies.derive(_text, "meters") == "0 meters"
    replies.note(METERS, _meters(1))
    assert replies.derive(_text, "meters") == "1 meters"


def test_another_argument_is_another_question() -> None:
    replies = Replies()
    assert [replies.derive(_text, unit) for unit in ("CTs", "meters", "meters")] == ["0 CTs", "0 meters", "0 meters"]
    assert CALLS == ["text", "count", "text"]


def test_whether_there_is_a_reply_does_not_depend_on_what_it_says() -> None:
    replies = Replies()
    assert (replies.derive(_is_absent), replies.derive(_is_asked)) == (False, False)
    replies.note(METERS, _meters(1))
    assert (replies.derive(_is_absent), replies.derive(_is_asked)) == (False, True)
    CALLS.clear()
    replies.note(METERS, _meters(1, 2))
    assert (replies.derive(_is_absent), replies.derive(_is_asked)) == (False, True)
    assert CALLS == []
    replies.note(METERS, EndpointMissing("404"))
    assert (replies.derive(_is_absent), replies.derive(_is_asked)) == (True, True)


def test_troubles_are_those_of_now() -> None:
    replies = Replies()
    replies.note(METERS, _meters(1))
    assert replies.troubles() == ()
    error = GatewayTimeout("silent")
    replies.note(METERS, error)
    assert replies.troubles() == ((METERS, error),)
    replies.note(METERS, _meters(1))
    assert replies.troubles() == ()

"""Each trouble is told once, its end is told, and nights are quiet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from openvoy.errors import ConfigError
from openvoy.model.alerts.book import Book, Message, judge
from openvoy.model.alerts.condition import Condition, Judgement
from openvoy.model.alerts.quiet import MOST_WAITING, parse_quiet, queue

START = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
LOST = Condition(key="grid/home/lost", topic="grid", title="Lost", text="It is gone.", over="Back.", patience_s=60)
SEEN, GONE, UNKNOWN = Judgement(conditions=(LOST,)), Judgement(), Judgement(undecided=("grid/home/",))


def tell(minutes: Sequence[tuple[float, Judgement]], spacing_min: float = 60) -> list[tuple[float, str]]:
    """Judge at minutes after the start; give when which kind of message came."""
    book = Book()
    told: list[tuple[float, str]] = []
    for minute, found in minutes:
        now = START + timedelta(minutes=minute)
        book, messages = judge(book, found, now, spacing=timedelta(minutes=spacing_min))
        told += [(minute, message.kind) for message in messages]
    return told


def test_a_trouble_is_told_once_after_its_patience_and_once_when_it_is_over() -> None:
    looks = [(minute, SEEN if minute < 30 else GONE) for minute in range(40)]
    assert tell(looks) == [(1, "alert"), (32, "over")]


def test_what_lasts_shorter_than_its_patience_is_not_told() -> None:
    assert tell([(0, SEEN), (0.5, SEEN), (0.9, GONE), (5, GONE)]) == []


def test_a_blink_is_no_end() -> None:
    assert tell([(0, SEEN), (1, SEEN), (2, GONE), (3, SEEN), (9, SEEN)]) == [(1, "alert")]


def test_flapping_is_told_again_only_after_the_spacing() -> None:
    looks = [(minute, SEEN if minute % 10 < 5 else GONE) for minute in range(130)]
    told = tell(looks)
    alerts = [minute for minute, kind in told if kind == "alert"]
    assert alerts == [1, 61, 121]
    assert [kind for _, kind in told] == ["alert", "over", "alert", "over", "alert", "over"]


def test_what_cannot_be_known_neither_begins_nor_ends() -> None:
    assert tell([(0, SEEN), (1, SEEN), *((minute, UNKNOWN) for minute in range(2, 600)), (600, SEEN)]) == [(1, "alert")]
    assert tell([(0, SEEN), (0.5, UNKNOWN), (600, SEEN), (600.5, SEEN), (601, SEEN)]) == [(601, "alert")]


def message(kind: str, key: str = "a", *, is_urgent: bool = False) -> Message:
    assert kind in {"alert", "over"}
    return Message(
        kind="alert" if kind == "alert" else "over", topic="grid", key=key, title="", text="", at=START,
        is_urgent=is_urgent,
    )  # fmt: skip


def test_what_is_over_before_it_was_told_is_not_told() -> None:
    other = message("alert", "b")
    assert queue([message("alert"), other], [message("over")]) == (other,)
    assert len(queue([message("alert", is_urgent=True)], [message("over", is_urgent=True)])) == 2
    assert len(queue([], [message("over")])) == 1


def test_only_so_many_wait() -> None:
    waiting = queue([], [message("alert", f"{number}") for number in range(500)])
    assert len(waiting) == MOST_WAITING
    assert waiting[-1].key == "499"


@pytest.mark.parametrize(
    ("hours", "quiet", "loud"),
    [("22:00-07:00", [22, 23, 0, 6], [7, 12, 21]), ("13:00 - 15:00", [13, 14], [12, 15, 0])],
)
def test_quiet_hours(hours: str, quiet: list[int], loud: list[int]) -> None:
    one = parse_quiet(hours)
    assert all(one.is_on(START.replace(hour=hour)) for hour in quiet)
    assert not any(one.is_on(START.replace(hour=hour)) for hour in loud)


@pytest.mark.parametrize("text", ["", "22-7", "25:00-07:00", "22:00-07:60", "22:00", "07:00-07:00", "a:bc-de:fg"])
def test_wrong_hours_are_refused(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_quiet(text)
    assert 'quiet = "22:00-07:00"' in caught.value.hint

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from openvoy.protocol.pacing import Nights, Outage

PARIS = ZoneInfo("Europe/Paris")


def local(day: int, hour: int, minute: int) -> datetime:
    return datetime(2025, 6, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def outage(day: int, hour: int, minute: int, minutes: float) -> Outage:
    start = local(day, hour, minute)
    return Outage(start=start, end=start + timedelta(minutes=minutes))


def test_the_first_nights_go_by_what_was_reported_of_others() -> None:
    nights = Nights(PARIS)
    assert [nights.is_quiet(local(1, hour, minute)) for hour, minute in [(22, 57), (22, 58), (23, 24), (23, 25)]] == [
        False,
        True,
        True,
        False,
    ]


def test_a_habit_is_learnt_and_replaces_the_rule() -> None:
    nights = Nights(PARIS)
    nights.learn(outage(day, 22, 1 + day, 7) for day in range(1, 3))
    assert nights.is_quiet(local(4, 23, 10)), "two nights are no habit"
    nights.learn([outage(3, 22, 4, 9)])
    assert not nights.is_quiet(local(4, 23, 10))
    assert [nights.is_quiet(local(4, 22, minute)) for minute in (0, 5, 15, 17)] == [True, True, True, False]


def test_a_habit_may_cross_midnight() -> None:
    nights = Nights(PARIS)
    nights.learn(outage(day, 23, 58, 8) for day in range(1, 5))
    assert nights.is_quiet(local(6, 23, 56))
    assert nights.is_quiet(local(6, 0, 5))
    assert not nights.is_quiet(local(6, 0, 15))


def test_what_is_no_nightly_outage_teaches_nothing() -> None:
    nights = Nights(PARIS)
    default = nights.window()
    nights.learn(outage(day, 12, 0, 7) for day in range(1, 10))
    nights.learn(outage(day, 22, 0, 400) for day in range(1, 10))
    nights.learn([outage(1, 21, 5, 5), outage(2, 23, 50, 5), outage(3, 1, 30, 5)])
    assert nights.window() == default


def test_a_new_habit_replaces_an_old_one_within_two_weeks() -> None:
    nights = Nights(PARIS)
    nights.learn(outage(day, 23, 1, 7) for day in range(1, 15))
    nights.learn(outage(day, 22, 1, 7) for day in range(15, 29))
    assert nights.is_quiet(local(30, 22, 5))
    assert not nights.is_quiet(local(30, 23, 5))

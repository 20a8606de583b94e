from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from openvoy.collector.feed import LiveFeed
from openvoy.model.records import EnergyRecord
from openvoy.ports import GatewayStatus
from openvoy.web.problems import BadQuery, NothingThere, NotReady
from openvoy.web.query import MAX_POINTS, Span, check_step, find_gateway, find_serial, parse_moment, parse_span
from tests.contract.broken_store import BrokenStore

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2025, 6, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2025-06-21T12:00:00+02:00", "2025-06-21T12:00:00 02:00", "2025-06-21T12:00 0200", "2025-06-21T10:00:00Z",
     "2025-06-21T12:00", "2025-06-21 12:00", "20250621T120000", "1750500000", "1750500000.0"],
)  # fmt: skip
def test_one_moment_in_many_spellings(text: str) -> None:
    moment = parse_moment(text, name="start", zone=PARIS)
    assert moment == NOON
    assert moment.tzinfo is UTC


def test_a_day_begins_at_local_midnight() -> None:
    assert parse_moment("2025-06-21", name="start", zone=PARIS) == datetime(2025, 6, 20, 22, tzinfo=UTC)
    assert parse_moment("2025-12-21", name="start", zone=PARIS) == datetime(2025, 12, 20, 23, tzinfo=UTC)
    assert parse_moment("20251221", name="start", zone=PARIS) == datetime(2025, 12, 20, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "nan", "inf", "1e400", "1750500000000", "99999999999999999999", "-1", "0001-01-01", "9999-12-31",
     "2025-02-30", "2025-06-21T25:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(BadQuery, match="start") as caught:
        parse_moment(text, name="start", zone=PARIS)
    assert "ISO 8601" in caught.value.hint


def test_a_span_has_a_length() -> None:
    span = parse_span("2025-03-30", "2025-03-31", zone=PARIS)
    assert span.length_s == 23 * 3600
    for start, end in (("2025-06-21", "2025-06-21"), ("2025-06-22", "2025-06-21")):
        with pytest.raises(BadQuery, match="not before end"):
            parse_span(start, end, zone=PARIS)


def test_the_remedy_for_too_many_points_is_a_step_that_works() -> None:
    span = Span(start=NOON, end=NOON + timedelta(days=365, seconds=1))
    with pytest.raises(BadQuery, match="20,000 points") as caught:
        check_step(span, 60)
    step_s = int(caught.value.hint.partition("step_s=")[2].split()[0])
    check_step(span, step_s)
    assert span.length_s / (step_s - 1) > MAX_POINTS
    check_step(Span(start=NOON, end=NOON + timedelta(seconds=MAX_POINTS)), 1)


@pytest.mark.parametrize("step_s", [0, -1, -(10**30)])
def test_a_step_is_a_second_at_least(step_s: int) -> None:
    with pytest.raises(BadQuery, match="step_s"):
        check_step(Span(start=NOON, end=NOON + timedelta(days=1)), step_s)


def test_times_that_are_one_moment_are_told() -> None:
    zone = ZoneInfo("Europe/Berlin")
    with pytest.raises(BadQuery, match="one moment") as skipped:
        parse_span("2026-03-29T02:30", "2026-03-29T03:30", zone=zone)
    assert "offset" in skipped.value.hint
    with pytest.raises(BadQuery, match="not before"):
        parse_span("2026-03-29", "2026-03-28", zone=zone)
    with pytest.raises(BadQuery, match="1969") as early:
        parse_span("1970-01-01", "2026-03-28", zone=zone)
    assert "1970" in early.value.hint


def status(name: str, serial: str | None) -> GatewayStatus:
    return GatewayStatus(
        name=name, host="h", serial=serial, state="unreachable", fresh_at=None, is_fresh=False, hint="Plug it in."
    )


class Kept(BrokenStore):
    """A history of a gateway that was replaced by another."""

    async def read_last_energy(self, gateway: str) -> EnergyRecord | None:
        return EnergyRecord(gateway="old", at=datetime(2025, 6, 1, tzinfo=UTC)) if gateway == "old" else None


async def test_gateways_are_found_by_name_or_serial() -> None:
    feed = LiveFeed(["a", "b"])
    feed.publish(status("a", "1"))
    feed.publish(status("b", None))
    store = Kept()
    assert await find_serial(feed, store, "old") == "old"
    assert find_gateway(feed, None).name == find_gateway(feed, "").name == "a"
    assert find_gateway(feed, "b").name == "b"
    assert await find_serial(feed, store, "1") == "1"
    assert await find_serial(feed, store, None) is None
    with pytest.raises(NothingThere) as unknown:
        await find_serial(feed, store, "c")
    assert "a, b" in unknown.value.hint
    with pytest.raises(NotReady) as early:
        await find_serial(feed, store, "b")
    assert early.value.hint == "Plug it in."
    with pytest.raises(NothingThere, match="No gateway"):
        find_gateway(LiveFeed([]), None)

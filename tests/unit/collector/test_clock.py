"""The machine's clock is set while a real history is kept: nothing acknowledged is replaced, energies do not jump."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openvoy.collector.jumps import ClockWatch, Hold, is_held_back, parse_count
from openvoy.collector.recompute import Anew
from openvoy.model.records import Batch, EventRecord
from openvoy.store import HistoryStore
from openvoy.store.packing import MOST_EMPTY
from openvoy.testing.clock import NOON, ManualClock
from tests.unit.collector.test_store_trouble import Running, minutes_kept, running
from tests.unit.store.records import opened, power
from tests.unit.store.test_sealing import sealed

FUTURE = datetime(2041, 3, 4, 5, 6, tzinfo=UTC)
BACK = {
    "half an hour": NOON - timedelta(minutes=10),
    "to 1970": datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC),
}
LOST = {"half an hour": 30, "to 1970": 10}
"""Minutes that are not kept."""


async def solar_wh(store: HistoryStore, clock: ManualClock) -> tuple[list[float], float]:
    """Accounted totals of the last days in the order of time, and what the days make of them."""
    start, end = clock.now() - timedelta(days=2), clock.now() + timedelta(days=2)
    rows = await store.read_energy_rows(start=start, end=end)
    days = await store.read_energy(start=start, end=end, by="day", time_zone="UTC")
    return [row.solar_wh for row in rows if row.solar_wh is not None], sum(
        float(value) for value in days["solar_wh"] if value is not None
    )


def sealed_files(folder: Path) -> set[str]:
    return {file.name for file in folder.rglob("power-*.parquet")}


async def check_unkept(service: Running, before: datetime) -> None:
    """Whoever watches the service is told that nothing is kept, and until when."""
    told = await service.ask("/healthz", 503)
    assert (told["status"], told["gateways"][0]["is_fresh"]) == ("not_kept", True)
    (reason,) = told["reasons"]
    assert "wait in memory" not in reason
    until = reason.partition("once it is past ")[2].partition(" UTC")[0]
    assert datetime.fromisoformat(f"{until}+00:00") == pytest.approx(before, abs=timedelta(minutes=1))
    assert "timedatectl" in told["hint"]


async def check_caught_up(service: Running, before: datetime, lost_count: int) -> None:
    """Event and gap say how many minutes were not kept."""
    assert (await service.ask("/healthz"))["history"]["is_kept"] is True
    (event,) = await service.store.read_events(limit=9, kind="clock.caught_up")
    gaps = await service.store.read_rows("gaps", start=NOON, end=service.clock.now())
    (reason,) = map(str, gaps["reason"])
    assert reason in event.text
    count, _, text = reason.partition(" ")
    assert int(count) == pytest.approx(lost_count, abs=2)
    assert text.startswith("minutes were not kept, as this machine's clock showed times that history had")
    assert list(gaps["at"]) == [pytest.approx(before.timestamp(), abs=60)]


async def check_marked(service: Running, lost_count: int) -> None:
    """The energy of a time that was not kept stands at its end, marked; also once it is accounted anew."""
    rows = await service.store.read_energy_rows(start=NOON, end=service.clock.now())
    (gateway,) = await service.store.read_gateways()
    batches = [batch async for batch in Anew(service.store, gateway, until=service.clock.now()).batches()]
    marked_anew = [row.at for batch in batches for row in batch.energy if row.estimated]
    (marked,) = (place for place, row in enumerate(rows) if row.estimated)
    before_wh, after_wh = (row.solar_wh for row in rows[marked - 1 : marked + 1])
    assert before_wh is not None
    assert after_wh is not None
    assert marked_anew == [rows[marked].at]
    assert 0 <= after_wh - before_wh - 60 * lost_count < 400, "a row comes each five minutes"


@pytest.mark.parametrize("how", BACK)
@pytest.mark.sample(1)
async def test_a_clock_that_goes_back_replaces_nothing(tmp_path: Path, how: str) -> None:
    clock = ManualClock()
    async with running(tmp_path, clock) as service:
        await service.minutes(20)
        before = clock.now()
        kept = await minutes_kept(service.store, clock)
        clock.jump_to(BACK[how])
        await service.minutes(10)
        await check_unkept(service, before)
        if how == "to 1970":
            clock.jump_to(before + timedelta(minutes=10))
        else:
            await service.minutes(25)
        await service.minutes(10)
        after = await minutes_kept(service.store, clock)
        assert after[: len(kept) - 1] == kept[:-1]
        assert all(at >= NOON.timestamp() - 3600 for at in after)
        totals, of_days = await solar_wh(service.store, clock)
        assert totals == sorted(totals)
        assert of_days == pytest.approx(totals[-1] - totals[0], abs=1)
        assert totals[-1] - totals[0] == pytest.approx(clock.monotonic() - 300, abs=400)
        events = await service.store.read_events(limit=9, kind="clock.jumped")
        assert len(events) == (2 if how == "to 1970" else 1)
        assert "was set back" in events[-1].text
        assert "Minutes are kept again once" in events[-1].text
        assert all(abs(event.at - before) < timedelta(hours=2) for event in events)
        await check_caught_up(service, before, LOST[how])
        if how == "half an hour":
            await check_marked(service, LOST[how])


async def told_gap(service: Running) -> tuple[str, float, float]:
    """Reason, start and end of the only gap."""
    end = service.clock.now() + timedelta(days=1)
    gaps = await service.store.read_rows("gaps", start=NOON, end=end)
    ((reason, start_s, end_s),) = zip(gaps["reason"], gaps["at"], gaps["end"], strict=True)
    return str(reason), float(str(start_s)), float(str(end_s))


async def until_more(service: Running, count: int) -> int:
    """Let minutes go by until history tells of more that were not kept, and that it goes on; give how many."""
    for _ in range(40):
        await service.minutes(1)
        gaps = await service.store.read_rows("gaps", start=NOON, end=service.clock.now() + timedelta(days=1))
        if (told := sum(parse_count(str(reason)) for reason in gaps["reason"])) > count:
            assert gaps["at"] == gaps["end"]
            return told
    raise AssertionError(gaps)


@pytest.mark.parametrize(("is_killed", "is_still_behind"), [(False, False), (True, True)])
async def test_minutes_that_were_not_kept_are_told_also_when_the_service_ended_meanwhile(
    tmp_path: Path, *, is_killed: bool, is_still_behind: bool
) -> None:
    clock, folder = ManualClock(), tmp_path / "history"
    async with running(folder, clock) as service:
        await service.minutes(6)
        before = clock.now()
        clock.jump_to(before - timedelta(hours=2))
        count = await until_more(service, 2)
        if is_killed:
            shutil.copytree(folder, folder := tmp_path / "killed")
    async with running(folder, clock) as service:
        if is_still_behind:
            count = await until_more(service, count)
        clock.jump_to(before + timedelta(seconds=30))
        events: Sequence[EventRecord] = ()
        while not events:
            await service.minutes(1)
            events = await service.store.read_events(limit=9, kind="clock.caught_up")
        reason, start_s, end_s = await told_gap(service)
        assert count <= parse_count(reason) <= count + 1
        assert reason.endswith("In between the service was not running.")
        assert reason in events[0].text
        assert start_s == pytest.approx(before.timestamp(), abs=60)
        assert start_s < end_s < clock.now().timestamp()
        await check_marked(service, count - 1)
    async with running(folder, clock) as service:
        await service.minutes(2)
        assert (await told_gap(service))[0] == reason
        assert len(await service.store.read_events(limit=9, kind="clock.caught_up")) == 1


def test_a_count_of_minutes_is_read_as_it_was_written() -> None:
    hold = Hold(41)
    assert hold.note(NOON - timedelta(minutes=5), NOON)
    told = hold.render()
    assert told is not None
    assert parse_count(told) == 42
    assert parse_count("no values arrived") == 0


def test_a_second_that_history_has_is_not_replaced_at_the_end() -> None:
    hold, last_at = Hold(), NOON + timedelta(microseconds=300_000)
    assert not hold.has(last_at + timedelta(microseconds=1))
    hold.note(NOON - timedelta(minutes=5), last_at)
    assert hold.has(last_at + timedelta(microseconds=1))
    assert not hold.has(NOON + timedelta(seconds=1))


async def test_a_far_future_is_left_again_and_today_is_right(tmp_path: Path) -> None:
    clock = ManualClock()
    async with running(tmp_path, clock) as service:
        await service.minutes(20)
        home = clock.now()
        clock.jump_to(FUTURE)
        await service.minutes(10)
        clock.jump_to(home + timedelta(minutes=10))
        await service.minutes(20)
        kept = await minutes_kept(service.store, clock)
        assert kept[-1] >= (clock.now() - timedelta(minutes=3)).timestamp()
        totals, of_days = await solar_wh(service.store, clock)
        assert totals == sorted(totals)
        assert of_days == pytest.approx(totals[-1] - totals[0], abs=20)
        assert len(await service.store.read_events(limit=9, kind="clock.jumped")) == 2
    async with running(tmp_path, clock) as service:
        await service.minutes(10)
        again, _ = await solar_wh(service.store, clock)
        assert again == sorted(again)
        assert again[-1] - totals[-1] == pytest.approx(600, abs=400)


async def test_a_row_of_a_far_future_seals_no_month_that_goes_on(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path)
    try:
        await store.write(Batch(power=(power(NOON, 1.0),)))
        for number in range(20):
            await store.write(Batch(power=(power(FUTURE + timedelta(minutes=number), 2.0),)))
        for number in range(1, 40):
            await store.write(Batch(power=(power(NOON + timedelta(minutes=number), 3.0),)))
            await store.read_power(start=NOON, end=NOON + timedelta(hours=1), step_s=60)
        assert len(sealed_files(tmp_path)) <= 1, "at most once, while the clock was wrong"
        later = NOON + timedelta(days=40)
        await store.write(Batch(power=(power(later, 4.0),)))
        columns = await store.read_rows("power", start=NOON, end=later + timedelta(minutes=1))
        assert len(columns["at"]) == 41
    finally:
        await store.close()


async def test_small_corrections_are_no_jumps() -> None:
    clock = ManualClock()
    watch = ClockWatch(clock)
    await clock.advance(3600)
    clock.jump_to(clock.now() + timedelta(seconds=30))
    assert watch.find_jump() is None
    clock.jump_to(clock.now() - timedelta(hours=1))
    assert watch.find_jump() == timedelta(hours=-1)
    assert watch.find_jump() is None


def test_what_small_corrections_take_is_not_told() -> None:
    hold = Hold()
    for left_s in (50, 30, 0):
        hold.note(NOON - timedelta(seconds=left_s), NOON)
        assert hold.until is None
    assert hold.end() is None
    for left_s in (80, 50, 10):
        hold.note(NOON - timedelta(seconds=left_s), NOON)
        assert hold.until == NOON + timedelta(seconds=1)
    told = hold.end()
    assert told is not None
    assert told.startswith("2 minutes were not kept")
    assert (hold.until, hold.end()) == (None, None)


def test_a_time_long_before_history_is_kept_where_history_is_wrong() -> None:
    assert is_held_back(NOON, NOON + timedelta(hours=1))
    assert not is_held_back(NOON, FUTURE)
    assert is_held_back(datetime(1970, 1, 2, tzinfo=UTC), None)


async def test_a_row_of_a_far_future_does_not_keep_the_journal_for_ever(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path)
    try:
        await store.write(Batch(power=(power(FUTURE, 2.0),)))
        for number in range(MOST_EMPTY + 20):
            await store.write(Batch(power=(power(NOON + timedelta(minutes=number), 3.0),)))
            store._writer._opened_journal().turn()
        for days in (40, 41):
            await store.write(Batch(power=(power(NOON + timedelta(days=days), 4.0),)))
            await sealed(store)
        assert len(list_journal(tmp_path)) < MOST_EMPTY / 2
    finally:
        await store.close()
    for database in tmp_path.glob("history.duckdb*"):  # noqa: ASYNC240 - two names in a folder of this test
        database.unlink()
    async with opened(tmp_path) as store:
        columns = await store.read_rows("power", start=NOON, end=FUTURE + timedelta(minutes=1))
    assert len(columns["at"]) == MOST_EMPTY + 20 + 3


def list_journal(folder: Path) -> list[Path]:
    return list((folder / "journal").glob("*.log*"))

"""PVOutput gets each status once and within its limits, live and after outages, and says what it refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from openvoy.collector import Exporting
from openvoy.errors import ConfigError
from openvoy.exporters.pvoutput import KIND, LOOK_EVERY_S, PvOutputSettings
from openvoy.exporters.statuses import Statuses, Wishes, end_of_step
from openvoy.model.records import Batch, EnergyRecord, PowerRecord
from openvoy.ports import ExporterStatus
from openvoy.settings.secret import Secret
from openvoy.settings.table import Place, Source
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from tests.contract import week_support as support
from tests.contract.week_support import SITE, Week
from tests.support.pvoutput import KEY, SYSTEM, PvOutput, pvoutput

ZONE = "Europe/Paris"
PARIS = ZoneInfo(ZONE)
START = SITE.commissioned_at
HOUR_S = 3600.0
STEP_MIN = 15
DAY_STATUSES = 96
ROW = 1 / 288
"""Of a day; with it, a span ends with a row."""


@pytest.fixture
async def week(tmp_path: Path) -> AsyncIterator[Week]:
    store = await HistoryStore.open(tmp_path / "history")
    try:
        yield Week(store, kinds=("power", "energy", "meters"))
    finally:
        await store.close()


def key(name: str = "PVOUTPUT_KEY") -> Secret:
    return Secret(place=Place(source=Source(file=Path("x"), lines={}, warnings=[]), key=("key_env",)), env=name)


@asynccontextmanager
async def sending(store: HistoryStore, service: PvOutput, clock: ManualClock, **more: Any) -> AsyncIterator[Exporting]:
    given = {"system_id": SYSTEM, "key": key(), "url": service.url, "interval_min": STEP_MIN, **more}
    settings = PvOutputSettings(**given)
    environ = {"PVOUTPUT_KEY": KEY, "WRONG": "wrong"}
    async with support.exporting(KIND, settings, store, clock=clock, environ=environ) as running:
        yield running


async def until(
    running: Exporting, clock: ManualClock, said: Callable[[ExporterStatus], bool], step_s: float = LOOK_EVERY_S
) -> ExporterStatus:
    return await support.until(running, clock, said, step_s=step_s)


def is_done(status: ExporterStatus) -> bool:
    return status.state == "ok" and status.left_count == 0 and status.delivered_count > 0


async def expected(week: Week, end: datetime) -> dict[tuple[str, str], tuple[str, str]]:
    """Day's energies at each moment but the first, before which nothing was counted, from the rows themselves."""
    rows, found = await week.rows("energy"), {}
    first = min(rows)
    for at_s, row in rows.items():
        at = datetime.fromtimestamp(at_s, PARIS)
        base = rows[max(first, int(at.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()))]
        if at_s != first and at <= end and at.minute % STEP_MIN == 0:
            energies = (row["solar_wh"] - base["solar_wh"], row["load_wh"] - base["load_wh"])
            found[f"{at:%Y%m%d}", f"{at:%H:%M}"] = (f"{energies[0]:.0f}", f"{energies[1]:.0f}")
    return found


async def expected_days(week: Week, days: list[date]) -> dict[str, tuple[str, ...]]:
    rows = await week.rows("energy")
    found = {}
    for day in days:
        first, last = (
            int(datetime.combine(one, datetime.min.time(), PARIS).timestamp()) for one in (day, day + timedelta(days=1))
        )
        found[f"{day:%Y%m%d}"] = tuple(
            f"{rows[last][name] - rows[max(first, min(rows))][name]:.0f}" for name in ("solar_wh", "load_wh")
        )
    return found


def near(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whole watt-hours may be rounded the other way."""
    return all(abs(float(a) - float(b)) <= 1 for a, b in zip(one, other, strict=True))


@pytest.mark.timeout(60)
async def test_each_status_and_day_arrives_once_though_pvoutput_and_openvoy_were_away(week: Week) -> None:
    await week.live(0, 1 + ROW)
    clock = ManualClock(START + timedelta(days=1))
    async with pvoutput(clock, ZONE) as service:
        async with sending(week.store, service, clock) as running:
            await until(running, clock, is_done)
            service.refusal = (503, "<html>maintenance</html>")
            await week.live(1 + ROW, 3 + ROW)
            clock.jump_to(START + timedelta(days=3))
            trouble = await until(running, clock, lambda status: status.state == "trouble")
            assert "503" in (trouble.problem or "")
            assert "nothing is lost" in (trouble.hint or "")
            service.refusal = None
            await until(running, clock, is_done)
        await week.live(3 + ROW, 5 + ROW)
        clock.jump_to(START + timedelta(days=5, hours=1))
        async with sending(week.store, service, clock) as running:  # as after a restart of the service
            await until(running, clock, lambda _: len(service.outputs) == 5)
        assert service.refused == ["<html>maintenance</html>"] * len(service.refused)
    kept = await expected(week, START + timedelta(days=5))
    assert set(service.statuses) == set(kept)
    assert all(near((values[0], values[2]), kept[when]) for when, values in service.statuses.items())
    assert set(Counter(service.told).values()) == {1}
    days = [START.date() + timedelta(days=index) for index in range(5)]
    assert set(service.outputs) == {f"{day:%Y%m%d}" for day in days}
    for day, energies in (await expected_days(week, days)).items():
        output = service.outputs[day]
        assert near((output["g"], output["c"]), energies)
        assert 0 < float(output["pp"]) < 12_000
        assert "11:00" < output["pt"] < "23:59", "it is a site in California, whose day lies in the evening of Paris"


async def test_a_status_says_power_voltage_and_nothing_below_0(week: Week) -> None:
    await week.live(0, 0.5 + ROW)
    clock = ManualClock(START + timedelta(days=0.5))
    async with pvoutput(clock, ZONE) as service, sending(week.store, service, clock) as running:
        await until(running, clock, is_done)
    power = await week.rows("power")
    at = datetime(2026, 3, 26, 18, 30, tzinfo=PARIS)
    minutes = [power[int(at.timestamp()) - 60 * minute] for minute in range(1, 16)]
    energy, watts, used, load, degrees, volts = service.statuses["20260326", "18:30"]
    assert abs(float(watts) - sum(row["solar_w"] for row in minutes) / 15) <= 1
    assert abs(float(load) - sum(row["load_w"] for row in minutes) / 15) <= 1
    assert float(energy) > 0
    assert float(used) > 0
    assert degrees == ""
    assert 110 < float(volts) < 130, "the mean of two phases"
    assert service.statuses["20260326", "09:00"][1] == "0", "at night inverters take some"
    assert {clock[-2:] for _, clock in service.statuses} == {"00", "15", "30", "45"}


async def test_the_first_start_sends_what_pvoutput_still_takes_within_the_hour_s_limit(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path / "history")
    try:
        week = Week(store, kinds=("energy",))
        await week.live(0, 20 + ROW)
        clock = ManualClock(START + timedelta(days=20))
        async with pvoutput(clock, ZONE, most_requests=20) as service, sending(store, service, clock) as running:
            await until(running, clock, is_done)
        assert service.refused == []
        assert len(service.statuses) > 13 * DAY_STATUSES
        assert min(service.statuses)[0] == "20260402"
        assert len(service.told) == len(service.statuses)
        assert max(service.asked.values()) == 17, "some are left to others that use the key"
        assert len(service.asked) == 3, "45 requests take three hours"
    finally:
        await store.close()


async def test_only_what_is_new_where_that_is_wanted(week: Week) -> None:
    await week.live(0, 1 + ROW)
    clock = ManualClock(START + timedelta(days=1))
    async with pvoutput(clock, ZONE) as service, sending(week.store, service, clock, history=False) as running:
        await until(running, clock, lambda status: status.state == "ok")
        await week.live(1 + ROW, 1.25 + ROW)
        clock.jump_to(START + timedelta(days=1.25))
        await until(running, clock, lambda _: len(service.told) >= DAY_STATUSES / 4)
    assert len(service.statuses) == DAY_STATUSES / 4
    assert min(service.statuses) == ("20260327", "08:15")


@pytest.mark.parametrize(
    ("more", "refusal", "problem", "hint"),
    [
        ({"key": key("WRONG")}, None, "Invalid API Key", "API access has to be enabled"),
        ({"system_id": 7}, None, "Invalid System ID", "Check system_id"),
        ({}, (403, "Forbidden 403: Read only key"), "Read only", "standard API key"),
        ({"donated": True}, (403, "Forbidden 403: Donation Mode"), "Donation", "donated = false"),
        ({}, (400, "Bad request 400: Power value [9] too high for system size [1]"), "too high", "Correct the size"),
        ({}, (400, "Bad request 400: Date is in the future [20990101]"), "future", "clock"),
        ({}, (403, "Forbidden 403: Exceeded 60 requests per hour"), "Exceeded", "goes on by itself at"),
        ({}, (200, "<html>Welcome to the hotel's network</html>"), "does not answer as PVOutput", "check url"),
        ({}, (302, ""), "302", "nothing is lost"),
        ({}, (500, "x" * 100_000), "500", "nothing is lost"),
    ],
)
@pytest.mark.sample(4)
async def test_what_pvoutput_says_is_told_and_nothing_is_lost(
    week: Week, more: dict[str, Any], refusal: tuple[int, str] | None, problem: str, hint: str
) -> None:
    await week.live(0, 0.125 + ROW)
    clock = ManualClock(START + timedelta(days=0.125))
    async with pvoutput(clock, ZONE) as service:
        service.refusal = refusal
        async with sending(week.store, service, clock, **more) as running:
            told = await until(running, clock, lambda status: status.state == "trouble")
            assert problem in (told.problem or "")
            assert hint in (told.hint or "")
            assert len(told.problem or "") < 400
            assert KEY not in f"{told}"
        service.refusal = None
        clock.jump_to(clock.now() + timedelta(hours=1))
        async with sending(week.store, service, clock) as running:
            await until(running, clock, is_done)
        assert len(service.statuses) == 12


async def test_what_it_will_never_take_does_not_hold_up_the_rest(week: Week) -> None:
    await week.live(0, 1 + ROW)
    clock = ManualClock(START + timedelta(days=1))
    async with pvoutput(clock, ZONE) as service:
        service.is_night = True
        async with sending(week.store, service, clock) as running:
            told = await until(running, clock, lambda status: "Moon" in (status.problem or ""))
            assert "believes that it was night" in (told.hint or "")
            service.is_night = False
            await until(running, clock, is_done)
    assert len(service.statuses) == DAY_STATUSES - 30
    assert max(service.statuses) > ("20260327", "07:00")


async def test_net_data_is_import_and_export_of_one_day_a_request(week: Week) -> None:
    await week.live(0, 1 + ROW)
    clock = ManualClock(START + timedelta(days=1))
    async with pvoutput(clock, ZONE) as service, sending(week.store, service, clock, net=True) as running:
        await until(running, clock, is_done)
    assert service.refused == []
    assert service.outputs == {}
    assert set(service.statuses) == service.net
    power = await week.rows("power")
    at = int(datetime(2026, 3, 26, 21, 0, tzinfo=PARIS).timestamp())
    grid_w = sum(power[at - 60 * minute]["grid_w"] for minute in range(1, 16)) / 15
    _, out, _, taken = service.statuses["20260326", "21:00"]
    assert abs(float(taken) - float(out) - grid_w) <= 1
    assert "0" in {out, taken}


async def test_extended_values_are_sent_in_their_order(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path / "history")
    clock = ManualClock(START + timedelta(hours=1))
    at = START + timedelta(minutes=30)
    rows = [
        EnergyRecord(gateway="1", at=at - timedelta(minutes=5 * n), solar_wh=100 - n, charge_wh=50 - n) for n in (1, 0)
    ]
    power = [
        PowerRecord(
            gateway="1", at=at - timedelta(minutes=5), interval_s=300, solar_w=1.0, battery_w=-7.04, soc_pct=55.5
        )
    ]
    await store.write(Batch(energy=tuple(rows), power=tuple(power)))
    wishes = {"donated": True, "extended": ("soc_pct", "battery_w", "charge_wh"), "voltage": False}
    try:
        async with pvoutput(clock, ZONE) as service, sending(store, service, clock, **wishes) as running:
            await until(running, clock, is_done)
    finally:
        await store.close()
    assert service.statuses["20260326", "08:30"] == ["1", "1", "", "", "", "", "55.5", "-7.0", "1.0"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "system_id"),
        ({"system_id": 1}, "key"),
        ({"system_id": 1, "key": key(), "extended": ("soc_pct",)}, "extended"),
        ({"system_id": 1, "key": key("NOT_SET")}, "NOT_SET"),
    ],
)
async def test_what_cannot_be_is_said_at_once(week: Week, given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        async with support.exporting(
            KIND, PvOutputSettings(**given), week.store, clock=ManualClock(), environ={"PVOUTPUT_KEY": KEY}
        ):
            pass
    assert problem in caught.value.message
    assert caught.value.hint


async def test_an_hour_that_clocks_repeat_is_told_once(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path / "history")
    wishes = Wishes(step_s=300, zone=PARIS)
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight there; the day has 25 hours
    rows = tuple(
        EnergyRecord(gateway="1", at=start + timedelta(minutes=5 * n), solar_wh=float(n), load_wh=0.0)
        for n in range(300)
    )
    await store.write(Batch(energy=rows))
    ends = [end_of_step(row.at.timestamp(), wishes) for row in rows]
    found = await Statuses(store, wishes).read_rows(ends)
    await store.close()
    names = [row.split(",")[1] for row in found]
    assert len(names) == len(set(names)) == 287
    assert found[names.index("02:00")] == "20261025,02:00,36,,0", "one hour after the first 02:00, which is 24 rows in"


def test_steps_are_those_of_the_local_clock() -> None:
    nepal = Wishes(step_s=600, zone=ZoneInfo("Asia/Kathmandu"))  # 5:45 from UTC
    at = datetime(2026, 6, 21, 12, 1, tzinfo=nepal.zone).timestamp()
    assert datetime.fromtimestamp(end_of_step(at, nepal), nepal.zone).minute == 10
    assert end_of_step(at + 540, nepal) == at + 540

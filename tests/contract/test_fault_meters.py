"""Meters and the production page: what they say wrong, and that the client is not taken in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from openvoy.virtual.recording import Recording
from openvoy.virtual.site.definition import Meters
from tests.contract.fault_support import flows_of, standing
from tests.contract.site_support import site_named
from tests.unit.virtual.recordings import entry, recording

READINGS, METERS, PAGE = "/ivp/meters/readings", "/ivp/meters", "/production.json?details=1"
PRODUCTION, CONSUMPTION, STORAGE = 704643328, 704643584, 704643840


def row_of(rows: list[Any], eid: int) -> Any:
    return next(row for row in rows if row["eid"] == eid)


async def test_a_meter_nobody_configured_is_read_from_8_3_5027_on_by_nature() -> None:
    async with standing(firmware="8.2.4345") as stand:
        baseline = await stand.snapshot()
        assert len(await stand.ask(READINGS)) == 2
        stand.switch_on("phantom-meter")
        rows = await stand.ask(READINGS)
        assert [row["eid"] for row in rows] == [PRODUCTION, CONSUMPTION, 1023410688]
        assert rows[2]["actEnergyDlvd"] == rows[2]["channels"][1]["voltage"] == 0
        assert len(rows[2]["channels"]) == 3
        assert len(await stand.ask(METERS)) == 2
        assert flows_of(await stand.snapshot()) == flows_of(baseline)
    async with standing(firmware="8.3.5027") as stand:
        assert [row["eid"] for row in await stand.ask(READINGS)] == [PRODUCTION, CONSUMPTION, 1023410688]


@pytest.mark.parametrize(
    ("site", "firmware", "path"),
    [
        ("full", "8.3", READINGS),
        ("metered-split", "4.10", PAGE),
        ("metered-split", "5.0", PAGE),
        ("demo", "8.3.5433", PAGE),
        ("standard", "3.9", "/api/v1/production/inverters"),
    ],
)
async def test_what_is_a_whole_number_stays_one_by_nature(site: str, firmware: str, path: str) -> None:
    """Firmware that has a fault of its own prints a time of a reading as all others do."""
    async with standing(site, firmware) as stand, stand.client() as client:
        body = (await client.fetch_raw(path)).body.decode()
    whole = r'"(?:timestamp|readingTime|lastReportDate|lastReportWatts|activeCount)": ?([^,\s}]+)'
    found = re.findall(whole, body)
    assert found
    assert [value for value in found if not re.fullmatch(r"-?\d+", value)] == []


@pytest.mark.parametrize("kind", ["production", "net-consumption"])
async def test_a_row_that_is_missing_leaves_its_part_unknown(kind: str) -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on(f"readings-missing:which={kind}")
        gone = {"production": PRODUCTION, "net-consumption": CONSUMPTION}[kind]
        assert gone not in {row["eid"] for row in await stand.ask(READINGS)}
        power = (await stand.snapshot()).power
    assert power.load_w is None
    expected = replace(baseline.power, load_w=None, reported_consumption_w=None)
    lost = {"solar_w": None} if kind == "production" else {"grid_w": None}
    assert replace(power, reported_consumption_w=None) == replace(expected, **lost)


async def test_disabled_meters_may_be_left_out() -> None:
    site = replace(site_named("metered-split"), meters=Meters(production=True))
    async with standing(site, "8.2.4345") as stand:
        baseline = await stand.snapshot()
        stand.switch_on("readings-missing")
        assert [row["eid"] for row in await stand.ask(READINGS)] == [PRODUCTION]
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_noise_on_unused_channels_counts_nowhere() -> None:
    async with standing() as stand:
        baseline, good = await stand.snapshot(), await stand.ask(READINGS)
        stand.switch_on("channel-noise:energy_wh=6495,voltage_v=12")
        for row in (await stand.ask(READINGS))[:2]:
            assert (row["channels"][2]["actEnergyDlvd"], row["channels"][2]["voltage"]) == (6495, 12)
            assert row["actEnergyDlvd"] == row_of(good, row["eid"])["actEnergyDlvd"]
        snapshot = await stand.snapshot()
    assert flows_of(snapshot) == flows_of(baseline)
    assert [len(meter.channels) for meter in snapshot.meters] == [2, 2]


def with_storage_meter() -> Recording:
    """A split-phase gateway of 8.2 with three meters, its readings in round numbers."""
    kinds = {PRODUCTION: "production", CONSUMPTION: "net-consumption", STORAGE: "storage"}
    meters = [
        {"eid": eid, "state": "enabled", "measurementType": kind, "phaseMode": "split", "phaseCount": 2}
        for eid, kind in kinds.items()
    ]
    readings = [
        {
            "eid": eid,
            "timestamp": 1718046000,
            "actEnergyDlvd": 2000.0 * place,
            "actEnergyRcvd": 20.0 * place,
            "activePower": 200.0 * place,
            "channels": [
                {
                    "eid": eid + leg,
                    "actEnergyDlvd": 1000.0 * place * (leg < 2),
                    "activePower": 100.0 * place * (leg < 2),
                }
                for leg in range(3)
            ],
        }
        for place, eid in enumerate(kinds, 1)
    ]
    return recording("8.2.127", entry(METERS, json.dumps(meters)), entry(READINGS, json.dumps(readings)))


async def test_a_leg_of_the_storage_meter_is_not_one_of_the_net_meter() -> None:
    async with standing(with_storage_meter()) as stand:
        baseline = await stand.snapshot()
        stand.switch_on("storage-leg-copied")
        rows = await stand.ask(READINGS)
        copy, leg = row_of(rows, CONSUMPTION)["channels"][2], row_of(rows, STORAGE)["channels"][1]
        assert {**copy, "eid": 0} == {**leg, "eid": 0}
        assert copy["eid"] == CONSUMPTION + 2
        assert row_of(rows, CONSUMPTION)["actEnergyDlvd"] == 4000
        snapshot = await stand.snapshot()
    assert flows_of(snapshot) == flows_of(baseline)
    assert snapshot.energy.import_wh == 4000
    assert (snapshot.power.battery_w, snapshot.energy.discharge_wh) == (600, 6000)


async def test_a_meter_that_never_measured_says_nothing() -> None:
    async with standing() as stand:
        stand.switch_on("never-measured:which=enabled")
        assert {row["timestamp"] for row in (await stand.ask(READINGS))[:2]} == {0}
        snapshot = await stand.snapshot()
    assert (snapshot.power.solar_w, snapshot.power.grid_w, snapshot.power.load_w) == (None, None, None)
    assert (snapshot.energy.solar_wh, snapshot.energy.import_wh) == (None, None)
    site = replace(site_named("metered-split"), meters=Meters(production=True))
    async with standing(site) as stand:
        baseline = await stand.snapshot()
        stand.switch_on("never-measured")
        assert row_of(await stand.ask(READINGS), CONSUMPTION)["timestamp"] == 0
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_times_may_have_a_decimal_point() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("float-timestamps")
        reply = await stand.send(READINGS)
        row = json.loads(reply.body)[0]
        assert isinstance(row["channels"][0]["timestamp"], float)
        assert isinstance(row["timestamp"], int)
        assert await stand.snapshot() == baseline


async def test_meters_of_one_reply_may_be_half_a_minute_apart() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("meters-apart:seconds=30")
        rows = await stand.ask(READINGS)
        assert row_of(rows, PRODUCTION)["timestamp"] - row_of(rows, CONSUMPTION)["timestamp"] == 30
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_a_charger_that_is_not_there_has_a_negative_energy() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("evse-negative")
        meter = next(row for row in await stand.ask(METERS) if row["measurementType"] == "evse")
        assert meter["state"] == "disabled"
        assert row_of(await stand.ask(READINGS), meter["eid"])["actEnergyRcvd"] == -19.677
        snapshot = await stand.snapshot()
    assert flows_of(snapshot) == flows_of(baseline)
    assert [meter.received_wh for meter in snapshot.meters if meter.kind == "evse"] == [None]


async def test_meters_may_complain() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("meter-status:status=not-metering,flag=power-on-unused-phase")
        assert {row["meteringStatus"] for row in await stand.ask(METERS)} == {"not-metering"}
        snapshot = await stand.snapshot()
    assert flows_of(snapshot) == flows_of(baseline)
    assert {meter.flags for meter in snapshot.meters} == {("power-on-unused-phase",)}


async def test_flags_may_be_null() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("flags-null")
        assert {row["statusFlags"] for row in await stand.ask(METERS)} == {None}
        assert await stand.snapshot() == baseline

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_type_hints

import numpy as np
import pytest

from openvoy.model.records import BatteryRecord, EnergyRecord, InverterRecord, MeterRecord, PowerRecord
from openvoy.virtual.site import DayHistory, Site, history, read_site
from openvoy.virtual.site.meters import CONSUMPTION_EID, PRODUCTION_EID

SitesOf = Callable[..., Site]
SINCE = date(2025, 6, 20)
START = datetime(2025, 6, 21, tzinfo=UTC)
RECORDS = {
    "power": PowerRecord,
    "energy": EnergyRecord,
    "meters": MeterRecord,
    "inverters": InverterRecord,
    "batteries": BatteryRecord,
}


def tables(day: DayHistory) -> dict[str, Any]:
    return {name: getattr(day, name) for name in RECORDS}


@pytest.mark.parametrize("name", ["demo", "metered-split", "standard", "three-phase"])
def test_columns_have_the_names_of_the_records_and_one_length(site_of: SitesOf, name: str) -> None:
    for day in history(site_of(name), START, START + timedelta(days=1)):
        for table, columns in tables(day).items():
            assert columns.keys() <= get_type_hints(RECORDS[table]).keys()
            assert {len(values) for values in columns.values()} == {len(columns["at"])}
            assert columns["at"].dtype == np.int64
            assert (np.diff(columns["at"]) >= 0).all()


def test_a_span_is_cut_to_the_second(site_of: SitesOf) -> None:
    start, end = START + timedelta(hours=9, minutes=1), START + timedelta(days=2, hours=3)
    days = list(history(site_of("demo"), start, end))
    at = np.concatenate([day.power["at"] for day in days])
    assert [day.date.day for day in days] == [21, 22, 23]
    assert (at[0], at[-1]) == (start.timestamp(), end.timestamp() - 60)
    assert len(at) == (end - start).total_seconds() / 60
    reports = np.concatenate([day.inverters["at"] for day in days])
    assert start.timestamp() <= reports.min() < reports.max() < end.timestamp()


def test_history_agrees_with_the_moments_it_is_made_of(site_of: SitesOf) -> None:
    site = site_of("metered-split")
    (day,) = history(site, START + timedelta(hours=20), START + timedelta(hours=21))
    minute = 17
    at = START + timedelta(hours=20, minutes=minute)
    ends = site.at(at), site.at(at + timedelta(minutes=1))
    for name in ("solar", "grid", "load"):
        mean = sum(getattr(state, name).all.active_w for state in ends) / 2
        assert day.power[f"{name}_w"][minute] == pytest.approx(mean, abs=1e-6)
    place = day.energy["at"].tolist().index(int(at.timestamp()) - 120)
    truth = site.at(at - timedelta(minutes=2))
    assert day.energy["import_wh"][place] == pytest.approx(truth.grid.all.delivered_wh, rel=1e-12)
    assert day.energy["export_wh"][place] == pytest.approx(truth.grid.all.received_wh, rel=1e-12)
    assert day.energy["load_wh"][place] == pytest.approx(truth.load.all.delivered_wh, rel=1e-12)


def test_energies_are_the_integral_of_the_powers(site_of: SitesOf) -> None:
    (day,) = history(site_of("demo"), START + timedelta(hours=8), START + timedelta(hours=18))
    produced_wh = day.power["solar_w"][: len(day.energy["at"]) * 5 - 5].sum() / 60
    assert day.energy["solar_wh"][-1] - day.energy["solar_wh"][0] == pytest.approx(produced_wh, rel=1e-9)
    balance = day.power["solar_w"] + day.power["grid_w"] + day.power["battery_w"]
    assert np.array_equal(balance, day.power["load_w"])


def test_meters_come_by_minute_meter_and_channel(site_of: SitesOf) -> None:
    (day,) = history(site_of("three-phase"), START + timedelta(hours=9), START + timedelta(hours=10))
    meters = day.meters
    assert len(meters["at"]) == 60 * 2 * 4
    assert meters["eid"][:8].tolist() == [PRODUCTION_EID] * 4 + [CONSUMPTION_EID] * 4
    assert meters["channel"][:8].tolist() == [0, 1, 2, 3] * 2
    powers = meters["active_power_w"].reshape(-1, 4)
    assert powers[:, 0] == pytest.approx(powers[:, 1:].sum(axis=1))
    production = meters["active_power_w"][(meters["eid"] == PRODUCTION_EID) & (meters["channel"] == 0)]
    assert production == pytest.approx(day.power["solar_w"])
    assert (meters["apparent_power_va"] >= np.abs(meters["active_power_w"])).all()
    assert meters["voltage_v"].reshape(-1, 4)[:, 0] == pytest.approx(
        meters["voltage_v"].reshape(-1, 4)[:, 1:].sum(axis=1)
    )


def test_a_standard_gateway_knows_only_its_inverters(site_of: SitesOf) -> None:
    (day,) = history(site_of("standard"), START + timedelta(hours=9), START + timedelta(hours=10))
    assert set(day.power) == {"at", "solar_w"}
    assert set(day.energy) == {"at", "solar_wh"}
    assert len(day.meters["at"]) == 0
    assert len(day.batteries["at"]) == 0
    assert set(day.tables()) == {"power", "energy", "inverters"}
    assert len(day.inverters["at"]) == 24 * 12


def test_history_begins_with_the_commissioning() -> None:
    site = Site(read_site("demo").commissioned_on(SINCE), seed=1)
    days = list(history(site, START - timedelta(days=30), START))
    assert days[0].date == SINCE
    assert days[0].power["at"][0] == site.commissioned_at.timestamp()
    assert list(history(site, START - timedelta(days=30), START - timedelta(days=20))) == []

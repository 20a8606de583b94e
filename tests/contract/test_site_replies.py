"""Identities that every gateway keeps, in what a simulated site sends (endpoints.md 1.6 and 5.1, quirks.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from openvoy.errors import ConfigError
from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.simulated import RENDER, SiteSource
from openvoy.virtual.site import read_site
from tests.contract.site_support import (
    MORNING_IN_AMERICA,
    NOON,
    ask,
    read_snapshot,
    site_named,
    source_of,
    with_panels,
)
from tests.support.lived import lived_site

METERED = [("demo", "8.3"), ("metered-split", "8.2"), ("three-phase", "7.6")]
WRAP_J = 2**32
NIGHT = NOON.replace(hour=1)


def rows_of(page: Any) -> Iterator[tuple[dict[str, float], dict[str, float], dict[str, float]]]:
    """Production, total and net: the whole, then phase by phase."""
    made, (total, net) = page["production"][1], page["consumption"]
    yield made, total, net
    yield from zip(made["lines"], total["lines"], net["lines"], strict=True)


@pytest.mark.parametrize(("name", "firmware"), METERED)
async def test_total_consumption_is_production_and_net(name: str, firmware: str) -> None:
    page = await ask(source_of(name, firmware), "/production.json?details=1")
    for made, total, net in rows_of(page):
        assert total["wNow"] == pytest.approx(made["wNow"] + net["wNow"], abs=0.001)
        assert total["whLifetime"] == pytest.approx(made["whLifetime"] + net["whLifetime"], abs=0.001)
        flowing = -1 if firmware == "7.6" else 1
        assert total["reactPwr"] == pytest.approx(net["reactPwr"] + flowing * made["reactPwr"], abs=0.001)
        assert total["varhLagLifetime"] == pytest.approx(net["varhLagLifetime"] - flowing * made["varhLagLifetime"])
        assert total["vahLifetime"] == net["vahLifetime"]
        assert total["rmsCurrent"] == pytest.approx(made["rmsCurrent"] + net["rmsCurrent"], abs=0.002)
        assert (net["whToday"], net["whLastSevenDays"], net["vahToday"]) == (0, 0, 0)
    assert [row["measurementType"] for row in page["consumption"]] == ["total-consumption", "net-consumption"]


@pytest.mark.parametrize(("firmware", "is_named"), [("4.2.27", False), ("4.2.33", True)])
async def test_rows_of_early_firmware_do_not_say_what_they_measure(firmware: str, *, is_named: bool) -> None:
    source = source_of("metered-split", firmware, MORNING_IN_AMERICA)
    page = await ask(source, "/production.json")
    rows = [page["production"][1], *page["consumption"]]
    assert [("measurementType" in row) for row in rows] == [is_named] * 3
    found = await read_snapshot(source, MORNING_IN_AMERICA)
    assert found.power.solar_w == pytest.approx(rows[0]["wNow"])
    assert found.power.grid_w == pytest.approx(rows[2]["wNow"])


@pytest.mark.parametrize(("firmware", "says"), [("4.5.79", {"tariff_set": True}), ("4.10", {"tariff": "single_rate"})])
async def test_a_home_page_tells_of_a_tariff(firmware: str, says: dict[str, object]) -> None:
    home = await ask(source_of("metered-split", firmware, MORNING_IN_AMERICA), "/home.json")
    assert {name: home[name] for name in home if name.startswith("tariff")} == says


@pytest.mark.parametrize(("firmware", "has"), [("8.2.127", False), ("8.2.4345", True)])
async def test_builds_of_8_2_before_4000_name_no_transfer_relays(firmware: str, *, has: bool) -> None:
    assert ("srt12_state" in await ask(source_of("demo", firmware), "/ivp/ensemble/relay")) is has


async def test_apparent_power_of_the_total_is_of_its_currents() -> None:
    """Up to 7.6.175 all voltages added up times all currents, then line by line."""
    for name, firmware in METERED:
        page = await ask(source_of(name, firmware), "/production.json?details=1")
        total = page["consumption"][0]
        of_lines = [line["rmsVoltage"] * line["rmsCurrent"] for line in total["lines"]]
        assert [line["apprntPwr"] for line in total["lines"]] == pytest.approx(of_lines, abs=0.3)
        whole = total["rmsVoltage"] * total["rmsCurrent"] if firmware == "7.6" else sum(of_lines)
        assert total["apprntPwr"] == pytest.approx(whole, abs=0.5)
        assert total["pwrFactor"] == pytest.approx(total["wNow"] / whole, abs=0.006)


@pytest.mark.parametrize("name", ["demo", "acb", "three-phase-battery"])
async def test_reports_say_of_the_total_what_the_page_says(name: str) -> None:
    source = source_of(name, "8.3")
    page = (await ask(source, "/production.json"))["consumption"][0]
    report = (await ask(source, "/ivp/meters/reports"))[2]["cumulative"]
    names = {"vahCum": "vahLifetime", "varhLagCum": "varhLagLifetime", "varhLeadCum": "varhLeadLifetime"}
    names |= {"whDlvdCum": "whLifetime", "apprntPwr": "apprntPwr", "rmsCurrent": "rmsCurrent", "reactPwr": "reactPwr"}
    assert {name: report[name] for name in names} == {name: page[other] for name, other in names.items()}


@pytest.mark.parametrize(("name", "firmware"), METERED)
async def test_phases_add_up(name: str, firmware: str) -> None:
    page = await ask(source_of(name, firmware), "/production.json?details=1")
    for row in (page["production"][1], *page["consumption"]):
        for member in ("wNow", "whLifetime", "rmsCurrent", "rmsVoltage", "whToday"):
            whole = sum(line[member] for line in row["lines"])
            slack = 3.0 if member == "whToday" else 0.003  # midnights are whole numbers, phase by phase
            assert row[member] == pytest.approx(whole, abs=slack), member


@pytest.mark.parametrize(("name", "firmware"), METERED)
async def test_today_is_the_snapshot_and_what_came_since(name: str, firmware: str) -> None:
    source = source_of(name, firmware)
    made = (await ask(source, "/production.json"))["production"][1]
    snapshot = await ask(source, "/api/v1/production")
    since = made["whLifetime"] - snapshot["wattHoursLifetime"]
    assert made["whToday"] - snapshot["wattHoursToday"] == pytest.approx(since, abs=0.001)
    assert made["whLastSevenDays"] - snapshot["wattHoursSevenDays"] == pytest.approx(since, abs=0.001)
    assert 0 < since < 9000 / 12 + 1
    energy = await ask(source, "/ivp/pdm/energy")
    assert energy["production"]["eim"] == snapshot
    assert "lines" not in made


async def test_seven_days_are_all_but_today_while_the_site_is_young() -> None:
    young = replace(site_named("demo"))
    young = young.commissioned_on(date(2025, 6, 18))
    snapshot = await ask(source_of(young, "8.3"), "/api/v1/production")
    assert snapshot["wattHoursSevenDays"] == snapshot["wattHoursLifetime"] - snapshot["wattHoursToday"]
    assert snapshot["wattHoursToday"] > 5000


@pytest.mark.parametrize(("name", "firmware"), METERED)
async def test_readings_reports_and_page_say_the_same(name: str, firmware: str) -> None:
    source = source_of(name, firmware)
    readings = await ask(source, "/ivp/meters/readings")
    reports = {row["reportType"]: row for row in await ask(source, "/ivp/meters/reports")}
    page = await ask(source, "/production.json?details=1")
    for reading, kind, row in zip(
        readings, ("production", "net-consumption"), (page["production"][1], page["consumption"][1]), strict=True
    ):
        assert reading["activePower"] == reports[kind]["cumulative"]["currW"] == row["wNow"]
        assert reading["instantaneousDemand"] == reading["activePower"]
        assert reading["apparentPower"] >= abs(reading["activePower"])
        phases = len(row["lines"])
        assert len(reading["channels"]) == 3
        assert reading["actEnergyDlvd"] == pytest.approx(
            sum(channel["actEnergyDlvd"] for channel in reading["channels"][:phases]), abs=0.003
        )
        assert all(channel["actEnergyDlvd"] == 0 for channel in reading["channels"][phases:])
        assert reading["freq"] * 16 == int(reading["freq"] * 16)
    assert reports["net-consumption"]["cumulative"]["whRcvdCum"] == 0
    assert reports["total-consumption"]["cumulative"]["currW"] == page["consumption"][0]["wNow"]


async def test_the_meter_process_prints_three_decimals() -> None:
    source = source_of("demo", "8.3")
    for path, digits in (("/ivp/meters/readings", {3}), ("/ivp/meters/reports", {2, 3})):
        body = (await source.reply(Request(path=path))).body
        found = {len(decimals) for decimals in re.findall(rb"\.(\d+)", body)}
        assert found == digits


async def test_record_numbers_follow_their_layout() -> None:
    source = source_of("metered-split", "8.3")
    readings = await ask(source, "/ivp/meters/readings")
    assert [row["eid"] for row in readings] == [704643328, 704643584]
    assert [channel["eid"] for channel in readings[0]["channels"]] == [1778385169, 1778385170, 1778385171]
    assert readings[1]["channels"][0]["eid"] == 1778385425
    devices = await ask(source, "/ivp/pdm/device_data")
    assert devices["553648384"]["channels"][0]["chanEid"] == 1627390225
    assert len(devices["704643328"]["channels"]) == 4


async def test_at_night_the_array_draws_and_the_inverters_are_silent() -> None:
    source = source_of("demo", "8.3", NIGHT)
    inverters, meter = (await ask(source, "/production.json"))["production"]
    assert (inverters["readingTime"], inverters["wNow"], inverters["activeCount"]) == (0, 0, 24)
    assert -10 < meter["wNow"] < 0
    assert 100 < meter["apprntPwr"] < 500
    assert (await ask(source, "/api/v1/production"))["wattHoursToday"] == 0
    last = await ask(source, "/api/v1/production/inverters")
    assert all(0 <= row["lastReportWatts"] < 15 and row["maxReportWatts"] > 150 for row in last)
    devices = (await ask(source, "/inventory.json"))[0]["devices"]
    assert not any(device["producing"] for device in devices)


async def test_a_standard_gateway_has_no_meters_and_counts_inverters() -> None:
    source = source_of("standard", "8.3")
    assert await ask(source, "/ivp/meters") == await ask(source, "/ivp/meters/readings") == []
    page = await ask(source, "/production.json?details=1")
    assert [row["type"] for row in page["production"]] == ["inverters"]
    assert "consumption" not in page
    inverters = page["production"][0]
    reports = await ask(source, "/api/v1/production/inverters")
    assert inverters["wNow"] == sum(row["lastReportWatts"] for row in reports)
    assert inverters["readingTime"] == max(row["lastReportDate"] for row in reports)
    energy = await ask(source, "/ivp/pdm/energy")
    assert energy["production"]["pcu"] == await ask(source, "/api/v1/production")
    assert energy["production"]["eim"]["wattHoursLifetime"] == 0
    assert not source.identity.metered


@pytest.mark.parametrize(("firmware", "wrapped"), [("7.6", True), ("8.2.127", True), ("8.2.4345", False)])
async def test_the_inverters_sum_wraps_on_older_firmware(firmware: str, wrapped: bool) -> None:
    site = read_site("standard").commissioned_on(date(2025, 5, 20))
    source = source_of(site, firmware)
    lifetime_wh = (await ask(source, "/production.json"))["production"][0]["whLifetime"]
    panels = source.site.at(NOON).panels
    true_j = sum(int(panel.report.lifetime_j) for panel in panels if panel.report)
    assert true_j > WRAP_J
    assert lifetime_wh == (true_j % WRAP_J if wrapped else true_j) // 3600


async def test_meters_without_transformers_are_there_but_dark() -> None:
    site = site_named("three-phase")
    bare = replace(site, meters=replace(site.meters, production=False, consumption="none"))
    source = source_of(bare, "7.6")
    assert {row["state"] for row in await ask(source, "/ivp/meters")} == {"disabled"}
    page = await ask(source, "/production.json?details=1")
    assert page["production"][1]["activeCount"] == page["consumption"][0]["activeCount"] == 0
    assert page["production"][1]["wNow"] == 0
    assert page["production"][0]["wNow"] > 500
    assert set((await ask(source, "/api/v1/production")).values()) == {0}
    assert all(row["activePower"] == 0 for row in await ask(source, "/ivp/meters/readings"))


async def test_a_total_consumption_transformer_measures_the_total() -> None:
    site = site_named("three-phase")
    total = replace(site, meters=replace(site.meters, consumption="total"))
    source = source_of(total, "8.2")
    assert [row["measurementType"] for row in await ask(source, "/ivp/meters")] == ["production", "total-consumption"]
    readings = await ask(source, "/ivp/meters/readings")
    page = await ask(source, "/production.json")
    assert readings[1]["activePower"] == pytest.approx(page["consumption"][0]["wNow"], abs=0.001)
    state = source.site.at(NOON)
    assert page["consumption"][1]["wNow"] == pytest.approx(state.grid.all.active_w, abs=0.001)


async def test_device_data_stops_at_fifty() -> None:
    source = source_of(with_panels(site_named("metered-split"), 60), "8.3")
    devices = await ask(source, "/ivp/pdm/device_data")
    assert (devices["deviceCount"], devices["deviceDataLimit"]) == (62, 50)
    assert len(devices) == 52
    assert len(await ask(source, "/api/v1/production/inverters")) == 60


async def test_batteries_are_told_with_one_sign_everywhere() -> None:
    source = source_of("demo", "8.3", NOON.replace(hour=20))
    state = source.site.at(NOON.replace(hour=20))
    assert state.storage is not None
    assert state.storage.power_w > 100
    rows = (await ask(source, "/ivp/ensemble/power"))["devices:"]
    assert sum(row["real_power_mw"] for row in rows) == pytest.approx(1000 * state.storage.power_w, abs=2)
    units = (await ask(source, "/ivp/ensemble/inventory"))[0]["devices"]
    assert {unit["led_status"] for unit in units} == {13}
    control = await ask(source, "/ivp/ensemble/secctrl")
    assert control["ENC_agg_avail_energy"] == pytest.approx(state.storage.stored_wh, abs=60)
    assert control["ENC_agg_backup_energy"] == 1000


async def test_unknown_paths_methods_and_newer_endpoints_get_what_the_generation_gives() -> None:
    old, new = source_of("demo", "7.6"), source_of("demo", "8.3")
    assert (await old.reply(Request(path="/ivp/pdm/device_data"))).status == 404
    assert (await new.reply(Request(path="/ivp/pdm/device_data"))).status == 200
    assert (await new.reply(Request(path="/nowhere"))).status == 404
    assert (await new.reply(Request(method="DELETE", path="/ivp/meters"))).status == 405
    assert (await new.reply(Request(path="/ivp/meters/"))).status == 200
    assert (await new.reply(Request(path="/info.xml"))).body == (await new.reply(Request(path="/info"))).body


async def test_time_passes_by_the_second() -> None:
    clock = ManualClock(NOON)
    source = SiteSource(lived_site(site_named("demo"), NOON), clock, parse_version("8.3"))
    before = await ask(source, "/ivp/meters/readings")
    await clock.advance(0.4)
    assert await ask(source, "/ivp/meters/readings") == before
    await clock.advance(1)
    after = await ask(source, "/ivp/meters/readings")
    assert after[0]["timestamp"] == before[0]["timestamp"] + 1
    assert after[0]["actEnergyDlvd"] > before[0]["actEnergyDlvd"]


async def test_ac_batteries_say_what_the_catalogue_lists() -> None:
    source = source_of("acb", "8.3", NOON)
    devices = await ask(source, "/ivp/pdm/device_data")
    units = [one for one in devices.values() if isinstance(one, dict) and one["devName"] == "acb"]
    state = source.site.at(NOON)
    assert len(units) == len(state.ac_batteries) > 0
    common = {"joulesProduced", "joulesUsed", "acVoltageINmV", "acFrequencyINmHz", "acCurrentInmA", "dcVoltageINmV"}
    common |= {"dcCurrentINmA", "channelTemp", "pwrConvErrSecs", "pwrConvMaxErrCycles", "leadingVArs", "laggingVArs"}
    own = {"SOC", "SOH", "minCellTemp", "maxCellTemp", "totVoltage", "vendor_data"}
    channels = [unit["channels"][0] for unit in units]
    assert all(common | own <= channel["lastReading"].keys() for channel in channels)
    assert not any("l1NAcVoltageInmV" in channel["lastReading"] for channel in channels)
    out_j = sum(channel["lifetime"]["joulesProduced"] for channel in channels)
    in_j = sum(channel["lifetime"]["joulesUsed"] for channel in channels)
    assert out_j / 3600 == pytest.approx(state.acb.all.delivered_wh, rel=0.01)
    assert in_j / 3600 == pytest.approx(state.acb.all.received_wh, rel=0.01)
    assert 0 < out_j < in_j


@pytest.mark.parametrize(("is_island", "word"), [(False, "ENCMN_MDE_ON_GRID"), (True, "ENCMN_MDE_OFF_GRID")])
async def test_wired_devices_are_told_alike_by_both_pages(*, is_island: bool, word: str) -> None:
    source = source_of("collar", "8.3.5433", MORNING_IN_AMERICA)
    if is_island:
        source.site.obey(replace(source.site.orders, grid_relay="open"), MORNING_IN_AMERICA - timedelta(minutes=8))
    listed = {
        device["serial_num"]: (device["admin_state"], device["admin_state_str"])
        for group in await ask(source, "/ivp/ensemble/inventory")
        for device in group.get("devices", ())
        if group["type"] in {"COLLAR", "C6 COMBINER CONTROLLER"}
    }
    told = (await ask(source, "/ivp/ensemble/status"))["inventory"]["serial_nums"]
    wired = {serial: device for serial, device in told.items() if device.get("com_interface_str") == "CAN"}
    assert {serial: (one["admin_state"], one["admin_state_str"]) for serial, one in wired.items()} == listed
    assert {device["device_type"] for device in wired.values()} == {27, 30}
    assert (88, word) in listed.values()
    assert all({"prop_set", "installed", "dmir", "procload"} <= device.keys() for device in wired.values())


def test_every_endpoint_of_the_recordings_is_built_once() -> None:
    assert len(RENDER) >= 30
    assert {endpoint.name for endpoint in RENDER} >= {"info", "production_v1", "meter_readings", "tariff", "home"}


@pytest.mark.parametrize("text", ["3.8", "five", "", "2"])
def test_firmware_that_is_not_served_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is no firmware"):
        parse_version(text)


@pytest.mark.parametrize(("text", "build"), [("7.6", "7.6.175"), ("D8.2.127", "8.2.127"), ("8.3", "8.3.5169")])
def test_a_generation_stands_for_a_build(text: str, build: str) -> None:
    assert str(parse_version(text)) == build


def test_a_site_that_is_not_built_yet_cannot_answer() -> None:
    with pytest.raises(ConfigError, match="commissioned on 2025-06-10"):
        source_of("demo", "8.3", datetime(2025, 6, 9, tzinfo=UTC) - timedelta(days=1))

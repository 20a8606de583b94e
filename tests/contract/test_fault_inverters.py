"""Inverters: reports that are old, missing or strange."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openvoy import Gateway
from openvoy.protocol.endpoints.meters import METERS
from tests.contract.fault_support import flows_of, page_row, standing
from tests.contract.site_support import MORNING_IN_AMERICA, NOON

REPORTS, DETAILS, PAGE, V1 = (
    "/api/v1/production/inverters",
    "/ivp/pdm/device_data",
    "/production.json?details=1",
    "/api/v1/production",
)


async def test_a_standard_gateway_says_zero_from_8_3_5422_on_by_nature() -> None:
    async with standing("standard", "8.3.5169") as stand:
        assert (await stand.ask(V1))["wattHoursLifetime"] > 0
    async with standing("standard", "8.3.5422") as stand:
        assert set((await stand.ask(V1)).values()) == {0}
        details, row = await stand.ask(DETAILS), page_row(await stand.ask(PAGE), "inverters")
        snapshot = await stand.snapshot()
    counted_j = sum(
        row["channels"][0]["lifetime"]["joulesProduced"] for row in details.values() if isinstance(row, dict)
    )
    assert snapshot.energy.solar_wh == pytest.approx(counted_j / 3600)
    assert snapshot.power.solar_w == row["wNow"] > 0


async def test_values_of_a_gateway_that_is_starting_are_zeros_for_a_while() -> None:
    async with standing("standard") as stand:
        baseline = await stand.snapshot()
        stand.switch_on("booting:seconds=300")
        assert set((await stand.ask(V1)).values()) == {0}
        assert await stand.ask(REPORTS) == []
        assert page_row(await stand.ask(PAGE), "inverters")["activeCount"] == 0
        starting = await stand.snapshot()
        stand.gateway.clock.advance(299)
        assert await stand.ask(REPORTS) == []
        stand.gateway.clock.advance(1)
        assert len(await stand.ask(REPORTS)) == 24
    assert starting.energy.solar_wh != 0
    assert len(starting.inverters) == len(baseline.inverters)


async def test_a_small_old_snapshot_may_stand_still() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("small-frozen-v1:lifetime_wh=77")
        assert (await stand.ask(V1))["wattHoursLifetime"] == 77
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


@pytest.mark.parametrize("limit", [10, 24, 25])
async def test_the_details_end_at_a_limit_that_counts_everything(limit: int) -> None:
    async with standing("standard", "8.3.5422") as stand:
        truth = await stand.snapshot()
        stand.switch_on(f"device-limit:limit={limit}")
        details = await stand.ask(DETAILS)
        assert (details["deviceCount"], details["deviceDataLimit"]) == (24, limit)
        assert sum(isinstance(row, dict) for row in details.values()) == min(limit, 24)
        snapshot = await stand.snapshot()
    assert len(snapshot.inverters) == 24
    assert truth.energy.solar_wh is not None
    assert snapshot.energy.solar_wh == pytest.approx(truth.energy.solar_wh, abs=1)


async def test_gone_is_no_word_to_rely_on() -> None:
    async with standing("standard", "8.3.5422") as stand:
        baseline = await stand.snapshot()
        stand.switch_on("mod-gone")
        devices = [row for row in (await stand.ask(DETAILS)).values() if isinstance(row, dict)]
        assert {(row["modGone"], row["active"]) for row in devices} == {(True, True)}
        assert await stand.snapshot() == baseline


async def test_an_inverter_may_be_left_out_of_one_reply() -> None:
    async with standing() as stand:
        baseline, good = await stand.snapshot(), await stand.ask(REPORTS)
        stand.switch_on("inverter-vanishes:count=2,every=2")
        assert [len(await stand.ask(REPORTS)) for _ in range(3)] == [24, 22, 24]
        assert await stand.ask(REPORTS) == good[2:]
        snapshot = [await stand.snapshot() for _ in range(2)]
    assert [len(shown.inverters) for shown in snapshot] == [24, 24]
    assert flows_of(snapshot[1]) == flows_of(baseline)


async def test_a_ghost_has_no_power() -> None:
    async with standing("standard", "8.3.5422") as stand:
        baseline = await stand.snapshot()
        stand.switch_on("ghost-inverter:power_w=210")
        assert (await stand.ask(REPORTS))[-1]["lastReportDate"] == 0
        snapshot = await stand.snapshot()
    assert flows_of(snapshot) == flows_of(baseline)
    assert [(row.at, row.power_w) for row in snapshot.inverters if row.serial == "122200099990"] == [(None, None)]


async def test_a_stale_entry_is_dated() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("stale-inverter:days=2395")
        assert (await stand.ask(REPORTS))[-1]["lastReportDate"] == MORNING_IN_AMERICA.timestamp() - 2395 * 86_400
        snapshot = await stand.snapshot()
    assert flows_of(snapshot) == flows_of(baseline)
    assert next(row.at for row in snapshot.inverters if row.serial == "121512099991") == datetime(
        2018, 11, 30, 17, 33, 20, tzinfo=UTC
    )


async def test_reports_may_not_say_what_they_are_of() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("dev-type-absent")
        assert "devType" not in (await stand.ask(REPORTS))[0]
        assert await stand.snapshot() == baseline


@pytest.mark.parametrize("minutes", [15, 60])
async def test_reports_may_come_every_hour(minutes: int) -> None:
    async with standing("standard", "8.3.5422") as stand:
        stand.gateway.clock.advance(3600 - NOON.timestamp() % 3600)
        stand.switch_on(f"reports-every:interval_min={minutes}")
        first, details = await stand.ask(REPORTS), await stand.ask(DETAILS)
        lasted = next(iter(details.values()))["channels"][0]["lastReading"]["duration"]
        stand.gateway.clock.advance(minutes * 60 - 1)
        assert await stand.ask(REPORTS) == first
        assert (await stand.ask(DETAILS)) == details
        snapshot = await stand.snapshot()
        stand.gateway.clock.advance(1)
        later = await stand.ask(REPORTS)
    assert lasted == minutes * 60
    assert {row.report_interval_s for row in snapshot.inverters} == {minutes * 60}
    assert {row["lastReportDate"] for row in first}.isdisjoint(row["lastReportDate"] for row in later)


async def test_negative_watts_may_have_lost_their_sign() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("unsigned-watts:power_w=4")
        assert next(iter((await stand.ask(DETAILS)).values()))["channels"][0]["watts"]["now"] == 4_294_967_292
        snapshot = await stand.snapshot()
    assert {row.power_w for row in snapshot.inverters} == {-4}
    assert flows_of(snapshot) == flows_of(baseline)


async def test_unknown_words_do_no_harm() -> None:
    async with standing("demo") as stand:
        baseline = await stand.snapshot()
        stand.switch_on("unknown-enums:word=fusion")
        assert (await stand.ask("/ivp/meters"))[-1]["measurementType"] == "fusion"
        assert (await stand.ask("/admin/lib/tariff"))["tariff"]["storage_settings"]["mode"] == "fusion"
        assert (await stand.ask("/ivp/ensemble/relay"))["mains_oper_state"] == "fusion"
        snapshot = await stand.snapshot()
    assert not snapshot.missing
    assert flows_of(snapshot) == flows_of(baseline)
    assert snapshot.inverters == baseline.inverters
    assert snapshot.storage is not None
    assert snapshot.storage.mode == "fusion"


async def test_a_temperature_may_be_a_word() -> None:
    async with standing("demo") as stand:
        baseline = await stand.snapshot()
        stand.switch_on("temperature-unknown")
        devices = (await stand.ask("/ivp/ensemble/inventory"))[0]["devices"]
        assert {row["temperature"] for row in devices} == {"unknown"}
        snapshot = await stand.snapshot()
    assert [battery.temperature_c for battery in snapshot.batteries] == [None] * len(devices)
    assert flows_of(snapshot) == flows_of(baseline)


async def test_a_storage_mode_may_be_null() -> None:
    async with standing("demo") as stand:
        baseline = await stand.snapshot()
        stand.switch_on("tariff-mode-null")
        tariff = await stand.ask("/admin/lib/tariff")
        assert tariff["tariff"]["storage_settings"]["mode"] is tariff["schedule"]["battery_mode"] is None
        snapshot = await stand.snapshot()
    assert snapshot.storage is not None
    assert snapshot.storage.mode is None
    assert not snapshot.missing
    assert flows_of(snapshot) == flows_of(baseline)


async def test_values_may_be_frozen() -> None:
    async with standing() as stand:
        stand.switch_on("frozen:path=/ivp/meters/*")
        first, page = await stand.send("/ivp/meters/readings"), await stand.ask(PAGE)
        stand.gateway.clock.advance(7200)
        assert (await stand.send("/ivp/meters/readings")).body == first.body
        assert page_row(await stand.ask(PAGE), "production")["wNow"] != page_row(page, "production")["wNow"]
        assert not (await stand.snapshot()).missing


async def test_a_clock_may_be_an_hour_ahead() -> None:
    async with standing() as stand:
        baseline, home = await stand.snapshot(), await stand.ask("/home")
        good = {path: (await stand.send(path)).body for path in ("/info", REPORTS, "/ivp/meters/readings")}
        stand.switch_on("clock-skew:seconds=3600")
        reply, skewed_home = await stand.send("/info"), await stand.ask("/home")
        assert reply.header("Date") == "Sat, 21 Jun 2025 18:33:20 GMT"
        now_s = str(int(MORNING_IN_AMERICA.timestamp())).encode()
        assert now_s in good["/info"]
        assert str(int(MORNING_IN_AMERICA.timestamp()) + 3600).encode() in reply.body
        snapshot = await stand.snapshot()
        async with Gateway(str(stand.gateway.url), token=stand.gateway.owner_token, clock=stand.time) as gateway:
            await gateway.fetch(METERS)
        assert gateway.clock_ahead_s == pytest.approx(3600, abs=2)
    assert (home["current_time"], skewed_home["current_time"]) == ("10:33", "11:33")
    assert flows_of(snapshot) == flows_of(baseline)
    for now, then in zip(snapshot.inverters, baseline.inverters, strict=True):
        assert now.at is not None
        assert then.at is not None
        assert (now.at - then.at).total_seconds() == 3600
        assert (now.lifetime_wh, now.report_interval_s) == (then.lifetime_wh, then.report_interval_s)

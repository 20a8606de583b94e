"""The production page and what stands on it: sums that are none, rows that swap, meters that are not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openvoy.virtual.site.definition import Meters
from tests.contract.fault_support import flows_of, page_row, standing
from tests.contract.site_support import site_named

READINGS, PAGE = "/ivp/meters/readings", "/production.json?details=1"
CONSUMPTION = 704643584


def row_of(rows: list[Any], eid: int) -> Any:
    return next(row for row in rows if row["eid"] == eid)


async def test_power_factors_may_be_sums() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("power-factor-sum")
        for row in (await stand.ask(READINGS))[:2]:
            assert row["pwrFactor"] == pytest.approx(sum(channel["pwrFactor"] for channel in row["channels"]))
        for path in (PAGE, "/production.json"):
            row = page_row(await stand.ask(path), "production")
            lines = page_row(await stand.ask(PAGE), "production")["lines"]
            assert row["pwrFactor"] == pytest.approx(sum(line["pwrFactor"] for line in lines))
            assert row["pwrFactor"] > 1
        snapshot = await stand.snapshot()
    assert flows_of(snapshot) == flows_of(baseline)
    factors = [
        (meter.power_factor, then.power_factor) for meter, then in zip(snapshot.meters, baseline.meters, strict=True)
    ]
    assert all(now is not None and then is not None and abs(now - then) < 0.002 for now, then in factors)


async def test_apparent_energy_may_be_garbage() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("apparent-garbage")
        assert {row["apparentEnergy"] for row in (await stand.ask(READINGS))[:2]} == {0.013}
        assert page_row(await stand.ask(PAGE), "production")["vahLifetime"] == 0.013
        assert await stand.snapshot() == baseline


async def test_leading_and_lagging_may_change_places_in_the_total() -> None:
    async with standing() as stand:
        good, baseline = page_row(await stand.ask(PAGE), "net-consumption"), await stand.snapshot()
        stand.switch_on("reactive-swapped")
        bad = page_row(await stand.ask(PAGE), "net-consumption")
        assert (bad["varhLeadLifetime"], bad["varhLagLifetime"]) == (good["varhLagLifetime"], good["varhLeadLifetime"])
        assert good["varhLeadLifetime"] != good["varhLagLifetime"]
        assert bad["lines"] == good["lines"]
        assert await stand.snapshot() == baseline


async def test_total_consumption_may_be_net() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("total-is-net")
        page = await stand.ask(PAGE)
        total, net = page_row(page, "total-consumption"), page_row(page, "net-consumption")
        assert (total["wNow"], total["whLifetime"]) == (net["wNow"], net["whLifetime"])
        assert total["whToday"] == total["whLastSevenDays"] == total["whLifetime"]
        assert net["whToday"] == 0
        snapshot = await stand.snapshot()
    assert snapshot.energy == baseline.energy
    assert snapshot.power.load_w == baseline.power.load_w
    assert snapshot.power.reported_consumption_w == pytest.approx(baseline.power.reported_consumption_w)


async def test_8_3_5433_has_its_faults_by_nature_with_a_meter_of_total_consumption() -> None:
    site = site_named("metered-split")
    for consumption, is_net in (("total", True), ("net", False)):
        metered = replace(site, meters=Meters(production=True, consumption=consumption))  # type: ignore[arg-type]
        async with standing(metered, "8.3.5433") as stand:
            page, readings, snapshot = await stand.ask(PAGE), await stand.ask(READINGS), await stand.snapshot()
        total, net = page_row(page, "total-consumption"), page_row(page, "net-consumption")
        assert (total["wNow"] == net["wNow"]) is is_net
        assert [len(row["lines"]) for row in (total, net, page_row(page, "production"))] == [3, 3, 3]
        assert (readings[0]["pwrFactor"] > 1, readings[0]["apparentEnergy"]) == (True, 0.013)
        assert snapshot.power.load_w is not None
        assert snapshot.power.load_w > 0


async def test_lines_may_always_be_three() -> None:
    async with standing(firmware="8.2.4345") as stand:
        baseline = await stand.snapshot()
        stand.switch_on("three-lines")
        lines = page_row(await stand.ask(PAGE), "production")["lines"]
        assert [line["rmsVoltage"] > 0 for line in lines] == [True, True, False]
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_meters_may_be_called_inactive_with_bogus_values() -> None:
    async with standing() as stand:
        good, baseline = await stand.ask(PAGE), await stand.snapshot()
        stand.switch_on("meter-inactive")
        page = await stand.ask(PAGE)
        for kind in ("production", "total-consumption", "net-consumption"):
            row = page_row(page, kind)
            assert (row["activeCount"], row["wNow"], row["whLifetime"]) == (0, -6660, 0.01)
        lifetime_wh = page_row(good, "inverters")["whLifetime"]
        assert page_row(page, "inverters")["whLifetime"] == max(lifetime_wh - 250_000, 0)
        snapshot = await stand.snapshot()
    assert snapshot.energy == baseline.energy
    assert snapshot.power.load_w == baseline.power.load_w
    assert snapshot.power.reported_consumption_w == pytest.approx(baseline.power.reported_consumption_w)


async def test_a_gateway_without_transformers_makes_noise_and_counts_by_inverters() -> None:
    site = replace(site_named("metered-split"), meters=Meters())
    for firmware, totals in (("7.6.175", {0}), ("8.2.4345", {0, 1583, 4})):
        async with standing(site, firmware) as stand:
            assert set((await stand.ask("/api/v1/production")).values()) == totals
            row = page_row(await stand.ask(PAGE), "production")
            assert (row["activeCount"], row["wNow"]) == (0, -6660)
            inverters = page_row(await stand.ask(PAGE), "inverters")
            stand.switch_on("inactive-noise:energy_wh=-18.153")
            assert page_row(await stand.ask(PAGE), "production")["whLifetime"] == -18.153
            snapshot = await stand.snapshot()
        assert snapshot.power.solar_w == inverters["wNow"] > 1000
        assert snapshot.energy.solar_wh == pytest.approx(inverters["whLifetime"], abs=1)
        assert snapshot.power.grid_w is None


async def test_transformers_that_are_gone_leave_their_counters() -> None:
    site = replace(site_named("metered-split"), meters=Meters(production=True))
    async with standing(site) as stand:
        baseline = await stand.snapshot()
        stand.switch_on("old-meter-counters:energy_wh=777000")
        assert row_of(await stand.ask(READINGS), CONSUMPTION)["actEnergyDlvd"] == 777_000
        assert page_row(await stand.ask(PAGE), "net-consumption")["whLifetime"] == 777_000
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_at_night_inverters_draw_power_and_stay_active() -> None:
    async with standing() as stand:
        good, baseline = await stand.ask(PAGE), await stand.snapshot()
        stand.switch_on("night:standby_w=8.8")
        page = await stand.ask(PAGE)
        assert (page_row(page, "inverters")["wNow"], page_row(page, "inverters")["readingTime"]) == (0, 0)
        assert page_row(page, "inverters")["activeCount"] == page_row(good, "inverters")["activeCount"]
        assert page_row(page, "production")["wNow"] == -8.8
        snapshot = await stand.snapshot()
    assert snapshot.power.solar_w == -8.8
    assert snapshot.power.load_w == pytest.approx(baseline.power.load_w)
    assert snapshot.power.grid_w is not None
    assert baseline.power.solar_w is not None
    assert baseline.power.grid_w is not None
    assert snapshot.power.grid_w == pytest.approx(baseline.power.grid_w + baseline.power.solar_w + 8.8)

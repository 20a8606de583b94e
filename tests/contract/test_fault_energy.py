"""Energies that lie: on the wire as measured, and what the client makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from openvoy.model.accounting import Accountant, Step
from openvoy.virtual.site.definition import Meters
from tests.contract.fault_support import flows_of, page_row, standing
from tests.contract.site_support import site_named

PAGE, V1, PDM, DETAILS = "/production.json?details=1", "/api/v1/production", "/ivp/pdm/energy", "/ivp/pdm/device_data"
WRAP_J = 2**32
EARLIER_KWH = 1190
"""With the site's first days more than 2^32 J = 1 193.05 kWh for each inverter."""
EARLIER_J = EARLIER_KWH * 3_600_000


async def test_each_inverters_joules_wrap_from_8_2_4264_on() -> None:
    async with standing("standard", "8.3.5169") as stand:
        good = await stand.ask(DETAILS)
        stand.switch_on(f"joule-wrap:earlier_kwh={EARLIER_KWH}")
        page, details, v1 = await stand.ask(PAGE), await stand.ask(DETAILS), await stand.ask(V1)
        snapshot = await stand.snapshot()
    counted = [row["channels"][0]["lifetime"]["joulesProduced"] for row in good.values() if isinstance(row, dict)]
    aged = [row["channels"][0]["lifetime"]["joulesProduced"] for row in details.values() if isinstance(row, dict)]
    assert aged == [value + EARLIER_J for value in counted]
    assert sum(value >= WRAP_J for value in aged) == 24
    assert page_row(page, "inverters")["whLifetime"] == sum(value % WRAP_J for value in aged) // 3600
    assert snapshot.energy.solar_wh == v1["wattHoursLifetime"] > 24 * EARLIER_KWH * 1000


@pytest.mark.parametrize("firmware", ["7.6.175", "8.2.127"])
async def test_the_sum_of_all_joules_wraps_before(firmware: str) -> None:
    async with standing("standard", firmware) as stand:
        good = page_row(await stand.ask(PAGE), "inverters")["whLifetime"]
        stand.switch_on(f"joule-wrap:earlier_kwh={EARLIER_KWH}")
        bad = page_row(await stand.ask(PAGE), "inverters")["whLifetime"]
        v1, snapshot = await stand.ask(V1), await stand.snapshot()
    assert bad == (good * 3600 + 24 * EARLIER_J) % WRAP_J // 3600 < 1_193_047
    assert snapshot.energy.solar_wh == v1["wattHoursLifetime"] > 24 * EARLIER_KWH * 1000


async def test_a_wrap_that_nothing_else_tells_is_put_back_by_accounting() -> None:
    """A metered gateway of 7.x without transformers has nothing but the wrapped sum."""
    site = replace(site_named("metered-split"), meters=Meters())
    async with standing(site, "7.6.175") as stand:
        books, days = Accountant(), []
        counted_wh = page_row(await stand.ask(PAGE), "inverters")["whLifetime"]
        almost_kwh = int((WRAP_J / 3600 - counted_wh) / 24_000)
        for earlier_kwh in (almost_kwh, almost_kwh + 1):
            true_wh = page_row(await stand.ask(PAGE), "inverters")["whLifetime"] + 24_000 * earlier_kwh
            stand.switch_on(f"joule-wrap:earlier_kwh={earlier_kwh}")
            snapshot = await stand.snapshot()
            at = stand.gateway.clock.now()
            days.append((true_wh, snapshot.energy.solar_wh, books.account(snapshot.counters, at)))
            stand.gateway.faults.switch_off()
            stand.gateway.clock.advance(86_400)
    (first_wh, said_wh, _), (second_wh, wrapped_wh, accounted) = days
    assert said_wh == first_wh
    assert first_wh < WRAP_J / 3600 < second_wh
    assert wrapped_wh == int(second_wh - WRAP_J / 3600)
    assert [notice.step for notice in accounted.notices] == [Step.WRAP]
    assert accounted.energy.solar_wh == pytest.approx(second_wh, abs=2)


async def test_a_counter_gets_its_overflow_back() -> None:
    async with standing("standard") as stand:
        good = page_row(await stand.ask(PAGE), "inverters")["whLifetime"]
        baseline = await stand.snapshot()
        stand.switch_on("counter-restored:wraps=2")
        assert page_row(await stand.ask(PAGE), "inverters")["whLifetime"] == good + round(2 * WRAP_J / 3600)
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_a_lost_snapshot_makes_today_the_lifetime() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("snapshot-lost")
        page, v1, split = await stand.ask(PAGE), await stand.ask(V1), await stand.ask(PDM)
        for kind in ("production", "total-consumption"):
            row = page_row(page, kind)
            assert row["whToday"] == row["whLastSevenDays"] == row["whLifetime"] > 0
            assert all(line["whToday"] == line["whLifetime"] for line in row["lines"])
        assert page_row(page, "net-consumption")["whToday"] == 0
        assert set(v1.values()) == set(split["production"]["eim"].values()) == {0}
        assert split["production"]["pcu"]["wattHoursLifetime"] > 0
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_a_stale_snapshot_leaves_yesterday_in_today() -> None:
    async with standing() as stand:
        stand.switch_on("snapshot-stale")
        first, v1 = page_row(await stand.ask(PAGE), "production"), await stand.ask(V1)
        stand.gateway.clock.advance(86_400)
        later = page_row(await stand.ask(PAGE), "production")
        assert await stand.ask(V1) == v1
        grown_wh = later["whLifetime"] - first["whLifetime"]
        assert grown_wh > 10_000
        assert later["whToday"] == pytest.approx(first["whToday"] + grown_wh, abs=0.01)
        assert later["whToday"] == pytest.approx(
            v1["wattHoursToday"] + later["whLifetime"] - v1["wattHoursLifetime"], abs=0.01
        )
        snapshot = await stand.snapshot()
    assert snapshot.energy.solar_wh == pytest.approx(later["whLifetime"])


async def test_a_short_history_makes_seven_days_everything_but_today() -> None:
    async with standing() as stand:
        stand.switch_on("history-short")
        v1, row = await stand.ask(V1), page_row(await stand.ask(PAGE), "production")
        assert v1["wattHoursSevenDays"] == v1["wattHoursLifetime"] - v1["wattHoursToday"]
        assert row["whLastSevenDays"] == pytest.approx(row["whLifetime"] - row["whToday"])
        assert not (await stand.snapshot()).missing


async def test_a_day_may_end_an_hour_late() -> None:
    """Midnight in Los Angeles is 07:00 UTC in June."""
    async with standing(at=datetime(2025, 6, 21, 6, 30, tzinfo=UTC)) as stand:
        stand.switch_on("late-reset:hours=1")
        evening = page_row(await stand.ask(PAGE), "production")["whToday"]
        v1_evening = (await stand.ask(V1))["wattHoursToday"]
        stand.gateway.clock.advance(3600)
        late = page_row(await stand.ask(PAGE), "production")["whToday"]
        assert evening > 10_000
        assert late == pytest.approx(evening, abs=20)
        assert (await stand.ask(V1))["wattHoursToday"] == pytest.approx(v1_evening, abs=20)
        stand.gateway.clock.advance(1900)
        assert page_row(await stand.ask(PAGE), "production")["whToday"] < 20
        assert not (await stand.snapshot()).missing


async def test_today_may_be_what_the_inverters_drew_at_night() -> None:
    async with standing(at=datetime(2025, 6, 21, 8, tzinfo=UTC)) as stand:
        stand.switch_on("today-is-standby")
        assert (await stand.ask(V1))["wattHoursToday"] == 0
        before = {row["eid"]: row["actEnergyRcvd"] for row in await stand.ask("/ivp/meters/readings")}
        stand.gateway.clock.advance(3 * 3600)
        after = {row["eid"]: row["actEnergyRcvd"] for row in await stand.ask("/ivp/meters/readings")}
        drawn_wh = after[704643328] - before[704643328]
        assert drawn_wh > 0
        assert page_row(await stand.ask(PAGE), "production")["whToday"] == pytest.approx(drawn_wh, abs=0.01)
        assert not (await stand.snapshot()).missing


async def test_lifetimes_of_the_page_may_be_off() -> None:
    async with standing() as stand:
        good, baseline = await stand.ask(PAGE), await stand.snapshot()
        stand.switch_on("lifetime-offset:net_wh=-500,total_wh=189090.7")
        bad = await stand.ask(PAGE)
        for kind, added in (("net-consumption", -500), ("total-consumption", 189_090.7), ("production", 0)):
            assert page_row(bad, kind)["whLifetime"] == pytest.approx(page_row(good, kind)["whLifetime"] + added)
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_net_may_count_import_alone() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("net-import-only")
        import_wh = next(row for row in await stand.ask("/ivp/meters/readings") if row["eid"] == 704643584)
        row = page_row(await stand.ask(PAGE), "net-consumption")
        assert row["whLifetime"] == import_wh["actEnergyDlvd"] > 0
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_today_may_be_thousands_of_kilowatt_hours() -> None:
    async with standing() as stand:
        good, baseline = await stand.ask(PAGE), await stand.snapshot()
        v1 = await stand.ask(V1)
        stand.switch_on("today-huge:kwh=16000")
        assert (await stand.ask(V1))["wattHoursToday"] == v1["wattHoursToday"] + 16_000_000
        grown = page_row(await stand.ask(PAGE), "production")["whToday"]
        assert grown == pytest.approx(page_row(good, "production")["whToday"] + 16_000_000)
        assert flows_of(await stand.snapshot()) == flows_of(baseline)


async def test_seven_days_of_consumption_may_be_nothing() -> None:
    async with standing() as stand:
        stand.switch_on("consumption-week-zero")
        split = await stand.ask(PDM)
        assert split["consumption"]["eim"]["wattHoursSevenDays"] == 0
        assert split["consumption"]["eim"]["wattHoursLifetime"] > 0
        assert not (await stand.snapshot()).missing


async def test_retired_inverters_leave_every_sum() -> None:
    async with standing("standard") as stand:
        details, good = await stand.ask(DETAILS), page_row(await stand.ask(PAGE), "inverters")
        reports, v1 = await stand.ask("/api/v1/production/inverters"), await stand.ask(V1)
        stand.switch_on("inverters-retired:count=3")
        gone = {row["serialNumber"] for row in reports[:3]}
        lost_wh = (
            sum(
                row["channels"][0]["lifetime"]["joulesProduced"]
                for row in details.values()
                if isinstance(row, dict) and row["sn"] in gone
            )
            // 3600
        )
        row = page_row(await stand.ask(PAGE), "inverters")
        assert row["activeCount"] == good["activeCount"] - 3
        assert row["whLifetime"] == good["whLifetime"] - lost_wh
        assert (await stand.ask(V1))["wattHoursLifetime"] == v1["wattHoursLifetime"] - lost_wh
        assert await stand.ask("/api/v1/production/inverters") == reports[3:]
        retired = [row for row in (await stand.ask(DETAILS)).values() if isinstance(row, dict) and row["sn"] in gone]
        assert [(row["active"], row["modGone"]) for row in retired] == [(False, True)] * 3
        assert all(row["channels"][0]["lastReading"] == row["channels"][0]["lifetime"] == {} for row in retired)
        listed = (await stand.ask("/inventory.json?deleted=1"))[0]["devices"]
        assert {row["serial_num"] for row in listed if row["admin_state"] == 3} == gone
        assert len((await stand.ask("/inventory.json"))[0]["devices"]) == len(reports) - 3
        snapshot = await stand.snapshot()
    assert gone.isdisjoint(inverter.serial for inverter in snapshot.inverters)
    assert len(snapshot.inverters) == len(reports) - 3

"""Meters that are switched, turned round and scaled, and limits that limit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contract.catalogue import GATEWAY_EID, PRODUCTION_EID, Desk
from tests.contract.site_support import MORNING_IN_AMERICA, NOON, site_named

CONSUMPTION_EID = "704643584"
NIGHT = datetime(2025, 6, 21, 1, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    return Desk("8.3", site_named("demo"))


@pytest.fixture
def split() -> Desk:
    return Desk("8.2", site_named("metered-split"), at=MORNING_IN_AMERICA)


async def reading(desk: Desk, eid: str = PRODUCTION_EID) -> dict[str, Any]:
    found: dict[str, Any] = await desk.ask(f"/ivp/meters/readings/{eid}")
    return found


async def now_and_ever(desk: Desk) -> list[dict[str, Any]]:
    """Ask the production page for all but the sums of today and of seven days."""
    page = await desk.ask("/production.json")
    rows = [row for rows in page.values() for row in rows]
    return [{name: row[name] for name in row if not name.endswith(("Today", "Days"))} for row in rows]


async def test_a_disabled_meter_stops_reading_and_goes_on_from_there(desk: Desk) -> None:
    before = await reading(desk)
    reply = await desk.ask(f"/ivp/meters/{PRODUCTION_EID}", "PUT", {"state": "disabled"})
    assert (reply["eid"], reply["state"]) == (int(PRODUCTION_EID), "disabled")
    desk.wait(3600)
    off = await reading(desk)
    assert (off["activePower"], off["voltage"], off["actEnergyDlvd"]) == (0, 0, before["actEnergyDlvd"])
    page = (await desk.ask("/production.json"))["production"][1]
    assert (page["activeCount"], page["wNow"], page["whLifetime"]) == (0, 0, before["actEnergyDlvd"])
    assert (await desk.ask("/ivp/pdm/energy"))["production"]["eim"]["wattHoursLifetime"] == 0
    await desk.ask(f"/ivp/meters/{PRODUCTION_EID}", "PUT", {"state": "enabled"})
    desk.wait(3600)
    on = await reading(desk)
    assert on["activePower"] == pytest.approx(desk.state.solar.all.active_w, abs=0.001)
    real_wh = desk.state.solar.all.delivered_wh
    missed_wh = real_wh - on["actEnergyDlvd"]
    assert missed_wh == pytest.approx(desk.state.solar.all.active_w, rel=0.5)
    assert on["actEnergyDlvd"] > before["actEnergyDlvd"] + 1000
    total = (await desk.ask("/production.json"))["consumption"]
    assert total[0]["whLifetime"] == pytest.approx(on["actEnergyDlvd"] + total[1]["whLifetime"], abs=0.01)


@pytest.mark.parametrize("eid", [PRODUCTION_EID, CONSUMPTION_EID])
async def test_a_meter_that_was_off_and_on_measures_as_before(desk: Desk, eid: str) -> None:
    before = await now_and_ever(desk)
    for state in ("disabled", "enabled"):
        await desk.ask(f"/ivp/meters/{eid}", "PUT", {"state": state})
    assert await now_and_ever(desk) == before
    for report in await desk.ask("/ivp/meters/reports"):
        assert report["cumulative"]["apprntPwr"] >= 0.99 * abs(report["cumulative"]["actPower"])


async def test_without_its_meter_the_interval_snapshot_says_nothing(desk: Desk) -> None:
    assert (await desk.ask("/api/v1/production"))["wattsNow"] > 1000
    await desk.ask(f"/ivp/meters/{PRODUCTION_EID}", "PUT", {"state": "disabled"})
    assert (await desk.ask("/api/v1/production"))["wattHoursLifetime"] == 0


@pytest.mark.parametrize(
    ("eid", "body", "status"), [("7", {"state": "enabled"}, 404), ("704643328", {"state": "x"}, 400)]
)
async def test_a_meter_that_is_none_or_a_state(desk: Desk, eid: str, body: object, status: int) -> None:
    await desk.ask(f"/ivp/meters/{eid}", "PUT", body, status=status)
    await desk.ask(f"/ivp/meters/{eid}", status=404 if eid == "7" else 200)


async def test_a_reversed_transformer_turns_the_sign(split: Desk) -> None:
    before = await reading(split)
    assert await split.ask("/ivp/meters/ctreversal/") == {}
    assert await split.ask("/ivp/meters/ctreversal/pL1", "PUT", {"reversed": True}) == {"pL1": {"reversed": True}}
    split.wait(1800)
    after = await reading(split)
    first, second = (split.state.solar.phases[phase].active_w for phase in (0, 1))
    assert [row["activePower"] for row in after["channels"][:2]] == pytest.approx([-first, second], abs=0.001)
    assert after["channels"][0]["actEnergyDlvd"] == before["channels"][0]["actEnergyDlvd"]
    assert after["channels"][0]["actEnergyRcvd"] > before["channels"][0]["actEnergyRcvd"] + 100
    await split.ask("/ivp/meters/ctreversal/p", "PUT", {"reversed": True})
    assert set(await split.ask("/ivp/meters/ctreversal")) == {"pL1", "pL2"}
    meter = (await split.ask("/ivp/meters"))[0]
    assert (meter["meteringStatus"], meter["statusFlags"]) == ("check-wiring", ["negative-production"])
    await split.ask("/ivp/meters/ctreversal/p", "PUT", {"reversed": False})
    assert await split.ask("/ivp/meters/ctreversal/p") == {}
    await split.ask("/ivp/meters/ctreversal/pL3", status=404)
    await split.ask("/ivp/meters/ctreversal/x", status=404)


async def test_another_transformer_scales_its_meter(desk: Desk) -> None:
    before = await reading(desk, CONSUMPTION_EID)
    reply = await desk.ask(f"/ivp/meters/cts/{CONSUMPTION_EID}", "PUT", {"attachType": "CT-100", "primaryAmps": 100.0})
    assert (reply["attachType"], reply["primaryAmps"], reply["turns"]) == ("CT-100", 100.0, 0)
    after = await reading(desk, CONSUMPTION_EID)
    assert after["activePower"] == pytest.approx(before["activePower"] / 2, abs=0.001)
    assert after["actEnergyDlvd"] == before["actEnergyDlvd"]
    assert (await desk.ask("/ivp/meters/cts"))[CONSUMPTION_EID] == reply
    await desk.ask(f"/ivp/meters/cts/{CONSUMPTION_EID}", "PUT", {"primaryAmps": -1}, status=400)


async def test_storage_metering(desk: Desk) -> None:
    reply = await desk.ask("/ivp/meters/storage_settings")
    assert reply == {
        "isCalibrated": True,
        "storage_cfg": {"prod_ct_present": True, "cons_ct_present": True, "prod_ch_mask": 1, "cons_ch_mask": 1},
    }
    assert not (await desk.ask("/ivp/meters/storage_setting", "PUT", {"isCalibrated": False}))["isCalibrated"]
    await Desk("8.3", site_named("standard")).ask("/ivp/meters/storage_setting", status=404)


async def test_reports_by_kind(desk: Desk) -> None:
    total, net = await desk.ask("/ivp/meters/reports/consumption")
    assert [total["reportType"], net["reportType"]] == ["total-consumption", "net-consumption"]
    made = await desk.ask("/ivp/meters/reports/production")
    assert total["cumulative"]["actPower"] == pytest.approx(
        made["cumulative"]["actPower"] + net["cumulative"]["actPower"], abs=0.002
    )


async def test_the_array_is_held_at_a_share_of_its_nameplate(desk: Desk) -> None:
    untouched = Desk("8.3", site_named("demo"))
    assert await desk.ask("/ivp/sc/pvlimit", "POST", {"enable": True, "pv_limit_pct": 20}) == {
        "enable": True,
        "pv_limit_pct": 20,
    }
    desk.wait(300)
    assert desk.state.solar.all.active_w == pytest.approx(0.2 * 24 * 300, rel=0.03)
    await desk.ask("/ivp/sc/pvlimit", "POST", {"enable": False})
    desk.wait(900)
    untouched.wait(1200)
    assert desk.state.solar.all.active_w == pytest.approx(untouched.state.solar.all.active_w, rel=0.01)
    await desk.ask("/ivp/sc/pvlimit", "POST", {"enable": True, "pv_limit_pct": 120}, status=400)


async def test_no_export_means_none(split: Desk) -> None:
    assert split.state.grid.all.active_w < -500
    limit = {"PEL": True, "Soft_PEL": True, "PEL_Limit": 0.0}
    reply = await split.ask("/ivp/ss/pel_settings", "POST", {"pel_settings": limit})
    assert (reply["PEL"], reply["PEL_Limit"], reply["Export_Limit_Type"]) == (True, 0.0, "Aggregate")
    split.wait(600)
    assert split.state.grid.all.active_w >= -1
    status = await split.ask("/ivp/sc/status")
    assert status["events"] == ["PEL Active"]
    assert [rule["RuleNum"] for rule in status["profile"]["agg_rules"]] == [14]


@pytest.mark.parametrize(("is_export", "limit_w"), [(True, 300.0), (False, 1200.0)])
async def test_the_dynamic_limit_limits_export_or_production(split: Desk, is_export: bool, limit_w: float) -> None:
    settings = {"enable": True, "export_limit": is_export, "limit_value_W": limit_w, "slew_rate": 100.0}
    reply = await split.ask("/ivp/ss/dpel", "POST", {"dynamic_pel_settings": settings})
    assert reply["dynamic_pel_settings"] == {**settings, "enable_dynamic_limiting": False}
    assert (reply["filename"], reply["version"]) == ("site_settings", "00.00.01")
    split.wait(900)
    state = split.state
    assert (-state.grid.all.active_w if is_export else state.solar.all.active_w) <= limit_w + 20
    off = await split.ask("/ivp/ss/dpel", "POST", {"dynamic_pel_settings": {"enable": False}})
    assert off["dynamic_pel_settings"]["limit_value_W"] == limit_w
    await split.ask("/ivp/ss/dpel", "POST", {"dynamic_pel_settings": {}}, status=400)


async def test_the_production_switch_switches_production(desk: Desk) -> None:
    path = f"/ivp/mod/{GATEWAY_EID}/mode/power"
    assert await desk.ask(path) == {"powerForcedOff": False}
    assert await desk.ask(path, "PUT", {"length": 1, "arr": [1]}) == {"powerForcedOff": True}
    desk.wait(400)
    assert desk.state.solar.all.active_w <= 0
    groups = await desk.ask("/inventory.json")
    assert not any(row["producing"] for row in groups[0]["devices"])
    wrong = await desk.ask("/ivp/mod/1627390225/mode/power")
    assert wrong == {"error": "power mode get: not valid for (eid=0x61000111) level=3 devtype=1"}
    await desk.ask(path, "PUT", {"length": 1, "arr": [2]}, status=400)
    await desk.ask(path, "PUT", {"length": 1, "arr": [0]})
    desk.wait(400)
    assert desk.state.solar.all.active_w > 1000


async def test_newer_builds_say_more_of_the_switch() -> None:
    reply = await Desk("8.3.5528", site_named("demo")).ask(f"/ivp/mod/{GATEWAY_EID}/mode/power")
    assert reply == {"powerForcedOff": False, "pvPowerForcedOff": False, "enchargePowerForcedOff": False}


async def test_power_control_is_kept(desk: Desk) -> None:
    before = await desk.ask("/ivp/ss/pcs_settings")
    reply = await desk.ask("/ivp/ss/pcs_settings", "POST", {"pcs_settings": {"mainCircuitBreaker": 100.0}})
    assert reply == {**before, "mainCircuitBreaker": 100.0}
    await desk.ask("/ivp/ss/pcs_settings", "POST", {"mainCircuitBreaker": "big"}, status=400)
    assert "relay_action" not in await Desk("8.2", site_named("demo")).ask("/ivp/ss/pcs_settings")


async def test_seven_meters_where_a_build_lists_them() -> None:
    desk = Desk("8.3.5433", site_named("demo"), at=NOON)
    meters = await desk.ask("/ivp/meters")
    kinds = ["production", "net-consumption", "storage", "backfeed", "load", "evse", "pv3p"]
    assert [row["measurementType"] for row in meters] == kinds
    readings = {row["eid"]: row for row in await desk.ask("/ivp/meters/readings")}
    never = readings[meters[3]["eid"]]
    assert (never["timestamp"], never["freq"], never["actEnergyDlvd"]) == (0, 0, 0)
    storage = str(meters[2]["eid"])
    await desk.ask(f"/ivp/meters/{storage}", "PUT", {"state": "enabled"})
    desk.wait(60)
    assert (await reading(desk, storage))["activePower"] == pytest.approx(desk.state.battery.all.active_w, abs=0.001)

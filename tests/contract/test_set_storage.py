"""Tariff, storage mode, reserve and sleep: what is written is stored, moves what it rules, and keeps the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contract.catalogue import AC_BATTERY, BATTERY, Desk
from tests.contract.site_support import site_named

TARIFF = "/admin/lib/tariff"
NIGHT = datetime(2025, 6, 21, 1, tzinfo=UTC)
SEASON = {
    "id": "all",
    "start": "1/1",
    "tiers": [],
    "days": [
        {
            "id": "every",
            "days": "Mon,Tue,Wed,Thu,Fri,Sat,Sun",
            "must_charge_start": 60,
            "must_charge_duration": 120,
            "must_charge_mode": "CG",
            "peak_rule": "DL",
            "enable_discharge_to_grid": False,
            "periods": [{"id": "low", "start": 0, "rate": 0.1}, {"id": "high", "start": 1020, "rate": 0.4}],
        }
    ],
}


@pytest.fixture
def desk() -> Desk:
    return Desk("8.3", site_named("demo"))


async def put(desk: Desk, **settings: Any) -> dict[str, Any]:
    """Write as clients do: the whole tariff with other storage settings."""
    tariff = (await desk.ask(TARIFF))["tariff"]
    tariff["storage_settings"] |= settings
    reply: dict[str, Any] = await desk.ask(TARIFF, "PUT", {"tariff": tariff})
    return reply


async def test_the_reserve_moves_everything_that_knows_it(desk: Desk) -> None:
    before = await desk.ask(TARIFF)
    desk.wait(60)
    reply = await put(desk, reserved_soc=40.0)
    assert reply["tariff"]["storage_settings"]["reserved_soc"] == 40.0
    assert "schedule" not in reply
    after = await desk.ask(TARIFF)
    assert after["tariff"]["seasons"] == before["tariff"]["seasons"]
    assert after["schedule"]["reserved_soc"] == 40.0
    assert after["tariff"]["date"] == str(int(desk.clock.now().timestamp()))
    assert after["schedule"]["date"] == f"{desk.clock.now():%Y-%m-%d %H:%M:%S} UTC"
    control = await desk.ask("/ivp/ensemble/secctrl")
    assert (control["configured_backup_soc"], control["ENC_agg_backup_energy"]) == (40, 4000)
    await desk.ask("/ivp/livedata/stream", "POST", {"enable": 1})
    assert (await desk.ask("/ivp/livedata/status"))["meters"]["backup_soc"] == 40
    assert (await desk.ask("/ivp/sc/sched"))["Agg Backup Energy"] == 4000


async def test_batteries_stop_at_the_reserve() -> None:
    desk = Desk("8.3", site_named("demo"), at=NIGHT.replace(hour=20))
    charge = desk.state.storage
    assert charge is not None
    await put(desk, reserved_soc=float(int(charge.soc_pct) - 5))
    desk.wait(7 * 3600)
    later = desk.state.storage
    assert later is not None
    assert later.soc_pct == pytest.approx(int(charge.soc_pct) - 5, abs=0.2)


@pytest.mark.parametrize(
    ("mode", "number", "letters"),
    [("backup", 0, "ND"), ("self-consumption", 1, "ZN"), ("economy", 2, "ZN"), ("savings-mode", 2, "ZN")],
)
async def test_the_mode_rebuilds_the_schedule(desk: Desk, mode: str, number: int, letters: str) -> None:
    await desk.ask(TARIFF, "PUT", {"tariff": {"seasons": []}})
    await put(desk, mode=mode)
    reply = await desk.ask(TARIFF)
    schedule = reply["schedule"]
    assert (schedule["battery_mode"], schedule["batt_mode"]) == (mode, mode)
    week = schedule["schedule"]["tariff"][0]
    assert week["Wed"] == [{"start": 0, "duration": 1440, "setting": letters}]
    await desk.ask("/ivp/livedata/stream", "POST", {"enable": 1})
    assert (await desk.ask("/ivp/livedata/status"))["meters"]["backup_bat_mode"] == number


async def test_backup_with_leave_charges_from_the_grid() -> None:
    desk = Desk("8.3", site_named("demo"), at=NIGHT)
    assert desk.state.battery.all.active_w >= 0
    await put(desk, mode="backup", charge_from_grid=True)
    desk.wait(600)
    assert desk.state.battery.all.active_w < -1000
    assert desk.state.grid.all.active_w > 1000
    schedule = await desk.ask("/ivp/sc/sched")
    assert (schedule["acb_current_mode"], schedule["Charge From Grid Allowed"]) == (2, True)
    assert schedule["sched_mode_key"][schedule["acb_current_mode"]].startswith("CG")


async def test_savings_cut_the_day_by_price(desk: Desk) -> None:
    await desk.ask(TARIFF, "PUT", {"tariff": {"seasons": [SEASON]}})
    await put(desk, mode="economy", charge_from_grid=True)
    days = (await desk.ask(TARIFF))["schedule"]["schedule"]["tariff"][0]
    assert [(row["start"], row["duration"], row["setting"]) for row in days["Sun"]] == [
        (0, 60, "ND"),
        (60, 120, "CG"),
        (180, 840, "ND"),
        (1020, 420, "DL"),
    ]
    assert (await desk.ask("/ivp/sc/sched"))["acb_current_mode"] == 4


async def test_while_the_cloud_plans_a_mode_is_echoed_and_ignored(desk: Desk) -> None:
    await put(desk, opt_schedules=True)
    reply = await put(desk, mode="backup", reserved_soc=33.0)
    assert reply["tariff"]["storage_settings"]["mode"] == "backup"
    stored = (await desk.ask(TARIFF))["tariff"]["storage_settings"]
    assert (stored["mode"], stored["reserved_soc"], stored["opt_schedules"]) == ("self-consumption", 33.0, True)
    await put(desk, mode="backup", opt_schedules=False)
    assert (await desk.ask(TARIFF))["tariff"]["storage_settings"]["mode"] == "backup"


async def test_a_tariff_without_wrapper_is_one_too(desk: Desk) -> None:
    await desk.ask(TARIFF, "PUT", {"single_rate": {"rate": 0.31, "sell": 0.07}})
    tariff = (await desk.ask("/admin/lib/tariff.json"))["tariff"]
    assert tariff["single_rate"] == {"rate": 0.31, "sell": 0.07}
    assert tariff["storage_settings"]["mode"] == "self-consumption"


@pytest.mark.parametrize(
    "settings", [{"mode": "turbo"}, {"reserved_soc": 101}, {"reserved_soc": "much"}, {"very_low_soc": -1}]
)
async def test_what_batteries_cannot_is_refused(desk: Desk, settings: dict[str, Any]) -> None:
    before = await desk.ask(TARIFF)
    await desk.ask(TARIFF, "PUT", {"tariff": {"storage_settings": settings}}, status=400)
    assert await desk.ask(TARIFF) == before


async def test_before_8_a_script_reads_the_tariff() -> None:
    desk = Desk("7.6", site_named("demo"))
    reply = await desk.ask(TARIFF, "PUT", {"tariff": {"storage_settings": {"mode": "turbo"}}}, status=500)
    assert reply["message"].startswith("EXCEPTION")
    assert "opt_schedules" not in (await desk.ask(TARIFF))["tariff"]["storage_settings"]


async def test_ac_batteries_sleep_and_wake() -> None:
    desk = Desk("8.2")
    path = "/admin/lib/acb_config"
    wanted = {"serial_num": AC_BATTERY, "sleep_min_soc": 10, "sleep_max_soc": 20}
    assert await desk.ask(path, "PUT", {"acb_sleep": [wanted]}) == {"message": "success"}
    assert await desk.ask(f"{path}.json") == {"acb_sleep": [wanted]}
    device = await ac_battery(desk)
    assert (device["sleep_enabled"], device["sleep_min_soc"], device["sleep_max_soc"]) == (True, 10, 20)
    await desk.ask(path, "PUT", {"acb_sleep": [{**wanted, "sleep_min_soc": 30}]}, status=400)
    await desk.ask(path, "PUT", {"acb_sleep": [{**wanted, "serial_num": "1"}]}, status=400)
    await desk.ask(path, "DELETE", {"acb_sleep": [{"serial_num": "1"}]}, status=400)
    await desk.ask(path, "DELETE", {"acb_sleep": [{"serial_num": int(AC_BATTERY)}]})
    device = await ac_battery(desk)
    assert (device["sleep_enabled"], device["sleep_min_soc"], device["sleep_max_soc"]) == (False, 25, 30)


async def ac_battery(desk: Desk) -> dict[str, Any]:
    groups = {row["type"]: row["devices"] for row in await desk.ask("/inventory.json")}
    return next(row for row in groups["ACB"] if row["serial_num"] == AC_BATTERY)


async def test_ac_batteries_stand_where_they_belong() -> None:
    desk = Desk("8.2")
    power_w, stored_wh = desk.state.acb.all.active_w, sum(row.stored_wh for row in desk.state.ac_batteries)
    row = (await desk.ask("/production.json"))["storage"][0]
    assert (row["activeCount"], row["whNow"]) == (2, round(stored_wh))
    assert row["wNow"] == pytest.approx(power_w, abs=0.51)
    reports = await desk.ask("/api/v1/production/inverters")
    assert next(report["serialNumber"] for report in reports if report["devType"] == 11) == AC_BATTERY
    control = await desk.ask("/ivp/ensemble/secctrl")
    assert control["ACB_agg_energy"] == round(stored_wh)
    assert control["Max_energy"] == 10000 + 2480
    kinds = [row["devName"] for row in (await desk.ask("/ivp/pdm/device_data")).values() if isinstance(row, dict)]
    assert kinds.count("acb") == 2


async def test_an_iq_battery_that_sleeps_rests() -> None:
    desk = Desk("8.3", site_named("demo"), at=NIGHT.replace(hour=21))
    serials = [row["serial_num"] for row in (await desk.ask("/ivp/ensemble/power"))["devices:"]]
    assert desk.state.battery.all.active_w > 0
    rows = [{"serial_num": serial, "sleep_min_soc": 5, "sleep_max_soc": 10} for serial in serials]
    reply = await desk.ask("/ivp/ensemble/sleep", "PUT", {"encharge_sleep": rows})
    assert reply == {"encharge_sleep": rows}
    desk.wait(300)
    assert desk.state.battery.all.active_w == pytest.approx(0, abs=1)
    assert all(row["sleep_enabled"] for row in (await desk.ask("/ivp/ensemble/inventory"))[0]["devices"])
    await desk.ask("/ivp/ensemble/sleep", "DELETE", {"encharge_sleep": [{"serial_num": "1"}]}, status=404)
    await desk.ask("/ivp/ensemble/sleep", "DELETE", {"encharge_sleep": [{"serial_num": serials[0]}]})
    assert [row["serial_num"] for row in (await desk.ask("/ivp/ensemble/sleep"))["encharge_sleep"]] == serials[1:]


async def test_output_off_is_off() -> None:
    desk = Desk("8.3", site_named("demo"), at=NIGHT.replace(hour=21))
    await desk.ask("/ivp/ss/enc_settings", "POST", {"enc_settings": {"enable": False, "country": "FR"}})
    desk.wait(300)
    assert desk.state.battery.all.active_w == pytest.approx(0, abs=1)
    assert (await desk.ask("/ivp/ensemble/secctrl"))["shutdown"] is True
    await Desk("8.3", site_named("metered-split")).ask("/ivp/ss/enc_settings", status=404)


async def test_biases_hold_until_secondary_control_writes_its_own(desk: Desk) -> None:
    reply = await desk.ask("/ivp/ensemble/secctrl", "POST", {"freq_bias_hz": -1.32, "voltage_bias_v": -15.7})
    assert (reply["freq_bias_hz_q8"], reply["voltage_bias_v_q5"]) == (-2123, -502)
    desk.wait(120)
    assert (await desk.ask("/ivp/ensemble/secctrl"))["freq_bias_hz"] == 0.0


async def test_the_schedule_can_be_overridden() -> None:
    desk = Desk("8.3", site_named("demo"), at=NIGHT.replace(hour=21))
    assert (await desk.ask("/ivp/sc/sched", "POST", {"acb_debug_mode": 0}))["acb_current_mode"] == 0
    desk.wait(120)
    assert desk.state.battery.all.active_w == pytest.approx(0, abs=1)
    await desk.ask("/ivp/sc/sched", "POST", {"acb_debug_mode": 11}, status=400)
    await desk.ask("/ivp/sc/sched", "POST", {"acb_debug_mode": -1})
    desk.wait(120)
    assert desk.state.battery.all.active_w != 0
    reply = await desk.ask("/ivp/sc/setp_override", "POST", {"enable": True, "setpoint": -50.0})
    assert reply == {"enable": True, "setpoint": -50.0}
    groups = {row["id"]: row["setpoint_val"] for row in (await desk.ask("/ivp/sc/status"))["response"]["groups"]}
    assert groups["ENC"] == -50.0


async def test_a_battery_by_its_serial_number() -> None:
    desk = Desk("8.3")
    raw = await desk.ask(f"/ivp/ensemble/dataraw/{BATTERY}")
    storage = desk.state.storage
    assert storage is not None
    assert raw["data_records"][BATTERY]["soc"] == pytest.approx(storage.soc_pct, abs=0.1)
    assert len((await desk.ask("/ivp/ensemble/dataraw/"))["data_records"]) == 3
    assert await desk.ask("/ivp/ensemble/dataraw/1") == {"data_records": {}}
    assert (await desk.ask(f"/ivp/ensemble/device_status?serial_num={BATTERY}"))[BATTERY] == {"device_type": 13}
    assert (await desk.ask("/ivp/ensemble/device_status?serial_num=7"))["7"]["device_type"] > 1000

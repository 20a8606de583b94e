"""Events, network, clock and updates of the gateway itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contract.catalogue import FILE, INVERTER, Desk, form
from tests.contract.site_support import MORNING_IN_AMERICA, site_named

EVENTS = "/datatab/event_dt.rb"


@pytest.fixture
def desk() -> Desk:
    return Desk("8.3", site_named("demo"))


async def event_rows(desk: Desk, length: int = -1) -> list[list[str]]:
    rows: list[list[str]] = (await desk.ask(f"{EVENTS}?start=0&length={length}"))["aaData"]
    return rows


async def test_what_is_done_stands_in_the_event_log(desk: Desk) -> None:
    before = await desk.ask(f"{EVENTS}?start=0&length=3")
    assert before["recordsTotal"] == before["iTotalRecords"] == len(await event_rows(desk)) > 100
    assert len(before["aaData"]) == 3
    await desk.ask("/ivp/ss/pel_settings", "POST", {"PEL": True, "PEL_Limit": 100.0})
    desk.wait(60)
    await desk.ask(f"/prov?serial_num={INVERTER}", "DELETE")
    newest = await event_rows(desk, 2)
    assert [row[1] for row in newest] == ["Device removed: Set", "Power export limiting: Set"]
    assert newest[0][2:4] == [INVERTER, "pcu "]
    assert newest[0][4] == "Sat Jun 21, 2025 01:34 PM CEST"
    assert int(newest[0][0]) == int(newest[1][0]) + 1
    assert len((await desk.ask(EVENTS))["aaData"]) == 1
    assert [row["text"] for row in (await desk.ask("/ivp/event"))[:2]] == [row[1] for row in newest]


async def test_inverters_are_missed_at_night_and_come_back(desk: Desk) -> None:
    rows = [row for row in await event_rows(desk) if row[2] == INVERTER]
    assert [row[1].rpartition(" ")[2] for row in rows] == ["Clear", "Set", "Clear", "Set", "Clear", "Set", "Clear"]
    assert all(row[3] == "pcu " for row in rows)
    numbers = [int(row[0]) for row in await event_rows(desk)]
    assert numbers == sorted(set(numbers), reverse=True)
    desk.wait(24 * 3600)
    later = {row[0]: row[1:] for row in await event_rows(desk)}
    assert all(later.get(row[0], row[1:]) == row[1:] for row in rows)


async def test_the_relay_is_noted_once_it_has_moved() -> None:
    desk = Desk("8.3")
    await desk.ask("/ivp/ensemble/relay", "POST", {"mains_admin_state": "open"})
    assert (await event_rows(desk, 1))[0][1] != "Grid relay: Open"
    desk.wait(20)
    assert (await event_rows(desk, 1))[0][1] == "Grid relay: Open"


async def test_a_wired_network_is_set(desk: Desk) -> None:
    path = "/admin/lib/network_display.json"
    assert (await desk.ask(path))["dhcp"] is True
    assert await desk.ask(f"{path}?cellular=1") == {}
    fields = {"dhcp": "off", "deviceip": "192.0.2.77", "netmask": "255.255.255.0", "gatewayip": "192.0.2.1"}
    reply = await desk.ask(path, "POST", form(fname="set", interface="eth0", **fields))
    assert (reply["ip"], reply["dhcp"]) == ("192.0.2.77", False)
    home = await desk.ask("/home")
    assert (home["network"]["interfaces"][0]["ip"], home["network"]["interfaces"][0]["dhcp"]) == ("192.0.2.77", False)
    assert await desk.ask(path, "POST", form(fname="set", dhcp="off", deviceip="x")) == {"error": "invalid address"}
    ping = await desk.ask(path, "POST", form(fname="ping", pingip="192.0.2.1"))
    assert len(ping["results"]) == 7
    lost = await desk.ask(path, "POST", form(fname="ping", pingip="192.0.2.200"))
    assert "100% packet loss" in lost["results"][-1]
    routes = await desk.ask(path, "POST", form(fname="getroute"))
    assert [row["destination"] for row in routes] == ["0.0.0.0", "192.0.2.0"]
    assert (await desk.ask(path, "POST", form(fname="connectivitycheck")))["connectivity_enlighten"] == "pass"
    assert "error" in await desk.ask(path, "POST", form(fname="dance"))


async def test_a_wireless_network_is_joined(desk: Desk) -> None:
    path = "/admin/lib/wireless_display.json"
    assert "sites" not in await desk.ask(f"{path}?site_info=0")
    joining = await desk.ask(path, "POST", form(ssid="Cellar", psk="secret"))
    assert (joining["current_network"]["ssid"], joining["current_network"]["status"]) == ("Cellar", "connecting")
    desk.wait(20)
    assert (await desk.ask(path))["current_network"]["status"] == "connected"
    assert b"secret" not in json.dumps(str(desk.source.book)).encode()


async def test_the_clock_is_set_and_shown(desk: Desk) -> None:
    path = "/admin/lib/date_time_display.json"
    zones = (await desk.ask(f"{path}?tzlist=1&locale=en"))["timezones"]
    assert len(zones) > 400
    assert {"key": "Europe/London", "value": "Europe/London"} in zones
    assert await desk.ask(path) == {"timezone": "Europe/Paris", "date": "06/21/2025", "time": "13:33"}
    await desk.ask(path, "POST", form(timezone='"Europe/London"'))
    home = await desk.ask("/home.json")
    assert (home["timezone"], home["current_time"]) == ("Europe/London", "12:33")
    assert "reason" in await desk.ask(path, "POST", form(timezone="Mars/Olympus"))


async def test_ground_faults_are_cleared_in_america_only(desk: Desk) -> None:
    path, fields = "/admin/lib/admin_dcc_display.json", form(fname="gfi", doset="1", chaneid="1627390225")
    refused = await desk.ask(path, "POST", fields)
    assert refused == {"message": "Bad Request", "reason": "'gfi' not supported for non-NA Envoys"}
    american = Desk("8.3", site_named("metered-split"), at=MORNING_IN_AMERICA)
    await american.ask(path, "POST", fields)
    device = (await american.ask("/inventory.json"))[0]["devices"][0]
    assert device["device_control"] == [{"gficlearset": True}]


async def test_support_and_meters_of_others(desk: Desk) -> None:
    tunnel, meters = "/admin/lib/dba.json", "/admin/lib/admin_pmu_display.json"
    assert await desk.ask(tunnel, "POST", form(fname="tunnelopen")) == {"tunnel_open": True}
    assert await desk.ask(tunnel, "POST", form(fname="tunnelclose")) == {"tunnel_open": False}
    accepted = await desk.ask(meters, "POST", form(fname="accept", ip_addresses="192.0.2.44"))
    assert accepted == {"available_pmus": [], "associated_pmus": ["192.0.2.44"]}
    removed = await desk.ask(meters, "POST", form(fname="remove", ip_addresses="192.0.2.44"))
    assert removed["associated_pmus"] == []
    assert "reason" in await desk.ask(meters, "POST", form(fname="accept", ip_addresses="here"))


async def test_reports_follow_the_bandwidth(desk: Desk) -> None:
    path = "/ivp/peb/reportsettings"
    reply = await desk.ask(path, "PUT", {"reportsettings": {"bandwidth": "low", "diag_duration_mins": 0}})
    assert reply == {"reportsettings": {"bandwidth": "low", "diag_duration_mins": 0, "diag_remaining_secs": 0}}
    reported_s = (await desk.ask("/home"))["network"]["last_enlighten_report_time"]
    assert reported_s % 21_600 == 0
    diagnosed = await desk.ask(path, "PUT", {"reportsettings": {"diag_duration_mins": 10}})
    assert diagnosed["reportsettings"] == {"bandwidth": "high", "diag_duration_mins": 10, "diag_remaining_secs": 600}
    desk.wait(700)
    assert (await desk.ask(path))["reportsettings"]["bandwidth"] == "low"
    await desk.ask(path, "PUT", {"reportsettings": {"bandwidth": "middling"}}, status=400)


async def test_updates_are_asked_for_and_run(desk: Desk) -> None:
    path = "/ivp/firmware_manager"
    assert (await desk.ask(f"{path}/state"))["SiteSync"]["Current_Status_str"] == "No Update Running"
    reply = await desk.ask(f"{path}/update_all", "POST", {"force": "true", "broadcast": "false"})
    assert reply["Status"].startswith("Update firmware requested for all devices")
    desk.wait(900)
    running = (await desk.ask(f"{path}/state"))["SiteSync"]
    assert (running["Progress"], running["Estimated Time Left"]) == ("50.00", "00::15::00")
    desk.wait(900)
    assert (await desk.ask(f"{path}/state"))["SiteSync"]["Current_Status"] == 10
    await desk.ask(f"{path}/update_all", "POST", {"force": True}, status=500)
    await desk.ask(f"{path}/update_single", "POST", {"serial_num": INVERTER})
    assert (await desk.ask(f"{path}/state"))["updates"][0]["serial_num"] == INVERTER
    await desk.ask(f"{path}/update_single", "POST", {"serial_num": "1"}, status=404)


async def test_automatic_updates_are_words(desk: Desk) -> None:
    path = "/ivp/firmware_manager/config"
    wanted = [{"auto_update_enable": "false", "auto_update_8_hrs_disable": "true"}]
    assert await desk.ask(path, "PUT", wanted) == wanted
    assert (await desk.ask("/ivp/firmware_manager/state"))["SiteSync"]["auto_update_enable"] == "false"
    await desk.ask(path, "PUT", [{"auto_update_enable": False}], status=500)
    await desk.ask(path, "PUT", [{"auto_update_enable": "no"}], status=400)


async def test_an_upgrade_of_the_gateway_finishes(desk: Desk) -> None:
    path = "/installer/upgrade_status"
    assert (await desk.ask(path))["reason_code"] == 2200
    await desk.ask("/installer/upgrade_start", "POST")
    assert (await desk.ask(path))["message_key"] == "task.emu_upgrade.in_progress"
    desk.wait(700)
    assert (await desk.ask(path))["message_key"] == "task.emu_upgrade.finished_successful"
    assert await desk.ask("/upload", "POST", FILE) == {"message": "success"}


async def test_what_was_set_is_in_the_truth_with_its_time(desk: Desk) -> None:
    at = datetime(2025, 6, 21, 11, 43, 20, tzinfo=UTC)
    desk.wait(600)
    await desk.ask("/ivp/sc/pvlimit", "POST", {"enable": True, "pv_limit_pct": 50})
    changes: Any = desk.source.truth()["changes"]
    assert [(row["at"], row["subject"]) for row in changes] == [(at.isoformat().replace("+00:00", "Z"), "limits")]
    assert changes[0]["after"]["pv"] == {"enable": True, "pv_limit_pct": 50.0}
    assert changes[0]["before"]["pv"]["enable"] is False


async def test_keys_of_devices_are_no_part_of_the_truth(desk: Desk) -> None:
    key = "00112233445566778899AABBCCDDEEFF"
    row = {"serial_num": "122299990001", "link_key": key, "device_type": 13}
    await desk.ask("/ivp/zb/provision", "POST", {"serial_nums": [row]})
    truth = json.dumps(desk.source.truth()["changes"], default=str)
    assert "122299990001" in truth
    assert key not in truth

"""Provisioning, phases, grid profiles and scans: devices come and go as they are told."""

from __future__ import annotations

from typing import Any

import pytest

from openvoy.protocol.http import Request
from tests.contract.catalogue import FILE, INVERTER, NEW, Desk, raw_body
from tests.contract.site_support import site_named

PROVISION = "/ivp/zb/provision"
KEY = "00112233445566778899AABBCCDDEEFF"
PHASES = "/ivp/ens_rest/inverters_status"


@pytest.fixture
def desk() -> Desk:
    return Desk("8.3", site_named("demo"))


def row(serial: str, **members: Any) -> dict[str, Any]:
    return {"serial_num": serial, "link_key": KEY, "mac_addr": "0013a2001122", "device_type": 13} | members


async def inventory(desk: Desk) -> dict[str, list[str]]:
    groups = await desk.ask("/ivp/ensemble/inventory")
    return {group["type"]: [device["serial_num"] for device in group["devices"]] for group in groups}


async def test_registered_devices_pair_and_join(desk: Desk) -> None:
    before = await inventory(desk)
    reply = await desk.ask(PROVISION, "POST", {"serial_nums": [row(NEW), row("122299990002", device_type=17)]})
    assert [state["status"] for state in reply["serial_nums"]] == ["ok", "ok"]
    pairing = await desk.ask("/ivp/zb/pairing_status")
    assert pairing["Zigbee Network Mode"] == "Join Enabled"
    assert {entry["status"] for entry in pairing["serial_nums"]} == {"pending"}
    assert await inventory(desk) == before
    desk.wait(60)
    pairing = await desk.ask("/ivp/zb/pairing_status")
    assert (pairing["Zigbee Network Mode"], pairing["serial_nums"][0]["status"]) == ("Join Disabled", "joined")
    assert await inventory(desk) == {"ENCHARGE": [*before["ENCHARGE"], NEW], "ENPOWER": ["122299990002"]}
    members = (await desk.ask("/ivp/ensemble/devices"))["serial_nums"]
    assert [member["device_type"] for member in members] == [17, 13, 13, 13]
    assert (await desk.ask("/ivp/zb/status"))["state"]["zb num_joined_nodes"] == 4


async def test_with_a_new_controller_the_house_can_be_islanded(desk: Desk) -> None:
    await desk.ask("/ivp/ensemble/relay", "POST", {"mains_admin_state": "open"}, status=404)
    await desk.ask(PROVISION, "POST", {"serial_nums": [row(NEW, device_type=17)]})
    desk.wait(60)
    await desk.ask("/ivp/ensemble/relay", "POST", {"mains_admin_state": "open"})
    desk.wait(30)
    assert (await desk.ask("/ivp/ensemble/relay"))["mains_oper_state"] == "open"


@pytest.mark.parametrize(
    "bad",
    [
        row("12"),
        row("12229999000x"),
        row(NEW, link_key="short"),
        row(NEW, mac_addr="zz"),
        row(NEW, device_type=99),
        row(NEW, phase=4),
        row(NEW, der_index=3),
    ],
)
async def test_one_bad_serial_is_400_and_the_others_are_registered(desk: Desk, bad: dict[str, Any]) -> None:
    good = row("122299990002")
    reply = await desk.ask(PROVISION, "POST", {"serial_nums": [good, bad]}, status=400)
    assert [state["status"] for state in reply["serial_nums"]] == ["ok", "failed"]
    serials = [entry["serial_num"] for entry in (await desk.ask("/ivp/zb/pairing_status"))["serial_nums"]]
    assert serials == ["122299990002"]


async def test_a_second_controller_is_refused() -> None:
    desk = Desk("8.3")
    await desk.ask(PROVISION, "POST", {"serial_nums": [row(NEW, device_type=17)]}, status=400)
    await desk.ask(PROVISION, "POST", {"serial_nums": []}, status=400)


async def test_several_are_removed_at_once_and_one_unknown_is_400(desk: Desk) -> None:
    first, second = (await inventory(desk))["ENCHARGE"]
    reply = await desk.ask(f"{PROVISION}?serial_number={first},999999999999", "DELETE", status=400)
    assert [state["status"] for state in reply["serial_nums"]] == ["ok", "failed"]
    assert await inventory(desk) == {"ENCHARGE": [second]}
    assert (await desk.ask("/ivp/ensemble/secctrl"))["Enc_commissioned_capacity"] == 5000
    await desk.ask(f"{PROVISION}?serial_number={second}", "DELETE")
    assert await inventory(desk) == {}
    await desk.ask(PROVISION, "POST", {"serial_nums": [row(first)]})
    assert await inventory(desk) == {"ENCHARGE": [first]}
    await desk.ask(PROVISION, "DELETE", status=400)


async def test_commissioning_is_sealed_read_and_removed(desk: Desk) -> None:
    await desk.ask(PROVISION, "POST", {"serial_nums": [row(NEW)]})
    desk.wait(60)
    assert (await desk.ask("/ivp/ensemble/secctrl"))["Commission_in_progress"] is True
    assert await desk.ask("/ivp/zb/commission", "POST") == {}
    assert (await desk.ask("/ivp/ensemble/secctrl"))["Commission_in_progress"] is False
    stored = {entry["serial_num"]: entry for entry in (await desk.ask("/ivp/zb/commission"))["devices"]}
    assert stored[NEW]["link_key"] == KEY
    await desk.ask("/ivp/zb/commission", "DELETE")
    await desk.ask("/ivp/zb/commission", status=404)
    await desk.ask("/ivp/zb/commission", "DELETE", status=404)


async def test_a_reset_ends_what_was_switched_by_hand() -> None:
    desk = Desk("8.3")
    before = await desk.ask("/ivp/ensemble/dry_contacts")
    wanted = "open" if before["dry_contacts"][0]["status"] == "closed" else "closed"
    await desk.ask("/ivp/ensemble/dry_contacts", "POST", {"dry_contacts": {"id": "NC1", "status": wanted}})
    desk.wait(10)
    assert await desk.ask("/ivp/ensemble/dry_contacts") != before
    controller = (await inventory(desk))["ENPOWER"][0]
    assert await desk.ask("/ivp/zb/reset_device", "POST", {"serial_num": controller}) == {}
    desk.wait(10)
    assert await desk.ask("/ivp/ensemble/dry_contacts") == before
    await desk.ask("/ivp/zb/reset_device", "POST", {"serial_num": "1"}, status=404)
    await desk.ask("/ivp/ensemble/reset_device/1", "POST", status=404)


async def test_a_battery_gets_another_phase() -> None:
    desk = Desk("8.3", site_named("three-phase"))
    await desk.ask(PROVISION, "POST", {"serial_nums": [row(NEW, phase=2)]})
    desk.wait(60)
    device = (await desk.ask("/ivp/ensemble/inventory"))[0]["devices"][-1]
    assert (device["serial_num"], device["phase"]) == (NEW, "ph-b")
    await desk.ask("/ivp/zb/set_phase", "POST", {"serial_num": NEW, "phase": 3})
    assert (await desk.ask("/ivp/ensemble/inventory"))[0]["devices"][-1]["phase"] == "ph-c"
    await desk.ask("/ivp/zb/set_phase", "POST", {"serial_num": NEW, "phase": 4}, status=400)
    await desk.ask("/ivp/zb/set_phase", "POST", {"serial_num": "1", "phase": 1}, status=404)


async def test_devices_on_the_control_bus(desk: Desk) -> None:
    assert await desk.ask("/ivp/ensemble/device_list") == {"devices": []}
    await desk.ask("/ivp/ensemble/device_provision", "POST", {"serial_num": NEW})
    assert await desk.ask("/ivp/ensemble/device_list") == {"devices": [{"serial_num": NEW}]}
    await desk.ask("/ivp/ensemble/device_provision", "POST", {"serial_num": "x"}, status=400)
    await desk.ask(f"/ivp/ensemble/decommission?serial_num={NEW}", "DELETE")
    assert await desk.ask("/ivp/ensemble/device_list") == {"devices": []}
    await desk.ask("/ivp/ensemble/decommission", "POST", {"serial_num": NEW}, status=404)


async def test_a_removed_inverter_leaves_sums_and_stays_among_the_deleted(desk: Desk) -> None:
    page = (await desk.ask("/production.json"))["production"][0]
    assert (page["activeCount"], len((await desk.ask("/prov"))["devices"])) == (24, 24)
    await desk.ask(f"/prov?serial_num={INVERTER}", "DELETE")
    assert (await desk.ask("/production.json"))["production"][0]["activeCount"] == 23
    assert len(await desk.ask("/api/v1/production/inverters")) == 23
    present, all_of = (len(group["devices"]) for group in (await devices(desk), await devices(desk, deleted=True)))
    assert (present, all_of) == (23, 24)
    gone = next(entry for entry in (await devices(desk, deleted=True))["devices"] if entry["serial_num"] == INVERTER)
    assert (gone["admin_state"], gone["producing"], gone["communicating"]) == (3, False, False)
    data = (await desk.ask("/ivp/pdm/device_data"))["553648384"]
    assert (data["sn"], data["active"], data["modGone"], data["channels"][0]["lastReading"]) == (
        INVERTER,
        False,
        True,
        {},
    )
    await desk.ask(f"/prov?serial_num={INVERTER}", "DELETE", status=404)
    await desk.ask("/prov", "PUT", {"serial_nums": [INVERTER]})
    assert (await desk.ask("/production.json"))["production"][0] == page


async def devices(desk: Desk, *, deleted: bool = False) -> dict[str, Any]:
    groups: list[dict[str, Any]] = await desk.ask("/inventory.json?deleted=1" if deleted else "/inventory.json")
    return groups[0]


async def test_an_added_inverter_is_waited_for(desk: Desk) -> None:
    await desk.ask("/prov", "PUT", {"serial_nums": [NEW]})
    device = (await devices(desk))["devices"][-1]
    assert (device["serial_num"], device["admin_state"], device["communicating"]) == (NEW, 1, False)
    assert (await desk.ask("/api/v1/production/inverters"))[-1]["lastReportDate"] == 0
    assert (await desk.ask("/production.json"))["production"][0]["activeCount"] == 24
    scan = (await desk.ask("/ivp/peb/newscan"))["newDeviceScan"]
    assert (scan["devices-to-be-discovered"], scan["tot-devices-discovered"]) == (25, 24)
    await desk.ask("/prov", "PUT", {"serial_nums": ["nonsense"]}, status=400)
    await desk.ask("/prov", "PUT", {}, status=400)


async def test_a_scan_runs_and_ends(desk: Desk) -> None:
    assert (await desk.ask("/ivp/peb/newscan"))["newDeviceScan"]["active"] is False
    started = await desk.ask("/ivp/peb/newscan", "PUT", {"newDeviceScan": {"duration-in-minutes": 10}})
    assert (started["newDeviceScan"]["active"], started["newDeviceScan"]["remaining-minutes"]) == (True, 10)
    desk.wait(240)
    assert (await desk.ask("/ivp/peb/newscan"))["newDeviceScan"]["remaining-minutes"] == 6
    stopped = (await desk.ask("/ivp/peb/newscan", "DELETE"))["newDeviceScan"]
    assert (stopped["active"], stopped["scan-is-done"]) == (False, True)
    await desk.ask("/ivp/peb/newscan", "PUT")
    desk.wait(1000)
    assert (await desk.ask("/ivp/peb/newscan"))["newDeviceScan"]["active"] is False
    await desk.ask("/ivp/peb/newscan", "PUT", {"newDeviceScan": {"duration-in-minutes": -1}}, status=400)


async def test_phases_are_set_and_taken_back() -> None:
    desk = Desk("8.3", site_named("three-phase"))
    rows = await desk.ask(PHASES)
    serial, detected = rows[0]["serial_num"], rows[0]["gcpa_ph_ind"]
    await desk.ask(f"{PHASES}?serial_num={serial}&man_ph_ind=ph-c", "PUT")
    changed = (await desk.ask(PHASES))[0]
    assert (changed["ph_ind"], changed["gcpa_ph_ind"], changed["man_ph_ind"]) == ("ph-c", detected, "ph-c")
    assert serial in (await desk.ask("/installer/agf/inverters_phase.rb"))[0]["ph-c"]
    assert (await desk.ask("/inventory.json"))[0]["devices"][0]["phase"] == "ph-c"
    await desk.ask(f"{PHASES}?serial_num={serial}&man_ph_ind=ph-unk", "PUT")
    assert (await desk.ask(PHASES))[0]["ph_ind"] == detected
    await desk.ask(f"{PHASES}?serial_num=1&man_ph_ind=ph-a", "PUT", status=404)
    await desk.ask(f"{PHASES}?serial_num={serial}&man_ph_ind=ph-x", "PUT", status=400)


async def test_phases_are_detected_again(desk: Desk) -> None:
    reply = await desk.source.reply(Request(method="POST", path="/ivp/grest/local/gs/redeterminephase"))
    assert (reply.status, reply.body) == (200, b"")
    assert {row["gcpa_ph_ind"] for row in await desk.ask(PHASES)} == {"ph-unk"}
    desk.wait(600)
    assert {row["gcpa_ph_ind"] for row in await desk.ask(PHASES)} == {"ph-a"}


async def test_the_older_place_leads_to_the_newer_one(desk: Desk) -> None:
    reply = await desk.source.reply(Request(path="/installer/agf/inverters_status"))
    assert (reply.status, dict(reply.headers)["Location"]) == (302, PHASES)
    path = f"/installer/agf/inverters_status?serial_num={INVERTER}&man_ph_ind=ph-a"
    moved = await desk.source.reply(Request(method="PUT", path=path))
    assert dict(moved.headers)["Location"] == f"{PHASES}?serial_num={INVERTER}&man_ph_ind=ph-a"
    assert len(await Desk("5.0", site_named("standard")).ask("/installer/agf/inverters_status")) > 10


async def test_a_profile_is_chosen_and_sent(desk: Desk) -> None:
    index = await desk.ask("/installer/agf/index.json?simplified=true")
    assert (index["selected_profile"], index["profile_auto_selected"]) == ("G99-1-6:2020 UK:1.2.10", True)
    other = next(entry["profile_id"] for entry in index["profiles"] if "FR" in entry["countries"])
    reply = await desk.ask("/installer/agf/set_profile.json", "PUT", {"selected_profile": other})
    assert reply["message"].startswith("/ivp/grest/profile/EN%2050549-1%3A2019")
    assert reply["message"].endswith("accepted.")
    name, _, version = other.rpartition(":")
    active = await desk.ask("/ivp/arf/profile")
    assert (active["name"], active["version"]) == (name, version)
    assert ":1" in (await desk.ask(PHASES))[0]["message"]
    assert (await desk.ask("/ivp/grest/profile/active"))["pf-status"] == 1
    desk.wait(600)
    assert ":1" not in (await desk.ask(PHASES))[0]["message"]
    refused = await desk.ask("/installer/agf/set_profile.json", "PUT", {"selected_profile": "none:1"})
    assert "accepted" not in refused["message"]
    assert "reason" in refused


async def test_a_profile_in_words(desk: Desk) -> None:
    details = await desk.ask("/installer/agf/details.json?language=fr")
    values = details["fr"]["groups"]["grid_specification"]["parameters"]
    assert values["reference_voltage"]["display_value"] == "230,0"
    assert (await desk.ask("/installer/agf/details.json"))["en"]["groups"]["reconnect"]["label"] == "Reconnect"
    assert "error" in await desk.ask("/installer/agf/details.json?selected_profile=none:1")
    await desk.ask("/ivp/grest/profile/none/1", status=404)


async def test_ride_through_curves_are_kept(desk: Desk) -> None:
    path = "/ivp/arf/profile/multimode/off_grid"
    document = await desk.ask(path)
    document["profile"]["description"] = "wider"
    assert await desk.ask(path, "PUT", document) == document
    assert (await desk.ask("/ivp/arf/profile/multimode/on_grid"))["profile"]["description"] != "wider"
    await desk.ask("/ivp/arf/profile/multimode/sideways", status=404)
    await desk.ask(path, "PUT", {"profile": {}}, status=400)


async def test_a_package_of_profiles_is_a_file(desk: Desk) -> None:
    assert await desk.ask("/installer/agf/upload_profile_package", "POST", FILE) == {"message": "success"}
    assert (await desk.ask("/installer/agf/index.json"))["profiles"][0]["profile_source"] == ["enlighten", "itk"]
    await desk.ask("/installer/agf/upload_profile_package", "POST", b"{}", status=400)
    await desk.ask("/upload", "POST", b"nothing", status=400)


async def test_raw_records_are_those_of_one_controller(desk: Desk) -> None:
    first = await desk.ask("/ivp/adc/record?eid=1090519312&agf=vrt")
    assert first != await desk.ask("/ivp/adc/record?eid=1090519312&agf=frt")
    assert first != await desk.ask("/ivp/adc/record?eid=1090519568&agf=vrt")
    assert first == await desk.ask("/ivp/adc/record?eid=1090519312&agf=vrt")
    await desk.ask("/ivp/adc/record?eid=7", status=404)
    await desk.ask("/ivp/adc/record?eid=1090519312&agf=xyz", status=404)
    await desk.ask("/ivp/adc/relaxedparams/add", "PUT", {"mm": {"a": [1]}})
    assert await desk.ask("/ivp/adc/relaxedparams/add") == {"mm_profile.json": '{"mm":{"a":[1]}}'}
    await desk.ask("/ivp/adc/relaxedparams/delete", "PUT")
    assert await desk.ask("/ivp/adc/relaxedparams/add") == {}


async def test_trip_points_are_retired() -> None:
    retired = await Desk("7.3", site_named("demo")).ask("/ivp/tpm/capability", status=503)
    assert retired == {"error": "503 - Service Unavailable", "informational": "tpm API no longer supported"}
    old = Desk("4.10", site_named("demo"))
    assert await old.ask("/ivp/tpm/capability") == {"tpm_capability": False}
    assert await old.ask("/ivp/tpm/select", "PUT", {"selected": "UL1741"}) == {"selected": "UL1741"}


async def test_a_communication_check_hears_who_is_awake(desk: Desk) -> None:
    levels = await desk.ask("/installer/pcu_comm_check")
    assert len(levels) == 24
    assert min(levels.values()) >= 4
    desk.wait(13 * 3600)
    assert set((await desk.ask("/installer/pcu_comm_check")).values()) == {0}
    assert (await desk.ask("/ivp/ensemble/comm_check"))["average_encharge_level"]["num"] == 2


async def test_load_control_and_foreign_inverters() -> None:
    desk, bare = Desk("8.3"), Desk("8.3", site_named("demo"))
    await bare.ask("/ivp/ss/third_party/pv", status=404)
    await bare.ask("/ivp/ss/load_control", "POST", {"serial_num": "LC1"}, status=404)
    one = {"serial_num": "TP1", "ac_nameplate_w": 5000, "freq_watt": True}
    assert await desk.ask("/ivp/ss/third_party/pv", "POST", one) == {"third_party_pv": [one]}
    assert await desk.ask("/ivp/sc/third_party_pv") == {"third_party_pv": []}
    await desk.ask("/ivp/ss/third_party/pv?serial_num=TP2", "DELETE", status=404)
    assert await desk.ask("/ivp/ss/third_party/pv?serial_num=TP1", "DELETE") == {"third_party_pv": []}
    assert await desk.ask("/ivp/ss/load_control", "POST", {"serial_num": "LC1"}) == {}


async def test_a_body_of_another_type_is_400(desk: Desk) -> None:
    request = Request(method="POST", path=PROVISION, body=raw_body({"serial_nums": "all"}))
    assert (await desk.source.reply(request)).status == 400

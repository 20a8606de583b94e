"""Inverters, their phases and grid profiles, scans and checks."""

from __future__ import annotations

from typing import Any

import pytest

from openvoy.protocol.http import Request
from tests.contract.catalogue import FILE, INVERTER, NEW, Desk
from tests.contract.site_support import site_named

PHASES = "/ivp/ens_rest/inverters_status"


@pytest.fixture
def desk() -> Desk:
    return Desk("8.3", site_named("demo"))


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

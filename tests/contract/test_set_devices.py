"""Provisioning of batteries and controllers: devices come and go as they are told."""

from __future__ import annotations

from typing import Any

import pytest

from openvoy.protocol.http import Request
from tests.contract.catalogue import NEW, Desk, raw_body
from tests.contract.site_support import site_named

PROVISION = "/ivp/zb/provision"
KEY = "00112233445566778899AABBCCDDEEFF"


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


async def test_a_body_of_another_type_is_400(desk: Desk) -> None:
    request = Request(method="POST", path=PROVISION, body=raw_body({"serial_nums": "all"}))
    assert (await desk.source.reply(request)).status == 400

"""Q-relays: devices of the inventory that are no inverters, with what the detailed devices say of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.protocol.replies import replies, snapshot

RELAY: dict[str, Any] = {
    "serial_num": "5",
    "part_num": "800-1",
    "img_pnum_running": "520-1",
    "device_status": ["envoy.cond_flags.nsrb_ctrl.relayopen", "envoy.cond_flags.nsrb_ctrl.rocof"],
    "last_rpt_date": "1780315200",
    "admin_state": 2,
    "dev_type": 12,
    "communicating": True,
    "relay": "open",
    "reason_code": 4,
    "reason": "rocof",
    "line-count": 3,
    "line1-connected": False,
    "line2-connected": False,
    "line3-connected": False,
}
GROUPS = [{"type": "PCU", "devices": [{"serial_num": "1", "admin_state": 1}]}, {"type": "NSRB", "devices": [RELAY]}]


def test_a_relay_tells_its_position_and_why() -> None:
    (relay,) = snapshot(replies(inventory=GROUPS)).controllers
    assert (relay.serial, relay.kind, relay.relay, relay.relay_reason) == ("5", "q-relay", "open", "rocof")
    assert relay.lines_connected == (False, False, False)
    assert relay.conditions == ("relayopen", "rocof")
    assert (relay.part_number, relay.firmware, relay.communicating) == ("800-1", "520-1", True)
    assert relay.at is not None
    assert relay.temperature_c is None


@pytest.mark.parametrize(("count", "lines"), [(1, (True,)), (2, (True, False)), (None, (True, False, True))])
def test_it_has_as_many_lines_as_it_says(count: int | None, lines: tuple[bool, ...]) -> None:
    joined = {"line1-connected": True, "line2-connected": False, "line3-connected": True, "line-count": count}
    groups = [{"type": "NSRB", "devices": [RELAY | joined]}]
    assert snapshot(replies(inventory=groups)).controllers[0].lines_connected == lines


def test_its_temperature_is_with_the_detailed_devices() -> None:
    last = {"temperature": 31, "VrmsL1N": 231000}
    device = {"devName": "nsrb", "sn": "5", "active": True, "channels": [{"chanEid": 1, "lastReading": last}]}
    result = snapshot(replies(inventory=GROUPS, device_data={"738197760": device, "deviceCount": 1}))
    assert result.controllers[0].temperature_c == 31
    assert result.inverters == ()


def test_a_removed_one_is_gone() -> None:
    groups = [{"type": "NSRB", "devices": [RELAY | {"admin_state": 3}]}]
    assert snapshot(replies(inventory=groups)).controllers == ()

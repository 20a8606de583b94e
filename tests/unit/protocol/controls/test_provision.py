"""What installers do: search, reports, phases, devices, grid profile, sealing."""

from __future__ import annotations

from typing import Any

import pytest

from openvoy.errors import ConfigError
from openvoy.model.control import Change, Settings
from openvoy.protocol.control import State, Undoing, Verdict
from openvoy.protocol.control_registry import find_control
from openvoy.protocol.endpoints.parameters import RELAXED_ADD
from tests.unit.protocol.controls.known import STORAGE, plan_of, planned, state_of, verdict_of

BATTERY, NEW = "122200000201", "122200000299"


def test_a_search_has_a_length_if_it_is_given_one() -> None:
    state = state_of({"new_scan": {"newDeviceScan": {"active": False}}})
    (bare,) = plan_of("scan.active", state, active=True).requests
    assert (bare.method, bare.path, bare.body) == ("PUT", "/ivp/peb/newscan", b"")
    assert planned("scan.active", state, active=True, minutes=15.0)[2] == {"newDeviceScan": {"duration-in-minutes": 15}}
    (stop,) = plan_of("scan.active", state, active=False).requests
    assert (stop.method, stop.body) == ("DELETE", b"")
    # How long it was is no longer so a moment later: whether it runs counts.
    running = state_of({"new_scan": {"newDeviceScan": {"active": True, "duration-in-minutes": 14}}})
    assert verdict_of("scan.active", running, active=True, minutes=15.0) is Verdict.DONE


def test_reports_are_json_under_the_label_of_a_form() -> None:
    stored = {"reportsettings": {"bandwidth": "high", "diag_duration_mins": 0, "diag_remaining_secs": 0}}
    state = state_of({"report_settings": stored})
    (request,) = plan_of("reports.settings", state, bandwidth="low").requests
    assert request.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert request.body == b'{"reportsettings":{"bandwidth":"low","diag_duration_mins":0}}'


@pytest.mark.parametrize(("phase", "wire"), [("b", "ph-b"), ("detected", "ph-unk")])
def test_an_inverters_phase_is_in_the_query(phase: str, wire: str) -> None:
    state = state_of({"inverter_profiles": [{"serial_num": "122200000101", "man_ph_ind": "ph-a"}]})
    (request,) = plan_of("inverter.phase", state, inverter="122200000101", phase=phase).requests
    path = f"/ivp/ens_rest/inverters_status?serial_num=122200000101&man_ph_ind={wire}"
    assert (request.method, request.path, request.body) == ("PUT", path, b"")
    assert find_control("inverter.phase").current(state) == {"122200000101": {"phase": "a"}}


@pytest.mark.parametrize(("said", "phase"), [(2, "b"), ("ph-c", "c"), ("ph-all", "all"), (0, None), (None, None)])
def test_a_batterys_phase_is_a_number_or_a_word(said: object, phase: str | None) -> None:
    status = {"inventory": {"serial_nums": {BATTERY: {"device_type": 13, "phase": said}}}}
    state = state_of({"ensemble_inventory": STORAGE, "ensemble_status": status})
    assert find_control("battery.phase").current(state) == {BATTERY: {"phase": phase}}
    if phase == "all":
        with pytest.raises(ConfigError, match="all phases"):
            plan_of("battery.phase", state, battery=BATTERY, phase="a")
    else:
        assert planned("battery.phase", state, battery=BATTERY, phase="c")[2] == {"serial_num": BATTERY, "phase": 3}


def devices(**pairing: str) -> State:
    rows = [{"serial_num": serial.removeprefix("s"), "status": status} for serial, status in pairing.items()]
    return state_of({"ensemble_inventory": STORAGE, "pairing_status": {"serial_nums": rows}})


def test_devices_are_registered_and_removed_several_at_once() -> None:
    both = f"{BATTERY},{NEW}"
    method, path, body = planned(
        "device.belongs", devices(), devices=both, belongs=True, kind="battery", generation="2"
    )
    assert (method, path) == ("POST", "/ivp/zb/provision")
    assert body == {"serial_nums": [{"serial_num": row, "device_type": 13, "der_index": 2} for row in (BATTERY, NEW)]}
    (request,) = plan_of("device.belongs", devices(), devices=both, belongs=False).requests
    assert (request.method, request.path) == ("DELETE", f"/ivp/zb/provision?serial_number={both}")


@pytest.mark.parametrize(
    ("state", "belongs", "verdict"),
    [
        (devices(), True, Verdict.NOT_YET),
        (devices(s122200000299="pending"), True, Verdict.ON_ITS_WAY),
        (devices(s122200000299="joined"), True, Verdict.DONE),
        (devices(), False, Verdict.DONE),
        (devices(s122200000299="joined"), False, Verdict.NOT_YET),
    ],
)
def test_a_device_joins_by_and_by(state: State, belongs: bool, verdict: Verdict) -> None:
    assert verdict_of("device.belongs", state, devices=NEW, belongs=belongs) is verdict


def test_the_device_that_is_late_is_named() -> None:
    reason = find_control("device.belongs").reason(devices(), {"devices": f"{BATTERY},{NEW}", "belongs": True})
    assert NEW in reason
    assert BATTERY not in reason


@pytest.mark.parametrize(("name", "argument"), [("device.belongs", "devices"), ("inverter.belongs", "inverters")])
@pytest.mark.parametrize("serials", ["1222", "122200000201;122200000202", "122200000201,", "12220000020x"])
def test_what_is_no_serial_number_is_refused(name: str, argument: str, serials: str) -> None:
    state = state_of({"ensemble_inventory": [], "pairing_status": {}, "inverter_list": {"devices": []}})
    with pytest.raises(ConfigError, match="serial number"):
        find_control(name).plan(state, {argument: serials, "belongs": True})


def test_only_what_was_so_of_all_of_them_is_restored() -> None:
    state = state_of({"inverter_list": {"devices": [{"serial_num": "122200000101"}]}})
    control = find_control("inverter.belongs")
    some, all_of = "122200000101,122200000102", "122200000101"
    assert control.now(state, some) == {"belongs": None}
    assert control.now(state, all_of) == {"belongs": True}
    change = (Change(name="belongs", before=None, after=False),)
    arguments: Settings = {"inverters": some, "belongs": False}
    assert control.undo(Undoing(arguments=arguments, changes=change, before=control.now(state, some))) is None
    arguments = {"inverters": all_of, "belongs": False}
    undone = control.undo(Undoing(arguments=arguments, changes=change, before=control.now(state, all_of)))
    assert undone == {"inverters": all_of, "belongs": True}


def test_only_a_device_of_the_site_is_reset() -> None:
    assert planned("device.reset", devices(), device=BATTERY)[1:] == ("/ivp/zb/reset_device", {"serial_num": BATTERY})
    with pytest.raises(ConfigError, match="no device"):
        plan_of("device.reset", devices(), device=NEW)


def test_a_grid_profile_is_one_of_those_that_there_are() -> None:
    index: dict[str, Any] = {"selected_profile": "A:1", "profiles": [{"profile_id": "A:1"}, {"profile_id": "B:2"}]}
    state, control = state_of({"profile_index": index}), find_control("profile.selected")
    (argument,) = control.bounded(state, control.arguments)
    assert argument.choices == ("A:1", "B:2")
    sent = planned("profile.selected", state, profile="B:2")
    assert sent == ("PUT", "/installer/agf/set_profile.json", {"selected_profile": "B:2"})


def test_a_seal_cannot_be_seen_and_a_removal_can() -> None:
    stored = state_of({"ensemble_inventory": STORAGE, "zigbee_commission": {"devices": []}})
    removed = state_of({"ensemble_inventory": STORAGE})
    assert plan_of("commissioning.sealed", removed, sealed=True).requests[0].method == "POST"
    assert verdict_of("commissioning.sealed", stored, sealed=True) is Verdict.ON_ITS_WAY
    assert plan_of("commissioning.sealed", stored, sealed=False).requests[0].method == "DELETE"
    assert verdict_of("commissioning.sealed", removed, sealed=False) is Verdict.DONE
    with pytest.raises(ConfigError, match="No radio configuration"):
        plan_of("commissioning.sealed", removed, sealed=False)


@pytest.mark.parametrize("reply", [{"mm_profile.json": '{"b": 1.0}'}, {"b": 1}])
def test_relaxed_parameters_are_read_as_text_or_as_they_are(reply: dict[str, Any]) -> None:
    control = find_control("parameters.relaxed")
    said = state_of({"report_settings": {}})
    state = State(capabilities=said.capabilities, replies=said.replies, documents={RELAXED_ADD: reply})
    assert control.current(state) == {"": {"stored": True, "document": '{"b":1}'}}
    assert verdict_of("parameters.relaxed", state, stored=True, document='{"b":1}') is Verdict.DONE
    assert plan_of("parameters.relaxed", state, stored=False).requests[0].path == "/ivp/adc/relaxedparams/delete"
    with pytest.raises(ConfigError, match="no document"):
        plan_of("parameters.relaxed", state, stored=True)
    restored = control.undo(Undoing(arguments={"stored": False}, changes=(), before=control.current(state)[""]))
    assert restored == {"stored": True, "document": '{"b":1}'}

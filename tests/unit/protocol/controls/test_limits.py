"""Production, export, meters, sleep, live data."""

from __future__ import annotations

from typing import Any

import pytest

from openvoy.errors import ConfigError
from openvoy.model.control import Change
from openvoy.protocol.control import State, Undoing, Verdict
from openvoy.protocol.control_registry import find_control
from openvoy.protocol.controls.production import SWITCH
from tests.unit.protocol.controls.known import plan_of, planned, state_of, verdict_of


@pytest.mark.parametrize(("enabled", "number"), [(True, 0), (False, 1)])
def test_production_is_switched_by_the_gateways_own_number(enabled: bool, number: int) -> None:
    state = state_of({SWITCH: {"powerForcedOff": enabled}})
    sent = planned("production.enabled", state, enabled=enabled)
    assert sent == ("PUT", "/ivp/mod/603980032/mode/power", {"length": 1, "arr": [number]})


def test_production_that_comes_back_may_take_its_time() -> None:
    still_off = state_of({SWITCH: {"powerForcedOff": True}})
    assert verdict_of("production.enabled", still_off, enabled=True) is Verdict.ON_ITS_WAY
    still_on = state_of({SWITCH: {"powerForcedOff": False}})
    assert verdict_of("production.enabled", still_on, enabled=False) is Verdict.NOT_YET
    assert find_control("production.enabled").absent(state_of({SWITCH: {"error": "not valid"}}))


def test_a_limit_that_is_not_in_force_says_so() -> None:
    state = state_of({"pv_limit": {"enable": False, "pv_limit_pct": 100}})
    assert plan_of("production.limit", state, limit=60.0).notes
    plan = plan_of("production.limit", state, limit=60.0, enabled=True)
    assert (plan.notes, plan.requests[0].body) == ((), b'{"enable":true,"pv_limit_pct":60}')


def test_an_export_limit_that_older_firmware_hides_is_written_whole() -> None:
    short = state_of({"export_limit": {"PEL": False}})
    _, _, body = planned("export.limit", short, enabled=True, limit=3000.0)
    settings = body["pel_settings"]
    assert (settings["PEL"], settings["PEL_Limit"], settings["Export_Limit_Type"]) == (True, 3000.0, "Aggregate")
    assert len(settings) == 12
    with pytest.raises(ConfigError, match="limit"):
        plan_of("export.limit", short, enabled=True)


@pytest.mark.parametrize(
    ("members", "accepts"),
    [
        ({}, "a number from 0 to 10000000 W"),
        ({"apparent": True}, "a number from 0 to 10000000 VA"),
        ({"percent": True}, "a number from 0 to 100 %"),
    ],
)
def test_the_unit_of_the_export_limit_is_a_setting(members: dict[str, Any], accepts: str) -> None:
    control = find_control("export.limit")
    state = state_of({"export_limit": {"PEL": True, "PEL_Limit": 50.0, **members}})
    arguments = {row.name: row for row in control.bounded(state, control.arguments)}
    assert arguments["limit"].accepts == accepts


def test_undoing_the_first_export_limit_switches_it_off() -> None:
    changes = (
        Change(name="enabled", before=False, after=True),
        Change(name="limit", before=None, after=3000.0),
    )
    undoing = Undoing(arguments={"enabled": True, "limit": 3000.0}, changes=changes, before={"enabled": False})
    assert find_control("export.limit").undo(undoing) == {"enabled": False}


def test_a_dynamic_limit_is_written_whole() -> None:
    stored = {"dynamic_pel_settings": {"enable": False, "newer": 1}, "filename": "site_settings", "version": "00.00.01"}
    _, path, body = planned(
        "export.dynamic", state_of({"dynamic_limit": stored}), enabled=True, limit=50.0, of="production"
    )
    settings = {
        "enable": True,
        "export_limit": False,
        "limit_value_W": 50.0,
        "slew_rate": 50.0,
        "enable_dynamic_limiting": False,
        "newer": 1,
    }
    assert path == "/ivp/ss/dpel"
    assert body == {**stored, "dynamic_pel_settings": settings}


def meters(*kinds: str) -> State:
    rows = [{"eid": 100 + at, "state": "enabled", "measurementType": kind} for at, kind in enumerate(kinds)]
    return state_of({"meters": rows})


def test_meters_are_called_by_what_they_measure() -> None:
    state = meters("production", "load", "load")
    assert sorted(find_control("meters.enabled").current(state)) == ["101", "102", "production"]
    sent = planned("meters.enabled", state, meter="production", enabled=False)
    assert sent == ("PUT", "/ivp/meters/100", {"state": "disabled"})
    assert planned("meters.enabled", state, meter="102", enabled=False)[1] == "/ivp/meters/102"
    assert find_control("meters.enabled").absent(meters())


def sleeping(*rows: dict[str, Any]) -> State:
    report = {"serialNumber": "122240000137", "devType": 11}
    return state_of({"inverters": [report], "acb_config": {"acb_sleep": list(rows)}})


def test_a_battery_sleeps_between_two_charges() -> None:
    method, path, body = planned("acb.sleep", sleeping(), battery="122240000137", asleep=True, from_=20.0, to=30.0)
    row = {"serial_num": 122240000137, "sleep_min_soc": 20, "sleep_max_soc": 30}
    assert (method, path, body) == ("PUT", "/admin/lib/acb_config", {"acb_sleep": [row]})
    with pytest.raises(ConfigError, match="between"):
        plan_of("acb.sleep", sleeping(), battery="122240000137", asleep=True, from_=40.0, to=30.0)


def test_a_battery_is_woken_by_its_number() -> None:
    asleep = sleeping({"serial_num": "122240000137", "sleep_min_soc": 20, "sleep_max_soc": 30})
    method, _, body = planned("acb.sleep", asleep, battery="122240000137", asleep=False)
    assert (method, body) == ("DELETE", {"acb_sleep": [{"serial_num": 122240000137}]})
    assert verdict_of("acb.sleep", asleep, battery="122240000137", asleep=True) is Verdict.DONE
    assert verdict_of("acb.sleep", sleeping(), battery="122240000137", asleep=True) is Verdict.NOT_YET


@pytest.mark.parametrize(
    ("before", "restored"),
    [
        ({"asleep": True, "from": 20.0, "to": 30.0}, {"battery": "1", "asleep": True, "from": 20.0, "to": 30.0}),
        ({"asleep": False, "from": None, "to": None}, {"battery": "1", "asleep": False}),
        ({"asleep": True, "from": None, "to": 30.0}, None),
    ],
)
def test_sleep_is_undone_with_the_charges_of_before(before: dict[str, Any], restored: dict[str, Any] | None) -> None:
    change = Change(name="asleep", before=before["asleep"], after=not before["asleep"])
    undoing = Undoing(arguments={"battery": "1", "asleep": not before["asleep"]}, changes=(change,), before=before)
    assert find_control("acb.sleep").undo(undoing) == restored


def test_the_live_stream_is_read_from_its_status() -> None:
    state = state_of({"livedata_status": {"connection": {"sc_stream": "disabled"}}})
    assert planned("livedata.stream", state, enabled=True) == ("POST", "/ivp/livedata/stream", {"enable": 1})
    assert verdict_of("livedata.stream", state, enabled=True) is Verdict.NOT_YET
    assert verdict_of("livedata.stream", state_of({"livedata_status": {}}), enabled=True) is Verdict.UNSAID

"""Relay, contacts, generator, sources: what hangs on a system controller."""

from __future__ import annotations

from typing import Any

import pytest

from openvoy.errors import ConfigError
from openvoy.protocol.control import State, Verdict
from openvoy.protocol.control_registry import CONTROLS, find_control
from tests.unit.protocol.controls.known import STORAGE, plan_of, planned, state_of, verdict_of

CONTACT = {
    "id": "NC1",
    "type": "LOAD",
    "grid_action": "apply",
    "micro_grid_action": "shed",
    "gen_action": "apply",
    "essential_start_time": 43200.0,
    "essential_end_time": 57600.0,
    "override": "true",
    "manual_override": True,
    "load_name": "AC",
    "mode": "manual",
    "soc_low": 30.0,
    "soc_high": 70.0,
    "pv_serial_nb": [],
    "newer": {"kept": True},
}
SCHEDULE = {
    "exercise_config": {"freq_in_weeks": 4, "start": 540, "duration": 30, "day": "Mon"},
    "default_soc": {"start_soc": 20, "stop_soc": 80},
    "schedule": {"default": []},
    "last_updated_by": "ITK",
}


def relay(admin: str, oper: str) -> State:
    return state_of({"relay": {"mains_admin_state": admin, "mains_oper_state": oper, "der1_state": 1}})


def test_of_the_relay_only_what_is_asked_for_is_sent() -> None:
    sent = planned("grid.relay", relay("closed", "closed"), relay="open")
    assert sent == ("POST", "/ivp/ensemble/relay", {"mains_admin_state": "open"})


@pytest.mark.parametrize(
    ("admin", "oper", "verdict"),
    [
        ("closed", "open", Verdict.NOT_YET),
        ("open", "closed", Verdict.ON_ITS_WAY),
        ("open", "open", Verdict.DONE),
    ],
)
def test_the_relay_moves_later_than_it_is_asked(admin: str, oper: str, verdict: Verdict) -> None:
    assert verdict_of("grid.relay", relay(admin, oper), relay="open") is verdict


def test_a_relay_that_waits_says_what_for() -> None:
    reason = find_control("grid.relay").reason(relay("closed", "open synchronizing"), {"relay": "closed"})
    assert "open synchronizing" in reason


def contacts(**members: Any) -> State:
    return state_of({"ensemble_inventory": STORAGE, "contact_settings": {"dry_contacts": [{**CONTACT, **members}]}})


def test_a_contact_is_written_whole_with_yes_and_no_in_words() -> None:
    method, path, body = planned("contact.settings", contacts(), contact="NC1", off_grid="on", may_override=False)
    assert (method, path) == ("POST", "/ivp/ss/dry_contact_settings")
    changed = {"micro_grid_action": "apply", "override": "false", "manual_override": "true"}
    assert body == {"dry_contacts": {**CONTACT, **changed}}


def test_times_are_seconds_there_and_hours_here() -> None:
    current = find_control("contact.settings").current(contacts(essential_end_time=57_630.0))
    assert (current["NC1"]["from"], current["NC1"]["to"]) == ("12:00", "16:00")
    _, _, body = planned("contact.settings", contacts(), contact="NC1", from_="09:30")
    assert body["dry_contacts"]["essential_start_time"] == 34_200.0


def test_what_a_contact_does_not_have_is_not_set() -> None:
    with pytest.raises(ConfigError, match="in-safe-state"):
        plan_of("contact.settings", contacts(), contact="NC1", in_safe_state="on")


def test_charges_of_a_contact_keep_their_order() -> None:
    with pytest.raises(ConfigError, match="not below"):
        plan_of("contact.settings", contacts(), contact="NC1", soc_low=70.0)
    planned("contact.settings", contacts(), contact="NC1", soc_low=70.0, soc_high=80.0)


def test_a_contact_is_switched_by_an_object_not_a_list() -> None:
    state = state_of({"dry_contacts": {"dry_contacts": [{"id": "NO1", "status": "open"}]}})
    sent = planned("contact.state", state, contact="NO1", state="closed")
    assert sent == ("POST", "/ivp/ensemble/dry_contacts", {"dry_contacts": {"id": "NO1", "status": "closed"}})
    assert verdict_of("contact.state", state, contact="NO1", state="open") is Verdict.DONE


def test_a_schedule_is_written_whole() -> None:
    state = state_of({"ensemble_inventory": STORAGE, "generator_schedule": SCHEDULE})
    _, path, body = planned("generator.schedule", state, exercise_day="Thu", exercise_start="09:15", start_charge=25.0)
    assert path == "/ivp/ss/gen_schedule"
    exercise = {"freq_in_weeks": 4, "start": 555, "duration": 30, "day": "Thu"}
    assert body == {**SCHEDULE, "exercise_config": exercise, "default_soc": {"start_soc": 25, "stop_soc": 80}}


@pytest.mark.parametrize("wanted", [{"start_charge": 90.0}, {"hours": "[1]"}, {"hours": '{"default":1}'}])
def test_a_schedule_that_cannot_be_is_refused(wanted: dict[str, Any]) -> None:
    state = state_of({"ensemble_inventory": STORAGE, "generator_schedule": SCHEDULE})
    with pytest.raises(ConfigError):
        plan_of("generator.schedule", state, **wanted)


def test_numbers_that_the_gateway_writes_as_text_stay_text() -> None:
    config = {"name_plate_rating_wat": "22.0", "charge_from_generator": "true", "start_method": "Auto"}
    state = state_of({"ensemble_inventory": STORAGE, "generator_config": {**config, "charge_from_generator": True}})
    wordy = State(
        capabilities=state.capabilities, replies=state.replies, documents=dict.fromkeys(state.documents, config)
    )
    current = find_control("generator.config").current(wordy)[""]
    assert (current["rated"], current["charge-batteries"], current["start-method"]) == (22.0, True, "auto")
    _, _, body = planned("generator.config", wordy, rated=14.0, charge_batteries=False)
    assert (body["name_plate_rating_wat"], body["charge_from_generator"]) == ("14", "false")


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [
        ("generator.mode", "generator_mode"),
        ("generator.config", "generator_config"),
        ("generator.schedule", "generator_schedule"),
    ],
)
def test_without_a_generator_nothing_is_offered(name: str, endpoint: str) -> None:
    control = find_control(name)
    assert "no generator" in control.absent(state_of({"ensemble_inventory": STORAGE, endpoint: {}}))
    assert "no system controller" in control.absent(state_of({"ensemble_inventory": STORAGE[:1], endpoint: {}}))


def test_sources_are_written_whole() -> None:
    state = state_of({"source_settings": {"der": {"der1": "DER_TYPE_ENCHARGE", "der2": "DER_TYPE_NONE"}}})
    _, _, body = planned("der.settings", state, der2="iq8")
    assert body == {"der": {"der1": "DER_TYPE_ENCHARGE", "der2": "DER_TYPE_PV_IQ8"}}
    with pytest.raises(ConfigError, match="der3"):
        plan_of("der.settings", state, der3="pv")


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_the_panel_is_written_wrapped_and_read_either_way(is_wrapped: bool) -> None:
    bare = {"pcsOffering": {"MPUAvoidance": False}, "mainCircuitBreaker": 200.0, "newer": 1}
    document = {"pcs_settings": bare} if is_wrapped else bare
    state = state_of({"power_control": document})
    _, _, body = planned("pcs.settings", state, main_breaker=100.0, main_panel_avoidance=True)
    wanted = {"pcsOffering": {"MPUAvoidance": True}, "mainCircuitBreaker": 100.0, "newer": 1}
    assert body == {"pcs_settings": wanted}


def test_what_touches_a_live_site_has_a_warning() -> None:
    harmless = {name for name, control in CONTROLS.items() if not control.risk}
    batteries = {"battery.charge-from-grid", "battery.mode", "battery.reserve"}
    assert harmless == {*batteries, "livedata.stream", "reports.settings", "scan.active"}

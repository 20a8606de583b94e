"""The system controller: grid relay, source relays, errors, wiring tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from openvoy.codec import changed
from openvoy.protocol.endpoints.ensemble import RELAY, Relay
from openvoy.protocol.endpoints.ensemble_service import (
    BATTERY_WIRING_TEST,
    CONTROLLER_ERRORS,
    GENERATOR_WIRING_TEST,
    BatteryWiringTest,
    ClearErrorsRequest,
    ControllerErrors,
    GeneratorWiringTest,
    WiringResult,
)
from openvoy.protocol.endpoints.site_settings import SOURCE_SETTINGS, SourceKinds, SourceSettings
from openvoy.virtual.api.call import Call, Outcome, Refused, merged, settle
from openvoy.virtual.api.fleet import batteries, board_of, boards, controllers
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.supply import battery_grid_mode, solar_grid_mode
from openvoy.virtual.api.versions import EIGHT, TRANSFER_RELAYS
from openvoy.virtual.settings.events import News
from openvoy.virtual.settings.mappings import with_entry
from openvoy.virtual.site.orders import Position
from openvoy.virtual.site.switchgear import CLOSES_AFTER_S, OPENS_AFTER_S

POSITIONS: dict[str | None, Position] = {"open": "open", "closed": "closed"}
KINDS = {"DER_TYPE_ENCHARGE", "DER_TYPE_PV_IQ8", "DER_TYPE_PV", "DER_TYPE_NONE"}
WIRING_TEST_S = 120


def build_relay(moment: Moment) -> Relay:
    """Build the relays; without system controller the grid's is closed for ever."""
    is_eight = moment.firmware >= EIGHT
    has_transfer = moment.firmware >= TRANSFER_RELAYS
    is_feeding = moment.switchgear.supply == "generator"
    return Relay(
        relay_admin=moment.settings.controller.grid_relay,
        relay=moment.switchgear.relay,
        srt12_state=("closed" if is_feeding else "open") if has_transfer else None,
        srt13_state="open" if has_transfer else None,
        der1_state=_source_state(moment, "der1"),
        der2_state=_source_state(moment, "der2"),
        der3_state=_source_state(moment, "der3") if is_eight else None,
        battery_grid_mode=battery_grid_mode(moment),
        solar_grid_mode=solar_grid_mode(moment),
    )


def _source_state(moment: Moment, name: str) -> int:
    """1 while the relay lets its source feed: as somebody switched it, else where there is something on it."""
    told = moment.settings.controller.source_states.get(name)
    if told is not None:
        return told
    kind = getattr(moment.settings.controller.sources, name)
    is_there = bool(batteries(moment)) if kind == "DER_TYPE_ENCHARGE" else kind not in {None, "DER_TYPE_NONE"}
    return int(bool(boards(moment)) and is_there)


def write_relay(moment: Moment, call: Call) -> Outcome:
    """Open or close the relay, or switch a source; it moves later than it is asked. 404 without system controller."""
    told = call.read(Relay)
    board = board_of(moment)
    controller, news = moment.settings.controller, []
    if told.relay_admin is not None:
        position = POSITIONS.get(told.relay_admin)
        if position is None:
            raise call.malformed("mains_admin_state is open or closed")
        if position != controller.grid_relay:
            news.append(_moved(position, board.serial))
        controller = replace(controller, grid_relay=position)
    for name in ("der1", "der2", "der3"):
        state = getattr(told, f"{name}_state")
        if state not in {None, 0, 1}:
            raise call.malformed(f"{name}_state is 0 or 1")
        if state is not None:
            controller = replace(controller, source_states=with_entry(controller.source_states, name, state))
    if controller == moment.settings.controller and told.relay_admin is None:
        raise call.malformed("nothing to switch")
    return settle(moment, news=tuple(news), controller=controller)


def _moved(position: Position, serial: str) -> News:
    """Announce the relay for when it has moved."""
    is_open = position == "open"
    return News(
        text=f"Grid relay: {'Open' if is_open else 'Closed'}",
        serial=serial,
        device="enpower",
        after_s=OPENS_AFTER_S if is_open else CLOSES_AFTER_S,
    )


def build_errors(moment: Moment) -> ControllerErrors:
    """Build the error flags."""
    return ControllerErrors(flags=moment.settings.controller.error_flags)


def write_errors(moment: Moment, call: Call) -> Outcome:
    """Clear errors by mask; 404 that says why without system controller."""
    told = call.read(ClearErrorsRequest)
    if told.mask is None:
        raise call.malformed("errors_to_clear is missing")
    if not controllers(moment):
        raise Refused(404, {"err": "404 - Not Found", "msg": "No enpowers found for clearing the errors"})
    controller = moment.settings.controller
    return settle(moment, controller=replace(controller, error_flags=controller.error_flags & ~told.mask))


def build_sources(moment: Moment) -> SourceSettings:
    """Build what the source relays feed; the third one exists from 8 on."""
    sources = moment.settings.controller.sources
    return SourceSettings(sources=sources if moment.firmware >= EIGHT else changed(sources, der3=None))


def write_sources(moment: Moment, call: Call) -> Outcome:
    """Declare what they feed."""
    told = call.unwrapped("der_settings").read(SourceSettings).sources
    if told is None or any(kind not in {*KINDS, None} for kind in (told.der1, told.der2, told.der3)):
        raise call.malformed("no such source")
    controller = moment.settings.controller
    stored: SourceKinds = merged(controller.sources, told)
    return settle(moment, controller=replace(controller, sources=stored))


def build_battery_wiring(moment: Moment) -> BatteryWiringTest:
    """Build the result of the batteries' wiring test."""
    tested_s = moment.settings.controller.battery_wiring_tested_s
    return BatteryWiringTest(result=_result(moment, "ENC", tested_s, is_good=bool(batteries(moment))))


def build_generator_wiring(moment: Moment) -> GeneratorWiringTest:
    """Build the result of the generator's."""
    tested_s = moment.settings.controller.generator_wiring_tested_s
    return GeneratorWiringTest(result=_result(moment, "GEN", tested_s, is_good=moment.settings.generator.is_there))


def _result(moment: Moment, kind: Literal["ENC", "GEN"], tested_s: int | None, *, is_good: bool) -> WiringResult:
    if tested_s is None:
        return WiringResult(status=f"{kind}_CONN_NOT_VERIFIED", code=-1, timestamp_s=0)
    if moment.now_s < tested_s + WIRING_TEST_S:
        return WiringResult(status=f"{kind}_CONN_TEST_IN_PROGRESS", code=1, timestamp_s=tested_s)
    status = f"{kind}_CONN_VERIFIED" if is_good else f"{kind}_CONN_FAILED"
    return WiringResult(status=status, code=0 if is_good else 2, timestamp_s=tested_s + WIRING_TEST_S)


def write_battery_wiring(moment: Moment, _call: Call) -> Outcome:
    """Start the batteries' wiring test; 405 where it is not supported, which is without system controller."""
    if not controllers(moment):
        raise Refused(405)
    return settle(moment, controller=replace(moment.settings.controller, battery_wiring_tested_s=moment.now_s))


def write_generator_wiring(moment: Moment, _call: Call) -> Outcome:
    """Start the generator's, likewise."""
    if not controllers(moment):
        raise Refused(405)
    return settle(moment, controller=replace(moment.settings.controller, generator_wiring_tested_s=moment.now_s))


RENDER = {
    RELAY: build_relay,
    CONTROLLER_ERRORS: build_errors,
    SOURCE_SETTINGS: build_sources,
    BATTERY_WIRING_TEST: build_battery_wiring,
    GENERATOR_WIRING_TEST: build_generator_wiring,
}
WRITE = {
    (RELAY, "POST"): write_relay,
    (CONTROLLER_ERRORS, "POST"): write_errors,
    (SOURCE_SETTINGS, "POST"): write_sources,
    (BATTERY_WIRING_TEST, "POST"): write_battery_wiring,
    (GENERATOR_WIRING_TEST, "POST"): write_generator_wiring,
}

"""What the system controller is told of the installation: what its source relays feed, and the panel's ratings."""

from __future__ import annotations

from typing import Any

from openvoy.model.control import Settings
from openvoy.protocol.control import ONLY, Control, Plan, State, build_request
from openvoy.protocol.controls._members import (
    arguments_of,
    flag,
    number,
    read_members,
    text,
    words,
    write_members,
)
from openvoy.protocol.controls.grid import why_no_controller
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY
from openvoy.protocol.endpoints.site_settings import POWER_CONTROL, SOURCE_SETTINGS

KINDS = {"battery": "DER_TYPE_ENCHARGE", "iq8": "DER_TYPE_PV_IQ8", "pv": "DER_TYPE_PV", "none": "DER_TYPE_NONE"}
RELAYS = tuple(words(name, f"What relay {name} feeds.", "der", name, wire=KINDS) for name in ("der1", "der2", "der3"))


def _plan_relays(state: State, wanted: Settings) -> Plan:
    document = state.document(SOURCE_SETTINGS)
    write_members(document, RELAYS, wanted)
    return Plan(requests=(build_request(SOURCE_SETTINGS, "POST", document),))


DER_SETTINGS = Control(
    name="der.settings",
    summary="Declare what each source relay of the system controller feeds.",
    risk="A source that is declared wrongly is not disconnected when it must be. This is an electrician's business.",
    example="--der2 pv",
    arguments=arguments_of(RELAYS),
    reads=(SOURCE_SETTINGS,),
    needs=(ENSEMBLE_INVENTORY,),
    absent=why_no_controller,
    current=lambda state: {ONLY: read_members(state.document(SOURCE_SETTINGS), RELAYS)},
    plan=_plan_relays,
)

AMPERES = 10_000.0
PANEL = (
    number("main-breaker", "Rating of the main breaker.", "mainCircuitBreaker", unit="A", most=AMPERES),
    number("busbar", "Rating of the main panel's busbar.", "mainPanelBusbar", unit="A", most=AMPERES),
    number("source-breaker", "Rating of the sources' breaker.", "mainPanelDERBreaker", unit="A", most=AMPERES),
    number("pv-breaker", "Rating of the array's breaker.", "pvBreaker", unit="A", most=AMPERES),
    number("battery-breaker", "Rating of the batteries' breaker.", "enchargeBreaker", unit="A", most=AMPERES),
    number("source3-breaker", "Rating of the third source's breaker, 8.3.", "der3Breaker", unit="A", most=AMPERES),
    number("max-export", "Current that is controlled towards the grid.", "max_back_feed", unit="A", most=AMPERES),
    text("meter-location", "Where the consumption meter sits, in the gateway's words.", "consumptionMeterLocation"),
    flag("override", "Power control is overridden.", "override"),
    flag("pv-oversubscription", "More array than the panel's rating.", "pcsOffering", "PVOversubscription"),
    flag("battery-oversubscription", "More battery than the rating.", "pcsOffering", "EnchargeOversubscription"),
    flag("main-panel-avoidance", "Avoids a larger main panel.", "pcsOffering", "MPUAvoidance"),
    flag("charger-avoidance", "The same for a car charger, 8.3.", "pcsOffering", "EVSEMBTAvoidance"),
    flag("busbar-control", "Protects the busbar, 8.3.", "pcsOffering", "BusbarPCS"),
)


def _panel(state: State) -> Any:
    document = state.document(POWER_CONTROL)
    wrapped = document.get("pcs_settings") if isinstance(document, dict) else None
    return document if wrapped is None else wrapped


def _plan_panel(state: State, wanted: Settings) -> Plan:
    document = _panel(state)
    write_members(document, PANEL, wanted)
    return Plan(requests=(build_request(POWER_CONTROL, "POST", {"pcs_settings": document}),))


PCS_SETTINGS = Control(
    name="pcs.settings",
    summary="Ratings that power control keeps the main panel within.",
    risk="Ratings that are higher than what is built in let wires overheat. This is an electrician's business.",
    example="--main-breaker 100",
    arguments=arguments_of(PANEL),
    reads=(POWER_CONTROL,),
    current=lambda state: {ONLY: read_members(_panel(state), PANEL)},
    plan=_plan_panel,
)

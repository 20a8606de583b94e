"""Dry contacts of the system controller: their states, and what each does by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openvoy.codec import each
from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import Control, Plan, State, Values, build_request
from openvoy.protocol.controls._members import (
    arguments_of,
    flag,
    number,
    read_members,
    text,
    time_of_day,
    words,
    write_members,
)
from openvoy.protocol.controls.grid import why_no_controller
from openvoy.protocol.endpoints.contacts import CONTACT_SETTINGS, DRY_CONTACTS
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY

CONTACT = Argument(name="contact", kind="text", summary="Which contact, such as NC1.", is_required=True, is_target=True)
_ACTIONS = {"on": "apply", "off": "shed", "schedule": "schedule", "none": "none"}
_LOADS = {"none": "NONE", "load": "LOAD", "pv": "PV", "foreign-pv": "3RD-PV"}


def _states(state: State) -> Values:
    reply = state.value(DRY_CONTACTS)
    rows = each(None if reply is None else reply.contacts)
    return {row.id: {"state": row.status} for row in rows if row.id}


def _bounded(names: tuple[str, ...], arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    return tuple(
        replace(argument, kind="choice", choices=names) if argument.is_target else argument for argument in arguments
    )


CONTACT_STATE = Control(
    name="contact.state",
    summary="Open or close a contact, until its own rules move it again.",
    risk="What hangs on the contact is switched off or on at once.",
    example="NC1 open",
    arguments=(
        CONTACT,
        Argument(
            name="state",
            kind="choice",
            summary="closed lets the current through.",
            choices=("open", "closed"),
            is_required=True,
        ),
    ),
    reads=(DRY_CONTACTS,),
    needs=(ENSEMBLE_INVENTORY,),
    absent=why_no_controller,
    bounded=lambda state, arguments: _bounded(tuple(_states(state)), arguments),
    current=_states,
    plan=lambda _state, wanted: Plan(
        requests=(
            build_request(DRY_CONTACTS, "POST", {"dry_contacts": {"id": wanted["contact"], "status": wanted["state"]}}),
        )
    ),
    reason=lambda _state, _wanted: "For up to 90 s after a change of its settings a contact reads open.",
)

MEMBERS = (
    words("load", "What hangs on it.", "type", wire=_LOADS),
    text("name", "What it is called.", "load_name"),
    words("on-grid", "What it does on grid.", "grid_action", wire=_ACTIONS),
    words("off-grid", "What it does off grid.", "micro_grid_action", wire=_ACTIONS),
    words("on-generator", "What it does on the generator.", "gen_action", wire=_ACTIONS),
    words("in-safe-state", "What it does in the safe state, firmware 8.3.", "safe_state_action", wire=_ACTIONS),
    time_of_day("from", "Start of the hours of schedule.", "essential_start_time", hertz=1),
    time_of_day("to", "End of the hours of schedule.", "essential_end_time", hertz=1),
    number("priority", "Order in which loads are shed; 1 stays longest.", "priority", least=1.0, most=100.0),
    number("black-start-delay", "Wait after a black start.", "black_s_start", unit="s", most=86_400.0),
    flag("may-override", "The user may override it in the vendor's app.", "override"),
    flag("overridden", "The user has overridden it.", "manual_override"),
    words("mode", "Whether a person or the batteries' charge rules.", "mode", wire={"manual": "manual", "soc": "soc"}),
    number("soc-low", "Charge below which it sheds, in mode soc.", "soc_low", unit="%", most=100.0),
    number("soc-high", "Charge above which it applies, in mode soc.", "soc_high", unit="%", most=100.0),
)


def _settings(state: State) -> Values:
    return {str(row["id"]): read_members(row, MEMBERS) for row in _rows(state)}


def _rows(state: State) -> list[dict[str, Any]]:
    document = state.document(CONTACT_SETTINGS)
    rows = document.get("dry_contacts") if isinstance(document, dict) else None
    return [row for row in rows or () if isinstance(row, dict) and row.get("id")]


def _plan_settings(state: State, wanted: Settings) -> Plan:
    row = next(row for row in _rows(state) if row["id"] == wanted["contact"])
    write_members(row, MEMBERS, wanted)
    low, high = read_members(row, MEMBERS)["soc-low"], read_members(row, MEMBERS)["soc-high"]
    if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
        raise ConfigError(
            f"soc-low {low:g} is not below soc-high {high:g}.", hint="Give both so that it is. Nothing was sent."
        )
    # Whole, and yes or no in lower-case words: a part of it crashes the module, a boolean is answered with 500 (Q80).
    whole = {name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()}
    notes = ("Contacts that are normally closed read open for 5 to 90 s afterwards.",)
    return Plan(requests=(build_request(CONTACT_SETTINGS, "POST", {"dry_contacts": whole}),), notes=notes)


CONTACT_RULES = Control(
    name="contact.settings",
    summary="What a contact does on grid, off grid and on the generator, by time or by charge.",
    risk="The contact follows its new rules at once; what hangs on it may be switched off or on.",
    example="NC1 --off-grid off --mode soc --soc-low 30 --soc-high 70",
    arguments=(CONTACT, *arguments_of(MEMBERS)),
    reads=(CONTACT_SETTINGS,),
    needs=(ENSEMBLE_INVENTORY,),
    absent=why_no_controller,
    bounded=lambda state, arguments: _bounded(tuple(_settings(state)), arguments),
    current=_settings,
    plan=_plan_settings,
)

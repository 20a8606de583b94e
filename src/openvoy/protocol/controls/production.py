"""Whether the array produces, and how much it may."""

from __future__ import annotations

from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import ONLY, Control, Plan, State, Values, Verdict, build_request
from openvoy.protocol.controls._members import arguments_of, flag, number, read_members, write_members
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.bridge import PRODUCTION_SWITCH
from openvoy.protocol.endpoints.limits import PV_LIMIT

GATEWAY_EID = 603_980_032
"""Record number of every gateway's own record."""
SWITCH = PRODUCTION_SWITCH.at(eid=GATEWAY_EID)
MAY_TAKE = (
    "Inverters start again within five minutes, on some firmware not before the next morning. If it is still off then,"
    " tell it once more."
)


def _current(state: State) -> Values:
    reply = state.value(SWITCH)
    is_off = None if reply is None else reply.forced_off
    return {ONLY: {"enabled": None if is_off is None else not is_off}}


def _absent(state: State) -> str:
    reply = state.value(SWITCH)
    return "" if reply is None or reply.error is None else "The gateway has no switch for it under its own number."


def _confirm(_control: Control, state: State, wanted: Settings) -> Verdict:
    reply = state.value(SWITCH)
    if reply is None or reply.forced_off is None:
        return Verdict.UNSAID
    if reply.forced_off is not wanted["enabled"]:
        return Verdict.DONE
    return Verdict.ON_ITS_WAY if wanted["enabled"] else Verdict.NOT_YET


PRODUCTION_ENABLED = Control(
    name="production.enabled",
    summary="Let all inverters produce, or force them off.",
    risk="Nothing is produced while it is off, and switching on again may take until the next morning.",
    example="off",
    arguments=(Argument(name="enabled", kind="flag", summary="off stops every inverter.", is_required=True),),
    role=Role.INSTALLER,
    reads=(SWITCH,),
    absent=_absent,
    current=_current,
    plan=lambda _state, wanted: Plan(
        requests=(build_request(SWITCH, "PUT", {"length": 1, "arr": [0 if wanted["enabled"] else 1]}),),
        notes=(MAY_TAKE,) if wanted["enabled"] else (),
    ),
    confirm=_confirm,
    reason=lambda _state, wanted: MAY_TAKE if wanted["enabled"] else "",
)

LIMIT = (
    flag("enabled", "Whether the limit is in force.", "enable"),
    number("limit", "Share of the array's rating.", "pv_limit_pct", unit="%", most=100.0),
)


def _plan_limit(state: State, wanted: Settings) -> Plan:
    document = state.document(PV_LIMIT)
    write_members(document, LIMIT, wanted)
    is_idle = document.get("enable") is False and "limit" in wanted
    notes = ("The limit is stored, and comes into force with enabled on.",) if is_idle else ()
    return Plan(requests=(build_request(PV_LIMIT, "POST", document),), notes=notes)


PRODUCTION_LIMIT = Control(
    name="production.limit",
    summary="Curtail the array to a share of its rating.",
    risk="The array gives less than it could. Where a limit is a duty, raising it may break a contract.",
    example="--enabled on --limit 60",
    arguments=arguments_of(LIMIT),
    reads=(PV_LIMIT,),
    current=lambda state: {ONLY: read_members(state.document(PV_LIMIT), LIMIT)},
    plan=_plan_limit,
)

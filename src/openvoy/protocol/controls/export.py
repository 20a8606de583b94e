"""Limits on what goes into the grid: the stored one and the dynamic one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import ONLY, Control, Plan, State, Undoing, Values, build_request
from openvoy.protocol.controls._members import Member, arguments_of, flag, number, read_members, write_members
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.limits import EXPORT_LIMIT
from openvoy.protocol.endpoints.site_settings import DYNAMIC_LIMIT

RISK = "An export limit is often a condition of the grid operator: raising or ending it may break a contract."
MOST_W = 10_000_000.0
WHOLE = {
    "PEL": False,
    "Hard_PEL": False,
    "Soft_PEL": True,
    "Export_Limit_Type": "Aggregate",
    "percent": False,
    "apparent": False,
    "PEL_Limit": 0.0,
    "Comm_Time_Loss": 120_000.0,
    "Resp_Time_SoftPEL": 0.0,
    "Resp_Time_HardPEL": 0.0,
    "msReset_HardPEL": 0.0,
    "PEL_db": 0.0,
}
"""What a gateway that says only "off" stands for; a write sends all of it."""
LIMIT = (
    flag("enabled", "Whether the limit is in force.", "PEL"),
    number("limit", "Most that goes into the grid.", "PEL_Limit", unit="W", most=MOST_W),
    flag("soft", "A limit that is controlled towards.", "Soft_PEL"),
    flag("hard", "A limit that is enforced.", "Hard_PEL"),
)


def _is_short(document: Any) -> bool:
    return isinstance(document, dict) and "PEL_Limit" not in document


def _limit(state: State) -> Values:
    return {ONLY: read_members(state.document(EXPORT_LIMIT), LIMIT)}


def _bounded(state: State, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """The unit of the limit is a setting too."""
    reply = state.value(EXPORT_LIMIT)
    is_share = reply is not None and reply.in_percent is True
    unit = "%" if is_share else "VA" if reply is not None and reply.in_apparent is True else "W"
    most = 100.0 if is_share else MOST_W
    return tuple(replace(row, unit=unit, most=most) if row.name == "limit" else row for row in arguments)


def _plan_limit(state: State, wanted: Settings) -> Plan:
    document = state.document(EXPORT_LIMIT)
    if _is_short(document):
        if wanted.get("enabled") and "limit" not in wanted:
            raise ConfigError("No limit is stored that could be enabled.", hint="Give limit too. Nothing was sent.")
        document = {**WHOLE, **document}
    write_members(document, LIMIT, wanted)
    return Plan(requests=(build_request(EXPORT_LIMIT, "POST", {"pel_settings": document}),))


def _undo_limit(undoing: Undoing) -> Settings | None:
    """Older firmware says nothing but that there is none: then that is what is restored."""
    return {change.name: change.before for change in undoing.changes if change.before is not None} or None


EXPORT_LIMIT_STORED = Control(
    name="export.limit",
    summary="Limit what goes into the grid.",
    risk=RISK,
    example="--enabled on --limit 3000",
    arguments=arguments_of(LIMIT),
    reads=(EXPORT_LIMIT,),
    bounded=_bounded,
    current=_limit,
    plan=_plan_limit,
    undo=_undo_limit,
)

DYNAMIC_WHOLE = {
    "enable": False,
    "export_limit": True,
    "limit_value_W": 0.0,
    "slew_rate": 50.0,
    "enable_dynamic_limiting": False,
}
_SIDES = {True: "export", False: "production"}
DYNAMIC = (
    flag("enabled", "Whether the limit is in force.", "dynamic_pel_settings", "enable"),
    number("limit", "Most power.", "dynamic_pel_settings", "limit_value_W", unit="W", most=MOST_W),
    number("slew", "How fast the power follows.", "dynamic_pel_settings", "slew_rate", unit="W/s", most=MOST_W),
    Member(
        argument=Argument(
            name="of",
            kind="choice",
            summary="What is limited; some gateways before 8.3.5232 mean the other one.",
            choices=tuple(_SIDES.values()),
        ),
        path=("dynamic_pel_settings", "export_limit"),
        read=_SIDES.get,
        write=lambda value: value == "export",
    ),
)


def _dynamic(state: State) -> Values:
    return {ONLY: read_members(_dynamic_document(state), DYNAMIC)}


def _dynamic_document(state: State) -> Any:
    document = state.document(DYNAMIC_LIMIT)
    return document if isinstance(document, dict) else {}


FEATURE = (
    "Gateways keep this limit even where the site's feature for it is off, and then do not follow it: see within five"
    " minutes whether the power does. The installer's account with the vendor switches the feature on."
)


def _plan_dynamic(state: State, wanted: Settings) -> Plan:
    document = _dynamic_document(state)
    stored = document.get("dynamic_pel_settings")
    document["dynamic_pel_settings"] = {**DYNAMIC_WHOLE, **(stored if isinstance(stored, dict) else {})}
    write_members(document, DYNAMIC, wanted)
    return Plan(requests=(build_request(DYNAMIC_LIMIT, "POST", document),), notes=(FEATURE,))


EXPORTDYNAMIC = Control(
    name="export.dynamic",
    summary="Limit export or production at once, with a ramp.",
    risk=RISK,
    example="--enabled on --limit 500 --of export",
    arguments=arguments_of(DYNAMIC),
    role=Role.INSTALLER,
    reads=(DYNAMIC_LIMIT,),
    current=_dynamic,
    plan=_plan_dynamic,
    reason=lambda _state, _wanted: FEATURE,
)

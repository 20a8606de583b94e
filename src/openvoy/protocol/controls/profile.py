"""The grid profile: what the grid operator asks of inverters."""

from __future__ import annotations

from dataclasses import replace

from openvoy.codec import each
from openvoy.model.control import Argument
from openvoy.protocol.control import FORM, ONLY, Control, Plan, State, Values, build_request
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.profile_choice import PROFILE_INDEX, PROFILE_SELECT


def _current(state: State) -> Values:
    reply = state.value(PROFILE_INDEX)
    return {ONLY: {"profile": None if reply is None else reply.selected}}


def _bounded(state: State, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    reply = state.value(PROFILE_INDEX)
    names = tuple(row.id for row in each(None if reply is None else reply.profiles) if row.id)
    return tuple(replace(row, kind="choice", choices=names) for row in arguments)


PROFILE_SELECTED = Control(
    name="profile.selected",
    family="provision",
    summary="Choose the grid profile of the site.",
    risk=(
        "The profile is what the grid operator prescribes: another one may be unlawful, and may disconnect the site."
        " It takes minutes until every inverter has it."
    ),
    arguments=(Argument(name="profile", kind="text", summary="Name and version.", is_required=True),),
    example='"IEEE 1547 default 2015:1.2.8"',
    role=Role.INSTALLER,
    reads=(PROFILE_INDEX,),
    bounded=_bounded,
    current=_current,
    plan=lambda _state, wanted: Plan(
        requests=(build_request(PROFILE_SELECT, "PUT", {"selected_profile": wanted["profile"]}, content_type=FORM),)
    ),
    settles_s=60.0,
)

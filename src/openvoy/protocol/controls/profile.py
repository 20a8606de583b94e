"""The grid profile: what the grid operator asks of inverters."""

from __future__ import annotations

import base64
from dataclasses import replace

from openvoy.codec import each
from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import FORM, ONLY, Control, Plan, State, Values, Verdict, build_request, build_upload
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.profile_choice import PROFILE_INDEX, PROFILE_SELECT, PROFILE_UPLOAD


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


UPLOADED = "itk"
"""Source of profiles that an installer has uploaded, as the gateway lists it."""


def _confirm_uploaded(_control: Control, state: State, _wanted: Settings) -> Verdict:
    reply = state.value(PROFILE_INDEX)
    if reply is None:
        return Verdict.UNSAID
    listed = any(UPLOADED in each(row.sources) for row in each(reply.profiles))
    return Verdict.DONE if listed else Verdict.NOT_YET


PROFILE_PACKAGE = Control(
    name="profile.package",
    family="provision",
    summary="Upload a package of grid profiles; choose one of them with `profile selected` afterwards.",
    risk="The gateway unpacks it beside the profiles that it has. Nothing chooses one of them by itself.",
    arguments=(
        Argument(name="package", kind="file", summary="The package, as the vendor gives it out.", is_required=True),
    ),
    example="profiles.tgz",
    role=Role.INSTALLER,
    reads=(PROFILE_INDEX,),
    current=lambda _state: {ONLY: {}},
    plan=lambda _state, wanted: Plan(
        requests=(build_upload(PROFILE_UPLOAD, base64.b64decode(str(wanted["package"])), file_name="profiles.tgz"),)
    ),
    confirm=_confirm_uploaded,
    reason=lambda _state, _wanted: "Its list of profiles names none that an installer has uploaded.",
    is_action=True,
    undo=lambda _undoing: None,
    settles_s=120.0,
    watch_s=0.0,
)

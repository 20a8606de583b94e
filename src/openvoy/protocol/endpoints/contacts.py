"""Dry contacts of the system controller."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.firmware import parse_firmware


class ContactStatus(WireStruct):
    """One contact."""

    id: Annotated[str | None, doc("", "NC1, NC2, NO1, NO2")] = None
    status: Annotated[str | None, doc("", "open or closed")] = None


class ContactList(WireStruct):
    """All contacts."""

    contacts: Annotated[tuple[ContactStatus, ...] | None, doc("", "contacts")] = said("dry_contacts")


class ContactRequest(WireStruct):
    """Opens or closes one contact; an object, not a list."""

    contact: Annotated[ContactStatus | None, doc("", "contact")] = said("dry_contacts")


class ContactSettings(WireStruct):
    """What one contact does and when; a write sends every member."""

    id: Annotated[str | None, doc("", "NC1, NC2, NO1, NO2")] = None
    kind: Annotated[str | None, doc("", "NONE, PV, LOAD, 3RD-PV")] = said("type")
    on_grid: Annotated[str | None, doc("", "apply, shed, schedule, none")] = said("grid_action")
    off_grid: Annotated[str | None, doc("", "the same off grid")] = said("micro_grid_action")
    on_generator: Annotated[str | None, doc("", "the same on generator")] = said("gen_action")
    in_safe_state: Annotated[str | None, doc("", "the same in safe state, 8.3")] = said("safe_state_action")
    window_start_s: Annotated[float | None, doc("s", "seconds after midnight")] = said("essential_start_time")
    window_end_s: Annotated[float | None, doc("s", "seconds after midnight")] = said("essential_end_time")
    priority: Annotated[float | None, doc("", "1 is highest")] = None
    black_start_s: Annotated[float | None, doc("s", "delay after a black start")] = said("black_s_start")
    black_start_retries: Annotated[float | None, doc("", "8.3")] = None
    action_retries: Annotated[float | None, doc("", "8.3")] = None
    may_override: Annotated[str | None, doc("", "true or false in words: the user may override")] = said("override")
    overridden: Annotated[str | None, doc("", "true or false in words: the user has overridden")] = said(
        "manual_override"
    )
    name: Annotated[str | None, doc("", "free text")] = said("load_name")
    mode: Annotated[str | None, doc("", "manual or soc")] = None
    soc_low_pct: Annotated[float | None, doc("%", "sheds below, in mode soc")] = said("soc_low")
    soc_high_pct: Annotated[float | None, doc("%", "applies above, in mode soc")] = said("soc_high")
    pv_phases: Annotated[tuple[str, ...] | None, doc("", "8.3")] = said("pv_phase_select")
    pv_serials: Annotated[tuple[str, ...] | None, doc("", "inverters behind a PV contact")] = said("pv_serial_nb")


class ContactSettingsList(WireStruct):
    """Settings of all contacts."""

    contacts: Annotated[tuple[ContactSettings, ...] | None, doc("", "contacts")] = said("dry_contacts")


class ContactSettingsRequest(WireStruct):
    """Settings of one contact, complete; a partial object can crash the gateway."""

    contact: Annotated[ContactSettings | None, doc("", "contact")] = said("dry_contacts")


DRY_CONTACTS: Endpoint[ContactList] = Endpoint(
    name="dry_contacts",
    path="/ivp/ensemble/dry_contacts",
    summary="Contacts, open or closed; POST switches one.",
    reply=ContactList,
    request=ContactRequest,
    methods=("GET", "POST"),
    poll=Poll.MINUTE,
    since=parse_firmware("6"),
)


CONTACT_SETTINGS: Endpoint[ContactSettingsList] = Endpoint(
    name="contact_settings",
    path="/ivp/ss/dry_contact_settings",
    summary="What each contact does on grid, off grid and on generator; POST sets one.",
    reply=ContactSettingsList,
    request=ContactSettingsRequest,
    methods=("GET", "POST"),
    poll=Poll.HOURLY,
    since=parse_firmware("6"),
)

SITE_SETTINGS: Endpoint[ContactSettingsList] = Endpoint(
    name="site_settings",
    path="/ivp/ss",
    summary="What the module answers without a name: the contacts' settings.",
    reply=ContactSettingsList,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("8.3"),
)

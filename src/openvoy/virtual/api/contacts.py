"""Dry contacts; without a system controller they are listed all the same, open and unused."""

from __future__ import annotations

from dataclasses import replace

from openvoy.codec import changed, encode_json
from openvoy.protocol.endpoints.contacts import (
    CONTACT_SETTINGS,
    DRY_CONTACTS,
    SITE_SETTINGS,
    ContactList,
    ContactRequest,
    ContactSettings,
    ContactSettingsList,
    ContactSettingsRequest,
    ContactStatus,
)
from openvoy.virtual.api.call import Call, Outcome, Refused, merged, settle
from openvoy.virtual.api.fleet import controller_of
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT, EIGHT_THREE
from openvoy.virtual.settings.contacts import RESETTLES_AFTER_S, Contact, ContactBoard
from openvoy.virtual.settings.events import News
from openvoy.virtual.site.orders import Position

FROM_EIGHT = ("window_start_s", "window_end_s", "priority", "black_start_s", "overridden")
FROM_EIGHT_THREE = ("in_safe_state", "black_start_retries", "action_retries", "pv_phases")
NEEDED = (
    "id",
    "kind",
    "on_grid",
    "off_grid",
    "on_generator",
    "may_override",
    "name",
    "mode",
    "soc_low_pct",
    "soc_high_pct",
    "pv_serials",
)
"""Members without which the settings module dies."""
WORDS = {
    "kind": {"NONE", "PV", "LOAD", "3RD-PV"},
    "on_grid": {"apply", "shed", "schedule", "none"},
    "off_grid": {"apply", "shed", "schedule", "none"},
    "on_generator": {"apply", "shed", "schedule", "none"},
    "mode": {"manual", "soc"},
}
POSITIONS: dict[str | None, Position] = {"open": "open", "closed": "closed"}


def build_contacts(moment: Moment) -> ContactList:
    """Build the states; normally closed ones stay open for a while after their settings were written."""
    positions = moment.switchgear.contacts
    return ContactList(
        contacts=tuple(
            ContactStatus(
                id=row.settings.id, status=_position(moment, row, positions.get(str(row.settings.id), "open"))
            )
            for row in moment.settings.contacts.contacts
        )
    )


def _position(moment: Moment, contact: Contact, position: Position) -> Position:
    is_settling = contact.written_s is not None and moment.now_s < contact.written_s + RESETTLES_AFTER_S
    return "open" if is_settling and str(contact.settings.id).startswith("NC") else position


def write_contact(moment: Moment, call: Call) -> Outcome:
    """Switch one contact; 404 without controller and for a contact that there is not."""
    told = call.read(ContactRequest).contact
    position = None if told is None else POSITIONS.get(told.status)
    if told is None or position is None:
        raise call.malformed("status is open or closed")
    contact = _contact_named(moment, told.id)
    news = News(
        text=f"Dry contact {told.id}: {'Open' if position == 'open' else 'Closed'}",
        serial=controller_of(moment).serial,
        device="enpower",
    )
    return settle(
        moment,
        value=ContactRequest(contact=told),
        news=(news,),
        contacts=_with(moment, replace(contact, by_hand=position)),
    )


def build_settings(moment: Moment) -> ContactSettingsList:
    """Build the settings; 8 and 8.3 each know more of them."""
    return ContactSettingsList(
        contacts=tuple(_shown(moment, row.settings) for row in moment.settings.contacts.contacts)
    )


def write_settings(moment: Moment, call: Call) -> Outcome:
    """Set one contact, whole: booleans in words, else 500; a part of them, and the module is gone for a while."""
    plain = call.read(dict[str, dict[str, object]]).get("dry_contacts")
    if plain is None:
        raise call.malformed("dry_contacts is missing")
    if isinstance(plain.get("override"), bool):
        raise Refused(500)
    # Clients are seen to send this one as a boolean as well, and it is taken.
    if isinstance(plain.get("manual_override"), bool):
        plain["manual_override"] = str(plain["manual_override"]).lower()
    told = replace(call, body=encode_json({"dry_contacts": plain})).read(ContactSettingsRequest).contact
    if told is None or any(getattr(told, name) is None for name in NEEDED):
        board = replace(moment.settings.contacts, crashed_s=moment.now_s)
        return Outcome(settings=replace(moment.settings, contacts=board), failure=Refused(502))
    if any(getattr(told, name) not in words for name, words in WORDS.items()):
        raise call.malformed("no such setting")
    contact = _contact_named(moment, told.id)
    stored = merged(contact.settings, told)
    board = _with(moment, replace(contact, settings=stored, by_hand=None, written_s=moment.now_s))
    return settle(moment, value={"dry_contacts": _shown(moment, stored)}, contacts=board)


def _contact_named(moment: Moment, name: str | None) -> Contact:
    controller_of(moment)
    found = next((row for row in moment.settings.contacts.contacts if row.settings.id == name), None)
    if found is None:
        raise Refused(404)
    return found


def _with(moment: Moment, contact: Contact) -> ContactBoard:
    board = moment.settings.contacts
    rows = tuple(contact if row.settings.id == contact.settings.id else row for row in board.contacts)
    return replace(board, contacts=rows)


def _shown(moment: Moment, settings: ContactSettings) -> ContactSettings:
    hidden = (() if moment.firmware >= EIGHT else FROM_EIGHT) + (
        () if moment.firmware >= EIGHT_THREE else FROM_EIGHT_THREE
    )
    return changed(settings, **dict.fromkeys(hidden))


RENDER = {DRY_CONTACTS: build_contacts, CONTACT_SETTINGS: build_settings, SITE_SETTINGS: build_settings}
WRITE = {(DRY_CONTACTS, "POST"): write_contact, (CONTACT_SETTINGS, "POST"): write_settings}

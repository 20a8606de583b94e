"""Dry contacts; without a system controller they are listed all the same, open and unused."""

from __future__ import annotations

from openvoy.protocol.endpoints.contacts import (
    CONTACT_SETTINGS,
    DRY_CONTACTS,
    SITE_SETTINGS,
    ContactList,
    ContactSettings,
    ContactSettingsList,
    ContactStatus,
)
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT, EIGHT_THREE

CONTACTS = ("NC1", "NC2", "NO1", "NO2")


def build_contacts(_moment: Moment) -> ContactList:
    """Build the states."""
    return ContactList(contacts=tuple(ContactStatus(id=name, status="open") for name in CONTACTS))


def build_settings(moment: Moment) -> ContactSettingsList:
    """Build the settings; 8 and 8.3 each know more of them."""
    return ContactSettingsList(
        contacts=tuple(_settings(moment, name, priority) for priority, name in enumerate(CONTACTS, 1))
    )


def _settings(moment: Moment, name: str, priority: int) -> ContactSettings:
    is_eight, is_newest = moment.firmware >= EIGHT, moment.firmware >= EIGHT_THREE
    return ContactSettings(
        id=name,
        kind="NONE",
        on_grid="none",
        off_grid="none",
        on_generator="none",
        in_safe_state="none" if is_newest else None,
        window_start_s=32400.0 if is_eight else None,
        window_end_s=57600.0 if is_eight else None,
        priority=float(priority) if is_eight else None,
        black_start_s=5.0 if is_eight else None,
        black_start_retries=3.0 if is_newest else None,
        action_retries=3.0 if is_newest else None,
        may_override="false",
        overridden="true" if is_eight else None,
        name="",
        mode="manual",
        soc_low_pct=30.0,
        soc_high_pct=70.0,
        pv_phases=() if is_newest else None,
        pv_serials=(),
    )


RENDER = {DRY_CONTACTS: build_contacts, CONTACT_SETTINGS: build_settings, SITE_SETTINGS: build_settings}

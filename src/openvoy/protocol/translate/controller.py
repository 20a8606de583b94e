"""The system controller: grid relay and dry contacts."""

from __future__ import annotations

from openvoy.codec import each
from openvoy.model import Contact, Grid
from openvoy.protocol.endpoints.contacts import CONTACT_SETTINGS, DRY_CONTACTS, ContactSettings
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY, RELAY, EnsembleDevice, EnsembleGroup, Relay
from openvoy.protocol.endpoints.ensemble_status import ENSEMBLE_STATUS
from openvoy.protocol.plan import CONTROLLERS, has_devices
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.controllers import RELAY_WORDS, device_celsius

_GRID_STATUS = {
    "multimode-ongrid": "on-grid",
    "grid-tied": "on-grid",
    "on_grid": "on-grid",
    "multimode-offgrid": "off-grid",
    "off_grid": "off-grid",
    "multimode-generator": "generator",
    "generator": "generator",
}


def build_grid(replies: Replies) -> Grid | None:
    """Build the grid relay; None without a device that holds one, although the gateway then says "closed"."""
    groups = tuple(each(replies.value(ENSEMBLE_INVENTORY)))
    found = next((group for group in groups if group.kind in CONTROLLERS and group.devices), None)
    if found is None or not found.devices:
        return None
    device = found.devices[0]
    relay = _relay(replies)
    state = _first_said(relay.relay, device.relay, device.mid_state)
    return Grid(
        relay=RELAY_WORDS.get(state or "", state),
        relay_admin=_first_said(relay.relay_admin, device.relay_admin),
        status=_grid_status(relay, device, state),
        profile=_profile(groups),
        controller=device.serial,
        temperature_c=device_celsius(device, is_fahrenheit=found.kind == "ENPOWER"),
        communicating=device.communicating,
    )


def _relay(replies: Replies) -> Relay:
    reply = replies.value(RELAY)
    if reply is not None:
        return reply
    status = replies.value(ENSEMBLE_STATUS)
    return Relay() if status is None or status.relay is None else status.relay


def _grid_status(relay: Relay, device: EnsembleDevice, state: str | None) -> str | None:
    words = (relay.battery_grid_mode, device.battery_grid_mode, device.grid_state, device.controller_grid_mode)
    said = [word for word in words if word is not None and word != "unknown"]
    if said:
        return _GRID_STATUS.get(said[0], said[0])
    return {"closed": "on-grid", "close": "on-grid", "open": "off-grid"}.get(state or "")


def _profile(groups: tuple[EnsembleGroup, ...]) -> str | None:
    return next((group.profile_name for group in groups if group.profile_name), None)


def build_contacts(replies: Replies) -> tuple[Contact, ...]:
    """Build the dry contacts; none without a system controller, although the gateway then lists four."""
    if not has_devices(replies, "ENPOWER"):
        return ()
    states = replies.value(DRY_CONTACTS)
    settings = replies.value(CONTACT_SETTINGS)
    by_id = {contact.id: contact for contact in (() if settings is None else each(settings.contacts)) if contact.id}
    status_by_id = {
        contact.id: contact.status for contact in (() if states is None else each(states.contacts)) if contact.id
    }
    return tuple(
        _contact(contact_id, status_by_id.get(contact_id), by_id.get(contact_id, ContactSettings()))
        for contact_id in dict.fromkeys((*status_by_id, *by_id))
    )


def _contact(contact_id: str, status: str | None, settings: ContactSettings) -> Contact:
    return Contact(
        id=contact_id,
        status=status,
        kind=None if settings.kind is None else settings.kind.lower(),
        name=settings.name,
        mode=settings.mode,
        on_grid=settings.on_grid,
        off_grid=settings.off_grid,
        on_generator=settings.on_generator,
        soc_low_pct=settings.soc_low_pct,
        soc_high_pct=settings.soc_high_pct,
        priority=None if settings.priority is None else int(settings.priority),
        window_start_s=settings.window_start_s,
        window_end_s=settings.window_end_s,
        black_start_delay_s=settings.black_start_s,
        may_override=_YES_OR_NO.get(settings.may_override or ""),
        overridden=_YES_OR_NO.get(settings.overridden or ""),
        inverters=tuple(each(settings.pv_serials)),
    )


_YES_OR_NO = {"true": True, "false": False}


def _first_said(*values: str | None) -> str | None:
    return next((value for value in values if value is not None), None)

"""The system controller: grid relay, dry contacts, generator."""

from __future__ import annotations

from openvoy.codec import each
from openvoy.model import Contact, Generator, Grid
from openvoy.protocol.endpoints.contacts import CONTACT_SETTINGS, DRY_CONTACTS, ContactSettings
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY, RELAY, EnsembleDevice, EnsembleGroup, Relay
from openvoy.protocol.endpoints.ensemble_status import ENSEMBLE_STATUS
from openvoy.protocol.endpoints.generator import GENERATOR, GENERATOR_CONFIG, GENERATOR_MODE, GeneratorConfig
from openvoy.protocol.plan import CONTROLLERS, has_devices
from openvoy.protocol.replies import Replies
from openvoy.units import celsius_from_fahrenheit, watts_from_kilowatts

_GRID_STATUS = {
    "multimode-ongrid": "on-grid",
    "grid-tied": "on-grid",
    "on_grid": "on-grid",
    "multimode-offgrid": "off-grid",
    "off_grid": "off-grid",
    "multimode-generator": "generator",
    "generator": "generator",
}
_RELAY_WORDS = {"close": "closed"}


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
        relay=_RELAY_WORDS.get(state or "", state),
        relay_admin=_first_said(relay.relay_admin, device.relay_admin),
        status=_grid_status(relay, device, state),
        profile=_profile(groups),
        controller=device.serial,
        temperature_c=_temperature_c(found, device),
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


def _temperature_c(group: EnsembleGroup, device: EnsembleDevice) -> float | None:
    raw = device.temperature_raw
    if not isinstance(raw, float | int):
        return None
    return celsius_from_fahrenheit(raw) if group.kind == "ENPOWER" else raw


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
    )


def build_generator(replies: Replies) -> Generator | None:
    """Build the generator; firmware 7 says `present` without one, so a mode or a configuration must be there too."""
    state = replies.value(GENERATOR)
    config = replies.value(GENERATOR_CONFIG)
    mode = replies.value(GENERATOR_MODE)
    is_configured = config is not None and config.rated_kw is not None
    if not is_configured and (state is None or not (state.present and state.admin_mode)):
        return None
    config = GeneratorConfig() if config is None else config
    return Generator(
        state=None if state is None else _RELAY_WORDS.get(state.oper_state or "", state.oper_state),
        admin_state=None if state is None else _RELAY_WORDS.get(state.admin_state or "", state.admin_state),
        mode=None if mode is None or mode.command is None else mode.command.lower(),
        name=" ".join(word for word in (config.manufacturer, config.model) if word) or None,
        rated_power_w=watts_from_kilowatts(config.rated_kw),
        start_soc_pct=None if state is None else state.start_pct,
        stop_soc_pct=None if state is None or state.stop_pct == _NO_STOP else state.stop_pct,
        exercising=None if state is None or state.exercising is None else bool(state.exercising),
        charges_battery=config.charge_from_generator,
    )


_NO_STOP = -1


def _first_said(*values: str | None) -> str | None:
    return next((value for value in values if value is not None), None)

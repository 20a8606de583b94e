"""Which endpoints are worth asking, and how often: decided anew from what is known so far.

The hot path uses native endpoints only. A slow page is asked often only where nothing else has the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from openvoy.codec import each
from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.endpoints.contacts import CONTACT_SETTINGS, DRY_CONTACTS
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY, ENSEMBLE_POWER, RELAY, SECONDARY_CONTROL
from openvoy.protocol.endpoints.ensemble_status import ENSEMBLE_STATUS
from openvoy.protocol.endpoints.generator import GENERATOR, GENERATOR_CONFIG, GENERATOR_MODE, GENERATOR_SCHEDULE
from openvoy.protocol.endpoints.inventory import INVENTORY
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, INVERTERS, DeviceData
from openvoy.protocol.endpoints.legacy import PRODUCTION_TABLE
from openvoy.protocol.endpoints.livedata import LIVEDATA_STATUS
from openvoy.protocol.endpoints.meters import METER_READINGS, METERS
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS, PRODUCTION_V1
from openvoy.protocol.endpoints.tariff import TARIFF
from openvoy.protocol.firmware import Capabilities, parse_firmware
from openvoy.protocol.replies import Replies

Rule = Callable[[Capabilities, Replies], Poll | None]

ACB_DEVICE_TYPE = 11
_FIRST_WITH_DISPLAY, _FIRST_METERED = parse_firmware("3.10"), parse_firmware("4")
CONTROLLERS = ("ENPOWER", "COLLAR")


def has_enabled_meter(replies: Replies, *measurements: str) -> bool:
    """Whether a meter of one of these kinds (of any kind, if none is named) is enabled."""
    enabled = replies.derive(_enabled_measurements)
    return not enabled.isdisjoint(measurements) if measurements else bool(enabled)


def _enabled_measurements(replies: Replies) -> frozenset[str | None]:
    return frozenset(meter.measurement for meter in each(replies.value(METERS)) if meter.state == "enabled")


def streamed_poll(replies: Replies) -> Poll:
    """How often the meters are still asked while they are followed: for counters, and for what is not streamed."""
    streamed = {"production", "net-consumption", "total-consumption"}
    meters = each(replies.value(METERS))
    is_all = all(meter.measurement in streamed for meter in meters if meter.state == "enabled")
    return Poll.MINUTE if is_all else Poll.BRISK


def has_devices(replies: Replies, *kinds: str) -> bool:
    """Whether the storage inventory lists a device of one of these kinds."""
    return not replies.derive(_device_kinds).isdisjoint(kinds)


def _device_kinds(replies: Replies) -> frozenset[str | None]:
    return frozenset(group.kind for group in each(replies.value(ENSEMBLE_INVENTORY)) if group.devices)


def is_generator_feeding(replies: Replies) -> bool:
    """Whether the gateway says that the generator is connected and the grid is not: what comes, comes from it."""
    state = replies.value(GENERATOR)
    if state is None or state.oper_state not in _CLOSED:
        return False
    relay = replies.value(RELAY)
    said = relay.relay if relay is not None else None
    if said is None:
        groups = each(replies.value(ENSEMBLE_INVENTORY))
        devices = (device for group in groups if group.kind in CONTROLLERS for device in each(group.devices))
        said = next((device.relay or device.mid_state for device in devices), None)
    return said is not None and said.startswith("open")


_CLOSED = ("close", "closed")


def has_ac_batteries(replies: Replies) -> bool:
    """Whether AC Batteries stand among the inverters."""
    if any(report.device_type == ACB_DEVICE_TYPE for report in each(replies.value(INVERTERS))):
        return True
    devices = (replies.value(DEVICE_DATA) or {}).values()
    return any(isinstance(device, DeviceData) and device.kind == "acb" for device in devices)


def has_meter_readings(replies: Replies) -> bool:
    """Whether meters can be read one by one; where they cannot, the production page has to do."""
    return not (replies.is_absent(METERS) or replies.is_absent(METER_READINGS))


def is_interval_usable(replies: Replies) -> bool:
    """Whether the interval snapshot counts: a lifetime of 0 is none (after a restart; on Standard from 8.3.5422)."""
    totals = replies.value(PRODUCTION_V1)
    return totals is not None and bool(totals.lifetime_wh)


def has_generator(replies: Replies) -> bool:
    """Whether a generator is configured; firmware 7 lists one that is not there."""
    config = replies.value(GENERATOR_CONFIG)
    return config is not None and config.rated_kw is not None


def _always(poll: Poll) -> Rule:
    return lambda _capabilities, _replies: poll


def _where(condition: Callable[[Replies], bool], poll: Poll) -> Rule:
    return lambda _capabilities, replies: poll if condition(replies) else None


def _meters(capabilities: Capabilities, _replies: Replies) -> Poll | None:
    return Poll.HOURLY if capabilities.metered else None


def _interval(capabilities: Capabilities, replies: Replies) -> Poll | None:
    return Poll.FIVE_MINUTES if capabilities.metered and has_enabled_meter(replies, "production") else Poll.MINUTE


def _table(_capabilities: Capabilities, replies: Replies) -> Poll | None:
    return Poll.FIVE_MINUTES if PRODUCTION_V1 in replies and not is_interval_usable(replies) else None


def _page(capabilities: Capabilities, replies: Replies) -> Poll | None:
    if has_ac_batteries(replies) or (capabilities.metered and not has_meter_readings(replies)):
        return Poll.MINUTE
    if capabilities.metered:
        # Without a production meter the sum of the last reports is all there is, and only the page says when they end.
        is_counted = METERS not in replies or has_enabled_meter(replies, "production")
        return Poll.HOURLY if is_counted else Poll.FIVE_MINUTES
    return Poll.FIVE_MINUTES if PRODUCTION_V1 in replies and not is_interval_usable(replies) else None


def _live_data(_capabilities: Capabilities, replies: Replies) -> Poll | None:
    """Where it is the only one to know: a generator without net meter, the charge where the storage pages refuse."""
    is_unseen = is_generator_feeding(replies) and not has_enabled_meter(replies, "net-consumption", "total-consumption")
    is_refused = replies.is_absent(ENSEMBLE_POWER) and replies.is_absent(SECONDARY_CONTROL)
    return Poll.MINUTE if is_unseen or (has_devices(replies, "ENCHARGE") and is_refused) else None


def _battery_power(_capabilities: Capabilities, replies: Replies) -> Poll | None:
    """Briskly where the house load depends on it; a meter of the batteries knows their power better and sooner."""
    if not has_devices(replies, "ENCHARGE"):
        return None
    if has_enabled_meter(replies, "storage"):
        return Poll.FIVE_MINUTES
    return Poll.BRISK if has_enabled_meter(replies) else Poll.MINUTE


def _tariff(capabilities: Capabilities, _replies: Replies) -> Poll | None:
    """Gateways with a display know none, and say so on a page for people."""
    return None if _FIRST_WITH_DISPLAY <= capabilities.firmware < _FIRST_METERED else Poll.HOURLY


def _inventory(_capabilities: Capabilities, replies: Replies) -> Poll:
    """While a Q-relay is open nothing else tells when it closes."""
    groups = each(replies.value(INVENTORY))
    is_open = any(device.relay == "open" for group in groups for device in each(group.devices))
    return Poll.FIVE_MINUTES if is_open else Poll.HOURLY


def _storage(_capabilities: Capabilities, replies: Replies) -> Poll:
    """What is installed later is found within the hour; power, charge and relay are asked more often elsewhere."""
    if replies.value(ENSEMBLE_INVENTORY) == ():
        return Poll.HOURLY
    return Poll.MINUTE if replies.is_absent(ENSEMBLE_POWER) or replies.is_absent(RELAY) else Poll.FIVE_MINUTES


_RULES: tuple[tuple[Endpoint[Any], Rule], ...] = (
    (METERS, _meters),
    (METER_READINGS, _where(has_enabled_meter, Poll.LIVE)),
    (PRODUCTION_V1, _interval),
    (PRODUCTION_TABLE, _table),
    (INVERTERS, _always(Poll.FIVE_MINUTES)),
    (DEVICE_DATA, _always(Poll.FIVE_MINUTES)),
    (ENSEMBLE_INVENTORY, _storage),
    (ENSEMBLE_POWER, _battery_power),
    (
        SECONDARY_CONTROL,
        _where(lambda replies: has_devices(replies, "ENCHARGE") or has_ac_batteries(replies), Poll.MINUTE),
    ),
    (RELAY, _where(lambda replies: has_devices(replies, *CONTROLLERS), Poll.MINUTE)),
    (
        ENSEMBLE_STATUS,
        _where(lambda replies: has_devices(replies, *CONTROLLERS) and replies.is_absent(RELAY), Poll.MINUTE),
    ),
    (DRY_CONTACTS, _where(lambda replies: has_devices(replies, "ENPOWER"), Poll.FIVE_MINUTES)),
    (CONTACT_SETTINGS, _where(lambda replies: has_devices(replies, "ENPOWER"), Poll.HOURLY)),
    (GENERATOR, _where(lambda replies: has_devices(replies, "ENPOWER"), Poll.MINUTE)),
    (GENERATOR_CONFIG, _where(lambda replies: has_devices(replies, "ENPOWER"), Poll.HOURLY)),
    (GENERATOR_MODE, _where(lambda replies: has_devices(replies, "ENPOWER"), Poll.HOURLY)),
    (GENERATOR_SCHEDULE, _where(has_generator, Poll.HOURLY)),
    (LIVEDATA_STATUS, _live_data),
    (TARIFF, _tariff),
    (PRODUCTION_DETAILS, _page),
    (INVENTORY, _inventory),
)


def wanted_endpoints(capabilities: Capabilities, replies: Replies) -> Mapping[Endpoint[Any], Poll]:
    """Decide which endpoints this gateway should be asked and how often, in the order of a first reading."""
    return replies.derive(_wanted, capabilities)


def _wanted(replies: Replies, capabilities: Capabilities) -> Mapping[Endpoint[Any], Poll]:
    wanted: dict[Endpoint[Any], Poll] = {}
    for endpoint, rule in _RULES:
        poll = rule(capabilities, replies) if endpoint.exists_in(capabilities.firmware) else None
        if poll is not None:
            wanted[endpoint] = poll
    return MappingProxyType(wanted)


def next_endpoint(capabilities: Capabilities, replies: Replies) -> Endpoint[Any] | None:
    """Give the next endpoint that a complete reading still needs; None when it is complete."""
    return next((endpoint for endpoint in wanted_endpoints(capabilities, replies) if endpoint not in replies), None)

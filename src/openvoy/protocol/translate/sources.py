"""Which part of which reply is right for production and consumption, by hardware and firmware.

The choice follows from what the gateway has, never from what happened to arrive this time: while a meter's reading is
late its value is unknown, and nothing else steps in for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from openvoy.codec import each
from openvoy.model import Inverter, Meter
from openvoy.protocol.endpoints.inverters import DEVICE_DATA
from openvoy.protocol.endpoints.legacy import PRODUCTION_TABLE
from openvoy.protocol.endpoints.meters import METERS
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS, PRODUCTION_V1, ProductionRow
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.plan import has_enabled_meter, has_meter_readings, is_interval_usable
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.inverters import inverter_devices, is_device_list_complete
from openvoy.protocol.translate.moments import moment
from openvoy.units import measured, wh_from_joules

ONE_ROUND = timedelta(hours=2)
"""Inverters report at least hourly; one whose report is older than the newest by more does not produce."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarSource:
    """Production now and ever, with where it comes from."""

    power_w: float | None = None
    lifetime_wh: float | None = None
    at: datetime | None = None
    endpoint: str = ""
    block: str = ""
    device: str = ""


def find_meter(meters: tuple[Meter, ...], kind: str) -> Meter | None:
    """Find the enabled meter of a kind."""
    return next((meter for meter in meters if meter.kind == kind and meter.state == "enabled"), None)


def find_row(replies: Replies, measurement: str) -> ProductionRow | None:
    """Find a working integrated-meter row of the production page; `active_count` 0 is noise or an old count."""
    return replies.derive(_rows)[measurement]


def _rows(replies: Replies) -> Mapping[str, ProductionRow | None]:
    page = replies.value(PRODUCTION_DETAILS)
    if page is None:
        return dict.fromkeys(_UNNAMED_POSITION)
    lists = {name: page.production if name == "production" else page.consumption for name in _UNNAMED_POSITION}
    return {name: _row(each(rows), name) for name, rows in lists.items()}


def _row(rows: Iterable[ProductionRow], measurement: str) -> ProductionRow | None:
    meters = [row for row in rows if row.kind == "eim"]
    named = [row for row in meters if row.measurement == measurement]
    unnamed = [row for row in meters if row.measurement is None][_UNNAMED_POSITION[measurement] :]
    return next((row for row in (*named, *unnamed) if row.active_count), None)


_UNNAMED_POSITION = {"production": 0, "total-consumption": 0, "net-consumption": 1}
"""4.2 does not name the measurement; the order does."""


def find_solar(
    capabilities: Capabilities, replies: Replies, meters: tuple[Meter, ...], inverters: tuple[Inverter, ...]
) -> SolarSource:
    """Find where production is counted right."""
    if capabilities.metered and not has_meter_readings(replies) and not _is_off(replies, "production"):
        return _from_page_row(find_row(replies, "production"))
    if has_enabled_meter(replies, "production"):
        return _from_meter(find_meter(meters, "production"))
    if capabilities.metered and METERS in replies and replies.value(METERS) is None:
        return SolarSource()
    if not capabilities.metered and is_interval_usable(replies):
        return interval_source(replies)
    if replies.value(PRODUCTION_TABLE) is not None and not is_interval_usable(replies):
        return _from_table(replies)
    return _from_inverters(replies, inverters)


def _is_off(replies: Replies, measurement: str) -> bool:
    """Whether the meter list says that nothing of this kind is measured."""
    return replies.value(METERS) is not None and not has_enabled_meter(replies, measurement)


def _from_meter(meter: Meter | None) -> SolarSource:
    if meter is None:
        return SolarSource()
    return SolarSource(
        power_w=meter.active_power_w,
        lifetime_wh=meter.delivered_wh,
        at=meter.at,
        endpoint="meter_readings",
        block="aggregate",
        device=str(meter.eid),
    )


def _from_page_row(row: ProductionRow | None) -> SolarSource:
    if row is None:
        return SolarSource()
    return SolarSource(
        power_w=row.now_w,
        lifetime_wh=row.lifetime_wh,
        at=moment(row.reading_time_s),
        endpoint=PRODUCTION_DETAILS.name,
        block="production.eim",
    )


def interval_source(replies: Replies) -> SolarSource:
    """Give the interval snapshot, where there is one."""
    totals = replies.value(PRODUCTION_V1)
    assert totals is not None
    return SolarSource(power_w=totals.now_w, lifetime_wh=totals.lifetime_wh, endpoint=PRODUCTION_V1.name, block="total")


def _from_table(replies: Replies) -> SolarSource:
    totals = replies.value(PRODUCTION_TABLE)
    assert totals is not None
    return SolarSource(
        power_w=totals.now_w, lifetime_wh=totals.lifetime_wh, endpoint=PRODUCTION_TABLE.name, block="total"
    )


def _from_inverters(replies: Replies, inverters: tuple[Inverter, ...]) -> SolarSource:
    """Add the inverters up: power from their reports, energy from counters that do not wrap, else from the page."""
    counted = replies.derive(inverters_source)
    found = replies.derive(page_source) if counted.lifetime_wh is None else counted
    return replace(found, power_w=_sum_of_reports(inverters, _inverters_row(replies)))


def inverters_source(replies: Replies) -> SolarSource:
    """Give the sum of the inverters' own counters; without a lifetime unless every one of them is known."""
    return SolarSource(lifetime_wh=_unwrapped_wh(replies), endpoint=DEVICE_DATA.name, block="inverters")


def page_source(replies: Replies) -> SolarSource:
    """Give the page's sum of the inverters, which wraps."""
    row = _inverters_row(replies)
    return SolarSource(
        lifetime_wh=None if row is None else row.lifetime_wh or None,
        at=None if row is None else moment(row.reading_time_s),
        endpoint=PRODUCTION_DETAILS.name,
        block="production.inverters",
    )


def _sum_of_reports(inverters: tuple[Inverter, ...], row: ProductionRow | None) -> float | None:
    """Add up the reports of one round; the last of the evening stays all night, but the page then says "none"."""
    if row is not None and row.active_count and not row.reading_time_s:
        return row.now_w
    newest = max((inverter.at for inverter in inverters if inverter.at is not None), default=None)
    if newest is None:
        return row.now_w if row is not None and row.active_count else None
    recent = [
        inverter.power_w for inverter in inverters if inverter.at is not None and newest - inverter.at <= ONE_ROUND
    ]
    return measured(sum(power_w for power_w in recent if power_w is not None))


def _inverters_row(replies: Replies) -> ProductionRow | None:
    page = replies.value(PRODUCTION_DETAILS)
    rows = () if page is None else each(page.production)
    return next((row for row in rows if row.kind == "inverters"), None)


def _unwrapped_wh(replies: Replies) -> float | None:
    """Add up the lifetime counters of all inverters in service; None unless every one of them is known."""
    if not is_device_list_complete(replies):
        return None
    channels = [next(iter(each(device.channels)), None) for device in inverter_devices(replies)]
    lifetimes = [None if channel is None else channel.lifetime for channel in channels]
    counted_j = [None if lifetime is None else lifetime.produced_j for lifetime in lifetimes]
    known_j = [value_j for value_j in counted_j if value_j is not None]
    return wh_from_joules(sum(known_j)) if known_j and len(known_j) == len(counted_j) else None

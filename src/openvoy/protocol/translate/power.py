"""Power flows and lifetime energies, in our signs."""

from __future__ import annotations

from openvoy.codec import each
from openvoy.model import Energy, Meter, Power
from openvoy.model.balance import load_wh
from openvoy.model.live import LiveSample
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY, ENSEMBLE_POWER
from openvoy.protocol.endpoints.generator import GENERATOR
from openvoy.protocol.plan import (
    has_ac_batteries,
    has_devices,
    has_enabled_meter,
    has_meter_readings,
    is_generator_feeding,
)
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.banks import find_acb_row
from openvoy.protocol.translate.sources import SolarSource, find_meter, find_row
from openvoy.units import added_up, milli

STALE_PAGE_S = 120
"""The production page answers 1 to 30 s after its meters' samples; an older one tells of another moment."""


def build_power(
    replies: Replies, meters: tuple[Meter, ...], solar: SolarSource, live: LiveSample | None = None
) -> Power:
    """Build the flows; what this site does not have adds nothing, what did not arrive leaves the load unknown.

    The net meter sees what comes by way of the controller: from the grid, or from a generator while the grid's relay is
    open (8.2.127: relay open, generator closed, 195.6 W at the net meter; load is then right with either name).
    """
    net_w = _net_w(replies, meters, solar)
    is_fed = replies.derive(is_generator_feeding)
    grid_w = 0.0 if is_fed else net_w
    generator_w = _fed_w(net_w, live) if is_fed else _generator_w(replies)
    battery_w = _battery_w(replies, meters)
    return Power(
        solar_w=solar.power_w,
        grid_w=grid_w,
        battery_w=battery_w,
        generator_w=generator_w,
        load_w=_load_w(replies, [solar.power_w, generator_w if is_fed else grid_w], battery_w),
        reported_consumption_w=_reported_w(replies, meters, solar.power_w, net_w),
    )


def has_battery(replies: Replies) -> bool:
    """Whether the site stores energy."""
    return (
        has_devices(replies, "ENCHARGE")
        or replies.derive(has_ac_batteries)
        or find_acb_row(replies) is not None
        or has_enabled_meter(replies, "storage")
    )


def _net_w(replies: Replies, meters: tuple[Meter, ...], solar: SolarSource) -> float | None:
    if not has_meter_readings(replies):
        row = find_row(replies, "net-consumption")
        return None if row is None else row.now_w
    net = find_meter(meters, "net-consumption")
    if net is not None:
        return net.active_power_w
    total = find_meter(meters, "total-consumption")
    return None if total is None else _difference(total.active_power_w, solar.power_w)


def _battery_w(replies: Replies, meters: tuple[Meter, ...]) -> float | None:
    storage = find_meter(meters, "storage")
    if storage is not None:
        return storage.active_power_w
    parts: list[float | None] = []
    if has_devices(replies, "ENCHARGE"):
        reply = replies.value(ENSEMBLE_POWER)
        batteries = () if reply is None else each(reply.batteries)
        parts += [milli(battery.power_mw) for battery in batteries] or [None]
    row = find_acb_row(replies)
    if row is not None:
        parts.append(row.now_w)
    elif replies.derive(has_ac_batteries):
        parts.append(None)
    return added_up(parts) if parts else None


def _fed_w(net_w: float | None, live: LiveSample | None) -> float | None:
    """Give what a feeding generator delivers: the net meter's value, else that of live data."""
    return net_w if net_w is not None or live is None else live.power.generator_w


def _generator_w(replies: Replies) -> float | None:
    """A generator that does not feed gives 0 W."""
    state = replies.value(GENERATOR)
    return 0.0 if state is not None and state.oper_state == "open" and state.present and state.admin_mode else None


def _load_w(replies: Replies, supplied: list[float | None], battery_w: float | None) -> float | None:
    """Add the flows up; without the storage inventory nobody knows whether a battery belongs to them."""
    if replies.error(ENSEMBLE_INVENTORY) is not None and not replies.is_absent(ENSEMBLE_INVENTORY):
        return None
    return added_up([*supplied, battery_w] if replies.derive(has_battery) else supplied)


def _reported_w(
    replies: Replies, meters: tuple[Meter, ...], solar_w: float | None, net_w: float | None
) -> float | None:
    """Give the gateway's total: its meter's, the page's while that is of this moment, or its identity solar + net."""
    total_meter = find_meter(meters, "total-consumption")
    if total_meter is not None and has_meter_readings(replies):
        return total_meter.active_power_w
    total, net = find_row(replies, "total-consumption"), find_row(replies, "net-consumption")
    at = next((meter.at for meter in meters if meter.at is not None), None)
    if meters and (total is None or at is None or abs(at.timestamp() - _seconds(total.reading_time_s)) > STALE_PAGE_S):
        return added_up([solar_w, net_w])
    if total is None:
        return None
    if net is not None and (total.now_w, total.lifetime_wh) == (net.now_w, net.lifetime_wh):
        # 8.3.5433 gives both rows the net values.
        return added_up([solar_w, net.now_w])
    return total.now_w


def build_energy(replies: Replies, meters: tuple[Meter, ...], solar: SolarSource) -> Energy:
    """Build lifetime energies from counters; a total-consumption meter cannot tell import from export."""
    net, total = find_meter(meters, "net-consumption"), find_meter(meters, "total-consumption")
    storage = find_meter(meters, "storage")
    import_wh = None if net is None else net.delivered_wh
    export_wh = None if net is None else net.received_wh
    charge_wh = None if storage is None else storage.received_wh
    discharge_wh = None if storage is None else storage.delivered_wh
    counted_wh = {"solar": solar.lifetime_wh, "import": import_wh, "export": export_wh}
    made = find_meter(meters, "production")
    if made is not None and made.received_wh is not None:
        counted_wh["standby"] = made.received_wh
    if total is not None:
        counted_wh["total"] = total.delivered_wh
    if replies.derive(has_battery):
        counted_wh |= {"charge": charge_wh, "discharge": discharge_wh}
    return Energy(
        solar_wh=solar.lifetime_wh,
        import_wh=import_wh,
        export_wh=export_wh,
        charge_wh=charge_wh,
        discharge_wh=discharge_wh,
        load_wh=load_wh(counted_wh),
    )


def _seconds(value_s: float | None) -> float:
    return float("-inf") if value_s is None else value_s


def _difference(value: float | None, other: float | None) -> float | None:
    return added_up([value, None if other is None else -other])

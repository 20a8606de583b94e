"""What a gateway orders that nobody changed since its commissioning."""

from __future__ import annotations

from openvoy.virtual.site.calendar import DAY_MIN
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.equipment import CONTACT_NAMES, WEEKDAYS, Contact, Generator, GeneratorHours
from openvoy.virtual.site.meters import build_meters
from openvoy.virtual.site.orders import (
    ContactOrders,
    Exercise,
    GeneratorOrders,
    GeneratorRun,
    Orders,
    StorageAction,
    StorageOrders,
    StorageSlot,
)
from openvoy.virtual.site.serials import inverter_serials


def build_orders(site: SiteDefinition) -> Orders:
    """Build the orders that follow from a site's definition."""
    described: dict[str, Contact] = {row.name: row for row in site.contact}
    has_contacts = site.controller is not None and site.controller.kind == "system-controller"
    contacts = (_contact(site, name, place, described.get(name)) for place, name in enumerate(CONTACT_NAMES, 1))
    return Orders(
        storage=None if site.battery is None and site.acb is None else _storage(site),
        contacts=tuple(contacts) if has_contacts else (),
        generator=None if site.generator is None else _generator(site.generator),
        meters=frozenset(meter.eid for meter in build_meters(site) if meter.enabled),
    )


def _storage(site: SiteDefinition) -> StorageOrders:
    battery = site.battery
    if battery is None:
        return StorageOrders(mode="self-consumption", reserve_pct=0.0, very_low_pct=5.0, charges_from_grid=False)
    return StorageOrders(
        mode=battery.mode,
        reserve_pct=battery.reserve_pct,
        very_low_pct=battery.very_low_pct,
        charges_from_grid=battery.charge_from_grid,
        plan=_plan(site),
    )


def _plan(site: SiteDefinition) -> tuple[StorageSlot, ...]:
    """Savings keep the charge for the dearest hours, and charge when they are told to."""
    battery, tariff = site.battery, site.tariff
    charges = battery is not None and battery.charge_from_grid
    if battery is not None and battery.mode == "backup":
        return (StorageSlot(action="charge-from-grid" if charges else "no-discharge"),)
    if battery is None or battery.mode != "savings":
        return (StorageSlot(action="zero-net"),)
    rates = [(round(row.start_h * 60), row.import_per_kwh) for row in tariff.period] or [(0, tariff.import_per_kwh)]
    ends = [*(start for start, _ in rates[1:]), DAY_MIN]
    dearest, is_flat = max(rate for _, rate in rates), len({rate for _, rate in rates}) == 1
    slots = []
    for (start, rate), end in zip(rates, ends, strict=True):
        action: StorageAction = "zero-net" if is_flat else "discharge-to-load" if rate == dearest else "no-discharge"
        slots.append(StorageSlot(action=action, start_min=start, duration_min=end - start))
    if tariff.charge_minutes:
        charge: StorageAction = "charge-from-grid" if charges else "charge-from-solar"
        start_min = round(tariff.charge_from_h * 60)
        slots.append(StorageSlot(action=charge, start_min=start_min, duration_min=tariff.charge_minutes))
    return tuple(slots)


def _contact(site: SiteDefinition, name: str, place: int, row: Contact | None) -> ContactOrders:
    if row is None:
        return ContactOrders(
            name=name, window_start_s=32400.0, window_end_s=57600.0, priority=float(place), holds_hand=True
        )
    return ContactOrders(
        name=name,
        load="pv" if row.arrays else "load",
        load_name=row.label or ", ".join((*row.loads, *row.arrays)),
        on_grid=row.on_grid,
        on_island=row.on_island,
        on_generator=row.on_generator,
        window_start_s=row.from_h * 3600,
        window_end_s=row.to_h * 3600,
        priority=float(row.priority),
        follows_charge=row.follows_charge,
        soc_low_pct=row.soc_low_pct,
        soc_high_pct=row.soc_high_pct,
        panels=panels_of(site, row),
    )


def panels_of(site: SiteDefinition, row: Contact) -> frozenset[str]:
    """Name the inverters behind a contact."""
    serials, first, found = inverter_serials(site), 0, set()
    for array in site.array:
        if array.name in row.arrays:
            found |= set(serials[first : first + array.panels])
        first += array.panels
    return frozenset(found)


def _generator(row: Generator) -> GeneratorOrders:
    exercise = row.exercise
    return GeneratorOrders(
        command=row.command,
        rated_w=row.rated_w,
        warm_up_s=60 * row.warm_up_min,
        cool_down_s=60 * row.cool_down_min,
        charges_batteries=row.charges_batteries,
        runs=tuple(_run(hours) for hours in row.hours),
        exercise=None
        if exercise is None
        else Exercise(
            weekday=WEEKDAYS.index(exercise.weekday),
            start_min=60 * exercise.start_h,
            duration_min=float(exercise.minutes),
            every_weeks=exercise.every_weeks,
        ),
    )


def _run(hours: GeneratorHours) -> GeneratorRun:
    length_h = (hours.to_h - hours.from_h) % 24 or 24
    return GeneratorRun(
        weekdays=frozenset(WEEKDAYS.index(name) for name in hours.weekdays),
        start_min=60 * hours.from_h,
        duration_min=60 * length_h,
        start_pct=hours.start_pct,
        stop_pct=hours.stop_pct,
    )

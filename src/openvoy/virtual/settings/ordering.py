"""From what is set to what the site is ordered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from openvoy.codec import each
from openvoy.protocol.endpoints.generator import GeneratorSchedule
from openvoy.virtual.settings.contacts import Contact
from openvoy.virtual.settings.fleet import has_contacts, has_relay
from openvoy.virtual.settings.generator import GeneratorSettings
from openvoy.virtual.settings.limits import LimitSettings
from openvoy.virtual.settings.plan import WEEKDAYS, build_plan
from openvoy.virtual.settings.state import Settings
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.orders import (
    ContactAction,
    ContactOrders,
    Exercise,
    ExportOrders,
    GeneratorOrders,
    GeneratorRun,
    Orders,
    SolarOrders,
    StorageOrders,
)

Load = Literal["none", "load", "pv", "foreign-pv"]
_ACTIONS: dict[str | None, ContactAction] = {"apply": "apply", "shed": "shed", "schedule": "schedule"}
_LOADS: dict[str | None, Load] = {"LOAD": "load", "PV": "pv", "3RD-PV": "foreign-pv"}
_COMMANDS: dict[str | None, Literal["on", "off", "auto"]] = {"on": "on", "auto": "auto"}


def build_gateway_orders(settings: Settings, site: SiteDefinition) -> Orders:
    """Build the orders that follow from the settings."""
    is_controlled = has_contacts(settings.fleet, site)
    return Orders(
        grid_relay=settings.controller.grid_relay if has_relay(settings.fleet, site) else "closed",
        storage=None if site.battery is None and site.acb is None else _storage(settings),
        contacts=tuple(_contact(row) for row in settings.contacts.contacts) if is_controlled else (),
        generator=_generator(settings.generator) if is_controlled else None,
        solar=_solar(settings),
        export=min(_exports(settings.limits, site), key=lambda row: row.limit, default=None),
        meters=frozenset(eid for eid, ledger in settings.meters.ledgers.items() if ledger.setup.enabled),
    )


def _storage(settings: Settings) -> StorageOrders:
    tariff, storage = settings.tariff, settings.storage
    return StorageOrders(
        mode=tariff.mode,
        reserve_pct=tariff.reserve_pct,
        very_low_pct=tariff.very_low_pct,
        charges_from_grid=tariff.storage.charge_from_grid is True,
        plan=build_plan(tariff, storage.schedule_number),
        enabled=storage.output.enabled is not False,
        asleep=frozenset(
            str(row.serial) for rows in (storage.asleep, storage.ac_asleep) for row in rows if row.serial is not None
        ),
    )


def _contact(contact: Contact) -> ContactOrders:
    told = contact.settings
    usual = ContactOrders(name=str(told.id))
    return ContactOrders(
        name=usual.name,
        load=_LOADS.get(told.kind, "none"),
        load_name=told.name or "",
        on_grid=_ACTIONS.get(told.on_grid, "none"),
        on_island=_ACTIONS.get(told.off_grid, "none"),
        on_generator=_ACTIONS.get(told.on_generator, "none"),
        window_start_s=_else(told.window_start_s, usual.window_start_s),
        window_end_s=_else(told.window_end_s, usual.window_end_s),
        priority=_else(told.priority, usual.priority),
        follows_charge=told.mode == "soc",
        soc_low_pct=_else(told.soc_low_pct, usual.soc_low_pct),
        soc_high_pct=_else(told.soc_high_pct, usual.soc_high_pct),
        panels=frozenset(each(told.pv_serials)),
        by_hand=contact.by_hand,
        holds_hand=told.overridden == "true",
    )


def _else(value: float | None, usual: float) -> float:
    """What was said, else what is usual."""
    return usual if value is None else value


def _generator(settings: GeneratorSettings) -> GeneratorOrders | None:
    config = settings.config
    if not settings.is_there:
        return None
    return GeneratorOrders(
        command=_COMMANDS.get(settings.mode.command, "off"),
        rated_w=1000 * _else(config.rated_kw, 0.0),
        warm_up_s=60 * _else(config.warm_up_min, 0.0),
        cool_down_s=60 * _else(config.cool_down_min, 0.0),
        charges_batteries=config.charge_from_generator is not False,
        runs=tuple(_runs(settings.schedule)),
        exercise=_exercise(settings.schedule),
    )


def _runs(schedule: GeneratorSchedule) -> Iterator[GeneratorRun]:
    """Without a period the limits of the schedule hold for every moment."""
    limits = schedule.limits
    seasons = each(None if schedule.plan is None else schedule.plan.seasons)
    rows = [(days, period) for season in seasons for days in each(season.days) for period in each(days.periods)]
    if not rows and limits is not None:
        yield _run(GeneratorRun(), limits.start_pct, limits.stop_pct)
    for days, period in rows:
        named = frozenset(WEEKDAYS.index(name) for name in (days.days or "").split(",") if name in WEEKDAYS)
        run = GeneratorRun(
            weekdays=named or GeneratorRun().weekdays,
            start_min=_else(period.start_min, 0.0),
            duration_min=_else(period.duration_min, 1440.0),
        )
        yield _run(run, period.start_pct, period.stop_pct)


def _run(run: GeneratorRun, start_pct: float | None, stop_pct: float | None) -> GeneratorRun:
    if start_pct is None or stop_pct is None:
        return run
    return replace(run, start_pct=start_pct, stop_pct=stop_pct)


def _exercise(schedule: GeneratorSchedule) -> Exercise | None:
    test = schedule.exercise
    if test is None or test.day not in WEEKDAYS or test.start_min is None or not test.duration_min:
        return None
    weeks = 1 if test.every_weeks is None else test.every_weeks
    return Exercise(
        weekday=WEEKDAYS.index(test.day), start_min=test.start_min, duration_min=test.duration_min, every_weeks=weeks
    )


def _solar(settings: Settings) -> SolarOrders:
    pv, dynamic = settings.limits.pv, settings.limits.dynamic
    is_limited = dynamic.enabled is True and dynamic.limits_export is False and dynamic.limit_w is not None
    return SolarOrders(
        forced_off=settings.bridge.production_off,
        limit_pct=pv.limit_pct if pv.enabled is True and pv.limit_pct is not None else 100.0,
        limit_w=dynamic.limit_w if is_limited else None,
        slew_w_per_s=dynamic.slew_w_per_s if is_limited else None,
        removed=settings.fleet.removed_inverters,
    )


def _exports(limits: LimitSettings, site: SiteDefinition) -> Iterator[ExportOrders]:
    """The export limit, the dynamic one, and the current that power control allows."""
    told, dynamic = limits.export, limits.dynamic
    if told.enabled is True and told.limit is not None:
        rated_w = sum(row.inverter_model.rated_w * row.panels for row in site.array)
        yield ExportOrders(
            limit=rated_w * told.limit / 100 if told.in_percent else told.limit,
            is_apparent=told.in_apparent is True,
            by_phase=told.kind not in {None, "Aggregate"},
        )
    if dynamic.enabled is True and dynamic.limits_export is not False and dynamic.limit_w is not None:
        yield ExportOrders(limit=dynamic.limit_w, slew_w_per_s=dynamic.slew_w_per_s)
    if limits.power_control.max_export_a:
        current_a = limits.power_control.max_export_a
        yield ExportOrders(limit=current_a * site.voltage_v * site.phase_count, is_apparent=True)

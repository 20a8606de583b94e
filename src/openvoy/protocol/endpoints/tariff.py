"""Tariff, storage mode and AC Battery sleep."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.firmware import parse_firmware


class Currency(WireStruct):
    """Currency."""

    code: Annotated[str | None, doc("", "ISO code")] = None


class SingleRate(WireStruct):
    """One price."""

    rate: Annotated[float | None, doc("currency/kWh", "import")] = None
    sell: Annotated[float | None, doc("currency/kWh", "feed-in")] = None


class TariffPeriod(WireStruct):
    """A price from a time of the day on."""

    id: Annotated[str | None, doc("", "name")] = None
    start_min: Annotated[int | None, doc("min", "minutes after midnight")] = said("start")
    rate: Annotated[float | None, doc("currency/kWh", "price")] = None


class TariffDays(WireStruct):
    """Days of the week."""

    id: Annotated[str | None, doc("", "name")] = None
    days: Annotated[str | None, doc("", "Mon,Tue …")] = None
    must_charge_start: Annotated[int | None, doc("min", "minutes after midnight")] = None
    must_charge_duration: Annotated[int | None, doc("min", "length")] = None
    must_charge_mode: Annotated[str | None, doc("", "CG from grid, CP from the array")] = None
    peak_rule: Annotated[str | None, doc("", "DL …")] = None
    enable_discharge_to_grid: Annotated[bool | None, doc("", "may discharge into the grid")] = None
    periods: Annotated[tuple[TariffPeriod, ...] | None, doc("", "prices")] = None


class TariffTier(WireStruct):
    """A price up to a monthly amount."""

    id: Annotated[str | None, doc("", "name")] = None
    limit_kwh: Annotated[float | None, doc("kWh", "-1 is without limit")] = said("limit")
    rate: Annotated[float | None, doc("currency/kWh", "price")] = None


class TariffSeason(WireStruct):
    """Prices from a date on."""

    id: Annotated[str | None, doc("", "name")] = None
    start: Annotated[str | None, doc("", "month/day")] = None
    days: Annotated[tuple[TariffDays, ...] | None, doc("", "days of the week")] = None
    tiers: Annotated[tuple[TariffTier, ...] | None, doc("", "tiers")] = None


class StorageSettings(WireStruct):
    """How the batteries behave."""

    mode: Annotated[str | None, doc("", "backup, self-consumption, economy, savings-mode")] = None
    sub_mode: Annotated[str | None, doc("", "usually empty")] = said("operation_mode_sub_type")
    reserve_pct: Annotated[float | None, doc("%", "reserve")] = said("reserved_soc")
    very_low_pct: Annotated[float | None, doc("%", "lower safety limit")] = said("very_low_soc")
    charge_from_grid: Annotated[bool | None, doc("", "may charge from the grid")] = None
    changed_s: Annotated[str | None, doc("s", "Unix time as text")] = said("date")
    cloud_scheduled: Annotated[bool | None, doc("", "the cloud plans: a write of the mode has no effect")] = said(
        "opt_schedules"
    )


class TariffSettings(WireStruct):
    """The tariff as stored."""

    currency: Annotated[Currency | None, doc("", "currency")] = None
    logger: Annotated[str | None, doc("", "fixed text")] = None
    changed_s: Annotated[str | None, doc("s", "Unix time as text")] = said("date")
    storage: Annotated[StorageSettings | None, doc("", "batteries")] = said("storage_settings")
    single_rate: Annotated[SingleRate | None, doc("", "flat prices")] = None
    seasons: Annotated[tuple[TariffSeason, ...] | None, doc("", "import prices")] = None
    export_seasons: Annotated[tuple[TariffSeason, ...] | None, doc("", "feed-in prices")] = said("seasons_sell")


class ScheduleSlot(WireStruct):
    """What the batteries do for a while."""

    start_min: Annotated[int | None, doc("min", "minutes after midnight")] = said("start")
    duration_min: Annotated[int | None, doc("min", "length")] = said("duration")
    setting: Annotated[str | None, doc("", "ID, ZN, CG, DG, ND, DL, CP")] = None


class WeekPlan(WireStruct):
    """Slots by day of the week."""

    start: Annotated[str | None, doc("", "month/day")] = None
    end: Annotated[str | None, doc("", "month/day")] = None
    sunday: Annotated[tuple[ScheduleSlot, ...] | None, doc("", "Sunday")] = said("Sun")
    monday: Annotated[tuple[ScheduleSlot, ...] | None, doc("", "Monday")] = said("Mon")
    tuesday: Annotated[tuple[ScheduleSlot, ...] | None, doc("", "Tuesday")] = said("Tue")
    wednesday: Annotated[tuple[ScheduleSlot, ...] | None, doc("", "Wednesday")] = said("Wed")
    thursday: Annotated[tuple[ScheduleSlot, ...] | None, doc("", "Thursday")] = said("Thu")
    friday: Annotated[tuple[ScheduleSlot, ...] | None, doc("", "Friday")] = said("Fri")
    saturday: Annotated[tuple[ScheduleSlot, ...] | None, doc("", "Saturday")] = said("Sat")


class SchedulePlans(WireStruct):
    """The derived plans."""

    disabled: Annotated[tuple[WeekPlan, ...] | None, doc("", "plan while disabled")] = said("Disable")
    by_tariff: Annotated[tuple[WeekPlan, ...] | None, doc("", "plan by tariff")] = said("tariff")


class DerivedSchedule(WireStruct):
    """Rebuilt by the gateway at every read; never written."""

    filename: Annotated[str | None, doc("", "from 8")] = None
    source: Annotated[str | None, doc("", "source")] = None
    date: Annotated[str | None, doc("", "text, UTC")] = None
    version: Annotated[str | None, doc("", "version")] = None
    reserve_pct: Annotated[float | None, doc("%", "reserve")] = said("reserved_soc")
    very_low_pct: Annotated[float | None, doc("%", "lower safety limit")] = said("very_low_soc")
    charge_from_grid: Annotated[bool | None, doc("", "may charge from the grid")] = None
    short_mode: Annotated[str | None, doc("", "mode, from 8.2")] = said("batt_mode")
    mode: Annotated[str | None, doc("", "mode")] = said("battery_mode")
    sub_mode: Annotated[str | None, doc("", "usually empty")] = said("operation_mode_sub_type")
    cloud_scheduled: Annotated[bool | None, doc("", "the cloud plans")] = said("opt_schedules")
    override: Annotated[bool | None, doc("", "cloud override")] = None
    override_reserve_pct: Annotated[float | None, doc("%", "reserve under override")] = said("override_backup_soc")
    override_rate: Annotated[float | None, doc("", "rate under override")] = said("override_chg_dischg_rate")
    override_mode: Annotated[str | None, doc("", "mode under override")] = said("override_tou_mode")
    plans: Annotated[SchedulePlans | None, doc("", "plans")] = said("schedule")


class TariffReply(WireStruct):
    """Tariff and what follows from it."""

    tariff: Annotated[TariffSettings | None, doc("", "as stored")] = None
    schedule: Annotated[DerivedSchedule | None, doc("", "derived")] = None


class TariffRequest(WireStruct):
    """Writes the whole tariff, without schedule."""

    tariff: Annotated[TariffSettings | None, doc("", "complete")] = None


class SleepingBattery(WireStruct):
    """An AC Battery that is asleep."""

    serial: Annotated[str | int | None, doc("", "serial number")] = said("serial_num")
    min_pct: Annotated[float | None, doc("%", "sleeps from")] = said("sleep_min_soc")
    max_pct: Annotated[float | None, doc("%", "sleeps to")] = said("sleep_max_soc")


class AcbConfig(WireStruct):
    """AC Batteries that are asleep; PUT puts to sleep, DELETE wakes."""

    sleeping: Annotated[tuple[SleepingBattery, ...] | None, doc("", "batteries")] = said("acb_sleep")


TARIFF: Endpoint[TariffReply] = Endpoint(
    name="tariff",
    path="/admin/lib/tariff",
    summary="Tariff, storage mode and reserve.",
    reply=TariffReply,
    request=TariffRequest,
    methods=("GET", "PUT"),
    poll=Poll.HOURLY,
    since=parse_firmware("3.9"),
    digest_free=False,
)


ACB_CONFIG: Endpoint[AcbConfig] = Endpoint(
    name="acb_config",
    path="/admin/lib/acb_config",
    summary="AC Batteries that are asleep.",
    reply=AcbConfig,
    request=AcbConfig,
    methods=("GET", "PUT", "DELETE"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)

"""Tariff, storage mode and reserve."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from openvoy.protocol.endpoints.tariff import (
    ACB_CONFIG,
    TARIFF,
    AcbConfig,
    Currency,
    DerivedSchedule,
    SchedulePlans,
    ScheduleSlot,
    SingleRate,
    StorageSettings,
    TariffDays,
    TariffPeriod,
    TariffReply,
    TariffSeason,
    TariffSettings,
    WeekPlan,
)
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT

DAY_MIN = 1440
WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


def build_tariff(moment: Moment) -> TariffReply:
    """Build the stored tariff and the schedule that is made of it at every read."""
    site, is_eight = moment.site, moment.firmware >= EIGHT
    battery = site.battery
    changed = str(moment.commissioned_s)
    storage = StorageSettings(
        mode="self-consumption" if battery is None else battery.mode,
        sub_mode="",
        reserve_pct=0.0 if battery is None else battery.reserve_pct,
        very_low_pct=5 if battery is None else round(battery.very_low_pct),
        charge_from_grid=battery is not None and battery.charge_from_grid,
        changed_s=changed,
        cloud_scheduled=False if is_eight else None,
    )
    prices = site.tariff
    settings = TariffSettings(
        currency=Currency(code=prices.currency),
        logger="mylogger",
        changed_s=changed,
        storage=storage,
        single_rate=SingleRate(rate=prices.import_per_kwh, sell=prices.export_per_kwh),
        seasons=(_season(moment),),
        export_seasons=(),
    )
    return TariffReply(tariff=settings, schedule=_schedule(moment, storage))


def _season(moment: Moment) -> TariffSeason:
    prices = moment.site.tariff
    periods = [(round(row.start_h * 60), row.import_per_kwh) for row in prices.period] or [(0, prices.import_per_kwh)]
    return TariffSeason(
        id="all_year_long",
        start="1/1",
        days=(
            TariffDays(
                id="all_days",
                days="Mon,Tue,Wed,Thu,Fri,Sat,Sun",
                must_charge_start=0,
                must_charge_duration=0,
                must_charge_mode="CG",
                peak_rule="DL" if moment.firmware >= EIGHT else None,
                enable_discharge_to_grid=False,
                periods=tuple(
                    TariffPeriod(id=f"period_{number}", start_min=start, rate=rate)
                    for number, (start, rate) in enumerate(periods, 1)
                ),
            ),
        ),
        tiers=(),
    )


def _schedule(moment: Moment, storage: StorageSettings) -> DerivedSchedule:
    is_eight = moment.firmware >= EIGHT
    return DerivedSchedule(
        filename="Tariff" if is_eight else None,
        source="Tariff",
        date=f"{datetime.fromtimestamp(moment.commissioned_s, UTC):%Y-%m-%d %H:%M:%S} UTC",
        version="00.00.02",
        reserve_pct=storage.reserve_pct,
        very_low_pct=storage.very_low_pct,
        charge_from_grid=storage.charge_from_grid,
        short_mode=storage.mode if is_eight else None,
        mode=storage.mode,
        sub_mode="",
        cloud_scheduled=False if is_eight else None,
        override=False,
        override_reserve_pct=30.0,
        override_rate=0.0,
        override_mode="StorageTouMode_DEFAULT_TOU_MODE",
        plans=SchedulePlans(
            disabled=tuple(_week_plan((day,), "ID") for day in WEEK),
            by_tariff=(_week_plan(WEEK, "ZN", start="1/1", end="1/1"),),
        ),
    )


def _week_plan(days: tuple[str, ...], setting: str, **season: str) -> WeekPlan:
    all_day = (ScheduleSlot(start_min=0, duration_min=DAY_MIN, setting=setting),)
    members: dict[str, Any] = {**season, **dict.fromkeys(days, all_day)}
    return WeekPlan(**members)


RENDER = {TARIFF: build_tariff, ACB_CONFIG: lambda _moment: AcbConfig(sleeping=())}

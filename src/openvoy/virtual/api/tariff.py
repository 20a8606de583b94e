"""Tariff, storage mode and reserve."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from openvoy.codec import changed, each
from openvoy.protocol.endpoints.tariff import (
    TARIFF,
    DerivedSchedule,
    SchedulePlans,
    ScheduleSlot,
    SingleRate,
    StorageSettings,
    TariffDays,
    TariffReply,
    TariffRequest,
    TariffSeason,
    TariffSettings,
    WeekPlan,
)
from openvoy.virtual.api.call import Call, Outcome, merged, settle
from openvoy.virtual.api.legacy import render_missing
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import (
    CLOUD_SCHEDULES,
    EIGHT,
    FEED_IN_PRICES,
    FULL_PAGE,
    PAGE_IS_JSON,
    STORAGE_IN_TARIFF,
)
from openvoy.virtual.settings.events import News
from openvoy.virtual.settings.plan import build_plan, slots_of_day
from openvoy.virtual.settings.storage import MODES, TariffState
from openvoy.virtual.site.orders import StorageSlot

DAY_MIN = 1440
WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""In the order of the reply."""
NUMBERS = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6}


def build_page(moment: Moment) -> object:
    """Build the reply; 3.10 to 3.18 have no such page, and HTML says so."""
    if FULL_PAGE <= moment.firmware < PAGE_IS_JSON:
        return Outcome(text=render_missing(moment))
    return build_tariff(moment)


def build_tariff(moment: Moment) -> TariffReply:
    """Build the stored tariff and the schedule that is made of it; before 7 both say less."""
    tariff = moment.settings.tariff
    return TariffReply(tariff=_shown(moment, tariff.document), schedule=_schedule(moment, tariff))


def write_tariff(moment: Moment, call: Call) -> Outcome:
    """Store a tariff, with its wrapper or without; what is derived is never taken over."""
    told = call.unwrapped("tariff").read(TariffSettings)
    stored = moment.settings.tariff
    written = merged(stored.document, told)
    wanted = written if told.storage is None else changed(written, storage=merged(stored.storage, told.storage))
    check_storage(call, wanted.storage)
    kept = wanted if told.storage is None else changed(wanted, storage=_kept(moment, stored, wanted, told))
    document = changed(kept, changed_s=str(moment.now_s)) if moment.firmware >= STORAGE_IN_TARIFF else kept
    state = TariffState(document=document, changed_s=moment.now_s)
    echo = TariffRequest(tariff=_shown(moment, wanted))
    return settle(moment, value=echo, tariff=state, news=tuple(_news(moment, stored, state)))


def check_storage(call: Call, storage: StorageSettings | None) -> None:
    """Raise Refused for what batteries cannot be told."""
    if storage is None:
        return
    shares = (storage.reserve_pct, storage.very_low_pct)
    if storage.mode not in MODES or any(share is not None and not 0 <= share <= 100 for share in shares):
        raise call.malformed("no such storage setting")


def _kept(moment: Moment, stored: TariffState, wanted: TariffSettings, told: TariffSettings) -> StorageSettings:
    """What stays of storage settings: while the cloud plans, a written mode is echoed and has no effect."""
    storage = stored.storage if wanted.storage is None else wanted.storage
    # A mode that is null cannot be told from one that was not said; both keep the mode.
    is_planned = storage.cloud_scheduled is True and moment.firmware >= CLOUD_SCHEDULES
    mode = stored.storage.mode if is_planned or told.storage is None else storage.mode
    return changed(storage, mode=mode, changed_s=str(moment.now_s))


def _news(moment: Moment, before: TariffState, after: TariffState) -> list[News]:
    news = []
    if before.mode != after.mode:
        news.append(News(text=f"Storage mode: {after.storage.mode}", serial=moment.identity.serial))
    if before.reserve_pct != after.reserve_pct:
        news.append(News(text=f"Battery reserve: {after.reserve_pct:.0f} %", serial=moment.identity.serial))
    return news


def _shown(moment: Moment, document: TariffSettings) -> TariffSettings:
    """Leave out what this firmware does not know."""
    seasons = document.seasons
    if moment.firmware < FEED_IN_PRICES:
        rate = None if document.single_rate is None else SingleRate(rate=document.single_rate.rate)
        return TariffSettings(currency=document.currency, single_rate=rate, seasons=_short(seasons))
    if moment.firmware < STORAGE_IN_TARIFF:
        return changed(document, logger=None, changed_s=None, storage=None, seasons=_short(seasons))
    if moment.firmware >= CLOUD_SCHEDULES:
        return document
    storage = None if document.storage is None else changed(document.storage, cloud_scheduled=None)
    has_peaks = moment.firmware >= EIGHT
    return changed(document, storage=storage, seasons=seasons if has_peaks else _peakless(seasons))


def _short(seasons: tuple[TariffSeason, ...] | None) -> tuple[TariffSeason, ...]:
    """A tariff of one price for the whole year has no season before 7."""
    rows = tuple(each(seasons))
    is_flat = all(len(tuple(each(days.periods))) < 2 for season in rows for days in each(season.days))
    return () if is_flat and not any(season.tiers for season in rows) else _peakless(rows)


def _peakless(seasons: tuple[TariffSeason, ...] | None) -> tuple[TariffSeason, ...]:
    def plain(days: TariffDays) -> TariffDays:
        return changed(days, peak_rule=None)

    return tuple(changed(season, days=tuple(map(plain, each(season.days)))) for season in each(seasons))


def _schedule(moment: Moment, tariff: TariffState) -> DerivedSchedule:
    date = f"{datetime.fromtimestamp(tariff.changed_s, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if moment.firmware < STORAGE_IN_TARIFF:
        version = "00.00.01" if moment.firmware < FEED_IN_PRICES else "00.00.02"
        return DerivedSchedule(source="Tariff", date=date, version=version)
    is_eight, storage = moment.firmware >= EIGHT, tariff.storage
    return DerivedSchedule(
        filename="Tariff" if is_eight else None,
        source="Tariff",
        date=date,
        version="00.00.02",
        reserve_pct=storage.reserve_pct,
        very_low_pct=storage.very_low_pct,
        charge_from_grid=storage.charge_from_grid,
        short_mode=storage.mode if is_eight else None,
        mode=storage.mode,
        sub_mode="",
        cloud_scheduled=storage.cloud_scheduled if moment.firmware >= CLOUD_SCHEDULES else None,
        override=False,
        override_reserve_pct=30.0,
        override_rate=0.0,
        override_mode="StorageTouMode_DEFAULT_TOU_MODE",
        plans=SchedulePlans(
            disabled=tuple(_week(**{day: (_slot(0, DAY_MIN, "ID"),)}) for day in WEEK),
            by_tariff=tuple(_weeks(build_plan(tariff))),
        ),
    )


def _weeks(plan: tuple[StorageSlot, ...]) -> list[WeekPlan]:
    """Write the plan season by season."""
    seasons = sorted({(slot.from_date, slot.to_date) for slot in plan})
    weeks = []
    for first, end in seasons:
        slots = tuple(slot for slot in plan if (slot.from_date, slot.to_date) == (first, end))
        days = {day: tuple(_slot(*cut) for cut in slots_of_day(slots, NUMBERS[day])) for day in WEEK}
        weeks.append(_week(start=_date(first), end=_date(end), **days))
    return weeks


def _week(**members: Any) -> WeekPlan:
    return WeekPlan(**members)


def _slot(start_min: int, duration_min: int, letters: str) -> ScheduleSlot:
    return ScheduleSlot(start_min=start_min, duration_min=duration_min, setting=letters)


def _date(date: tuple[int, int]) -> str:
    return f"{date[0]}/{date[1]}"


def build_kind(moment: Moment) -> str:
    """Name the kind of tariff as the home page does."""
    document = moment.settings.tariff.document
    rows = tuple(each(document.seasons))
    if any(season.tiers for season in rows):
        return "tiered"
    if any(len(tuple(each(days.periods))) > 1 for season in rows for days in each(season.days)):
        return "time_of_use"
    return "none" if document.single_rate is None else "single_rate"


RENDER = {TARIFF: build_page}
WRITE = {(TARIFF, "PUT"): write_tariff}

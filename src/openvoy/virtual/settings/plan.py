"""What batteries do through the week, as it follows from mode and tariff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from openvoy.codec import each
from openvoy.protocol.endpoints.tariff import TariffDays, TariffPeriod, TariffSeason
from openvoy.virtual.settings.storage import TariffState
from openvoy.virtual.site.orders import EVERY_DAY, StorageAction, StorageSlot

DAY_MIN = 1440
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NEW_YEAR = (1, 1)
CODES: Mapping[str, StorageAction] = {
    "ID": "idle",
    "ZN": "zero-net",
    "CG": "charge-from-grid",
    "DG": "discharge-to-grid",
    "ND": "no-discharge",
    "DL": "discharge-to-load",
    "CP": "charge-from-solar",
}
"""The gateway's letters, in the order in which it numbers them."""
LETTERS = {action: letters for letters, action in CODES.items()}
NUMBERED: tuple[StorageAction, ...] = (
    *CODES.values(),
    "discharge-to-load",
    "charge-from-solar",
    "zero-net",
    "charge-from-grid",
)
"""What the numbers of the schedule override mean; the last four are those of an energy manager."""


def build_plan(tariff: TariffState, number: int = -1) -> tuple[StorageSlot, ...]:
    """Build the plan of the week; `number` from 0 on overrides it."""
    if 0 <= number < len(NUMBERED):
        return (StorageSlot(action=NUMBERED[number]),)
    charges = tariff.storage.charge_from_grid is True
    if tariff.mode == "backup":
        return (StorageSlot(action="charge-from-grid" if charges else "no-discharge"),)
    slots = tuple(_savings(tariff, charges=charges)) if tariff.mode == "savings" else ()
    return slots or (StorageSlot(action="zero-net"),)


def action_at(plan: tuple[StorageSlot, ...], local: datetime) -> StorageAction:
    """Tell what the plan says for a local time."""
    minute, date = local.hour * 60 + local.minute, (local.month, local.day)
    fitting: StorageAction = "zero-net"
    for slot in plan:
        is_today = local.weekday() in slot.weekdays and _is_within(date, slot.from_date, slot.to_date)
        if is_today and slot.start_min <= minute < slot.start_min + slot.duration_min:
            fitting = slot.action
    return fitting


def _is_within(date: tuple[int, int], first: tuple[int, int], end: tuple[int, int]) -> bool:
    return first <= date < end if first < end else date >= first or date < end


def _savings(tariff: TariffState, *, charges: bool) -> Iterator[StorageSlot]:
    seasons = sorted(each(tariff.document.seasons), key=_start)
    for season, following in pairwise([*seasons, *seasons[:1]]):
        for days in each(season.days):
            yield from _day(days, _start(season), _start(following), charges=charges)


def _start(season: TariffSeason) -> tuple[int, int]:
    month, _, day = (season.start or "1/1").partition("/")
    return (int(month), int(day)) if month.isdigit() and day.isdigit() else NEW_YEAR


def _day(days: TariffDays, first: tuple[int, int], end: tuple[int, int], *, charges: bool) -> Iterator[StorageSlot]:
    """Hold the charge for the dearest period, and charge when it must."""
    weekdays = frozenset(WEEKDAYS.index(name) for name in (days.days or "").split(",") if name in WEEKDAYS)
    periods = sorted(each(days.periods), key=_minute)
    rates = [period.rate for period in periods if period.rate is not None]
    ends = [*(_minute(period) for period in periods[1:]), DAY_MIN]
    has_peak = len(set(rates)) > 1
    for period, end_min in zip(periods, ends, strict=True):
        is_peak = has_peak and period.rate == max(rates)
        peak: StorageAction = "discharge-to-grid" if days.enable_discharge_to_grid else "discharge-to-load"
        action = peak if is_peak else "no-discharge" if has_peak else "zero-net"
        start_min = _minute(period)
        yield StorageSlot(
            action=action,
            start_min=start_min,
            duration_min=end_min - start_min,
            weekdays=weekdays or EVERY_DAY,
            from_date=first,
            to_date=end,
        )
    if days.must_charge_duration:
        yield StorageSlot(
            action="charge-from-grid" if charges and days.must_charge_mode != "CP" else "charge-from-solar",
            start_min=0 if days.must_charge_start is None else days.must_charge_start,
            duration_min=days.must_charge_duration,
            weekdays=weekdays or EVERY_DAY,
            from_date=first,
            to_date=end,
        )


def _minute(period: TariffPeriod) -> int:
    return 0 if period.start_min is None else period.start_min


def slots_of_day(plan: tuple[StorageSlot, ...], weekday: int) -> tuple[tuple[int, int, str], ...]:
    """Cut a weekday of one season into start, length and letters; slots that come later lie on top."""
    today = [slot for slot in plan if weekday in slot.weekdays]
    marks = {0, DAY_MIN, *(slot.start_min for slot in today), *(slot.start_min + slot.duration_min for slot in today)}
    cuts: list[tuple[int, int, str]] = []
    for start, end in pairwise(sorted(mark for mark in marks if mark <= DAY_MIN)):
        on_top = [slot for slot in today if slot.start_min <= start < slot.start_min + slot.duration_min]
        letters = LETTERS[on_top[-1].action] if on_top else "ZN"
        if cuts and cuts[-1][2] == letters:
            cuts[-1] = (cuts[-1][0], cuts[-1][1] + end - start, letters)
        else:
            cuts.append((start, end - start, letters))
    return tuple(cuts)

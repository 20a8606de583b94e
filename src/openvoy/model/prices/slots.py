"""Time cut into slots in which one price holds, by the clock on the wall: DST days have what their clock shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from itertools import pairwise

from openvoy.model.prices.plan import DAY_MIN, PricePlan, Rates, RateTier, Steps

MINUTE_S = 60
HOUR_S = 3600
DAY_S = DAY_MIN * MINUTE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """From `start_s` to `end_s` (Unix seconds) of a local day, prices do not change, apart from tiers."""

    day: date
    start_s: int
    end_s: int
    import_per_kwh: Decimal | None
    """Without tiers; None where nothing says a price."""
    export_per_kwh: Decimal | None
    tiers: tuple[RateTier, ...]
    co2_per_kwh: Decimal | None


def build_slots(plan: PricePlan, first: date, end: date, zone: tzinfo) -> list[Slot]:
    """Build the slots of the local days from `first` to before `end`."""
    cutter = _Cutter(plan, zone)
    days = (first + timedelta(days=number) for number in range((end - first).days))
    return [slot for day in days for slot in cutter.cut(day)]


class _Cutter:
    def __init__(self, plan: PricePlan, zone: tzinfo) -> None:
        self._plan = plan
        self._zone = zone
        self._imports: dict[tuple[str, int], Steps] = {}
        self._exports: dict[tuple[str, int], Steps] = {}

    def cut(self, day: date) -> Iterator[Slot]:
        """Cut one local day."""
        plan = self._plan
        start_s, end_s = midnight_s(day, self._zone), midnight_s(day + timedelta(days=1), self._zone)
        imports = plan.steps_of(plan.imports, day, self._imports)
        exports = () if plan.exports is None else plan.steps_of(plan.exports, day, self._exports)
        wall = {at for at, _ in (*imports, *exports)}
        edges = {start_s, *self._moments(wall, start_s, end_s), *self._edges(start_s, end_s)}
        season = plan.imports.season_of(day)
        tiers = () if season is None else season.tiers
        ordered = [*sorted(edges), end_s]
        for begin_s, stop_s in pairwise(ordered):
            minute = self._minute(begin_s, start_s, end_s)
            imported = _price(plan.imports, imports, minute, begin_s)
            exported = None if plan.exports is None else _price(plan.exports, exports, minute, begin_s)
            yield Slot(
                day=day,
                start_s=begin_s,
                end_s=stop_s,
                import_per_kwh=imported,
                export_per_kwh=_netted(imported, exported) if plan.is_netted else exported,
                tiers=tiers,
                co2_per_kwh=self._co2(begin_s),
            )

    def _moments(self, wall_min: Iterable[int], start_s: int, end_s: int) -> Iterable[int]:
        """When the clock on the wall reaches one of these minutes, or jumps over it or back before it."""
        if end_s - start_s == DAY_S:
            return [start_s + at * MINUTE_S for at in wall_min]
        ordered = sorted(wall_min)
        places = [
            (at_s, bisect_right(ordered, self._minute(at_s, start_s, end_s)))
            for at_s in range(start_s, end_s, MINUTE_S)
        ]
        return [at_s for (at_s, place), (_, before) in zip(places[1:], places, strict=False) if place != before]

    def _edges(self, start_s: int, end_s: int) -> Iterable[int]:
        plan = self._plan
        of_exports = None if plan.exports is None else plan.exports.series
        for series in (plan.imports.series, of_exports, plan.co2_series):
            if series is not None:
                yield from series.edges(start_s, end_s)

    def _minute(self, at_s: int, start_s: int, end_s: int) -> int:
        """Give the minute that the clock on the wall shows."""
        if end_s - start_s == DAY_S:
            return (at_s - start_s) // MINUTE_S
        local = datetime.fromtimestamp(at_s, self._zone)
        return local.hour * 60 + local.minute

    def _co2(self, at_s: int) -> Decimal | None:
        series = self._plan.co2_series
        value = None if series is None else series.value_at(at_s)
        return self._plan.co2_per_kwh if value is None else value


def _price(rates: Rates, steps: Steps, minute: int, at_s: int) -> Decimal | None:
    base = steps[bisect_right([at for at, _ in steps], minute) - 1][1]
    if rates.series is None:
        # Nothing but tiers, or nothing at all: a plan without seasons has no price.
        return base if rates.seasons else None
    spot = rates.series.value_at(at_s)
    return None if base is None or spot is None else base + spot * rates.series_factor


def _netted(imported: Decimal | None, exported: Decimal | None) -> Decimal | None:
    """Give what an exported kWh takes back: what it costs to import, and what is paid on top or withheld."""
    return imported if imported is None or exported is None else imported + exported


def cut_at_hours(slots: Sequence[Slot]) -> tuple[list[Slot], list[int]]:
    """Cut the slots of whole days at every hour from midnight; with them, where hours begin and the last one ends."""
    edges: list[int] = []
    day: date | None = None
    for slot in slots:
        begin_s = slot.start_s if slot.day != day else edges[-1] + HOUR_S
        edges.extend(range(begin_s, slot.end_s, HOUR_S))
        day = slot.day
    cut = [
        replace(slot, start_s=begin_s, end_s=end_s)
        for slot in slots
        for begin_s, end_s in pairwise(
            [
                slot.start_s,
                *edges[bisect_right(edges, slot.start_s) : bisect_left(edges, slot.end_s)],
                slot.end_s,
            ]
        )
    ]
    return cut, [*edges, *(slot.end_s for slot in slots[-1:])]


def midnight_s(day: date, zone: tzinfo) -> int:
    """Give the Unix seconds at which a local day begins."""
    return int(datetime.combine(day, time.min, zone).timestamp())

"""Exports tables of the history, bit by bit: memory does not grow with the time that is exported."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from openvoy.errors import ConfigError
from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.history import HistoryStore
from openvoy.store.periods import build_bounds, midnight_s
from openvoy.store.tables import Table

Grain = Literal["raw", "hour", "day", "week", "month", "year"]
GRAINS: tuple[Grain, ...] = ("raw", "hour", "day", "week", "month", "year")
Rows = Sequence[tuple[Any, ...]]
HOUR = timedelta(hours=1)
LOOK_AHEAD = timedelta(days=92)
"""Behind a time without rows; times alone are read quickly."""
_ENERGIES = tuple(measure.name for measure in tables.ENERGY.measures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A table that can be exported."""

    table: Table
    labels: tuple[str, ...]
    """What a row belongs to, after `gateway`."""
    extras: tuple[str, ...] = ()
    days: int = 1
    """Read at once: some ten thousand rows of a usual site."""

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of the numbers."""
        return tuple(measure.name for measure in self.table.measures)


KINDS: Mapping[str, Kind] = {
    "power": Kind(table=tables.POWER, labels=(), extras=("interval_s",), days=14),
    "energy": Kind(table=tables.ENERGY, labels=(), extras=("estimated",), days=60),
    "inverters": Kind(table=tables.INVERTER_REPORT, labels=("serial",)),
    "meters": Kind(table=tables.METER_READING, labels=("eid", "channel"), days=2),
    "batteries": Kind(table=tables.BATTERY_READING, labels=("serial",), days=7),
    "counters": Kind(
        table=tables.COUNTER_READING, labels=("quantity", "endpoint", "block", "device"), extras=("firmware",)
    ),
    "events": Kind(table=tables.EVENT, labels=("kind", "subject"), extras=("text", "details"), days=365),
}
MEANS = ("power", "inverters", "meters", "batteries")
"""Of these, an hour or a day is the mean of its rows; of energy it is a difference of counters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is exported: a table, a time, a grain."""

    kind: str
    start: datetime
    end: datetime
    zone: ZoneInfo
    by: Grain = "raw"
    gateway: str | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense; raise ConfigError."""
        if self.kind not in KINDS:
            raise ConfigError(f"There is no table '{self.kind}'.", hint=f"Known are: {', '.join(KINDS)}.")
        allowed = GRAINS if self.kind == "energy" else GRAINS[:3] if self.kind in MEANS else GRAINS[:1]
        if self.by not in allowed:
            raise ConfigError(f"{self.kind} cannot be had by {self.by}.", hint=f"Possible: {', '.join(allowed)}.")
        if self.end <= self.start:
            raise ConfigError("The start is not before the end.", hint="Correct --start or --end.")

    @property
    def types(self) -> Mapping[str, str]:
        """Columns and their types, as Parquet has them."""
        kind = KINDS[self.kind]
        moments = ("time",) if self.by == "raw" else ("start", "end")
        texts = dict.fromkeys((*kind.labels, *kind.extras), "VARCHAR")
        exact = {"interval_s": "INTEGER", "eid": "BIGINT", "channel": "INTEGER", "estimated": "BOOLEAN"}
        measures = dict.fromkeys(kind.measures, "DOUBLE")
        extras = kind.extras if self.by == "raw" or self.kind == "energy" else ()
        named = {name: exact.get(name, texts[name]) for name in (*kind.labels, *extras)}
        owner = {} if self.is_site else {"gateway": "VARCHAR"}
        return {**dict.fromkeys(moments, "TIMESTAMPTZ"), **owner, **named, **measures}

    @property
    def is_site(self) -> bool:
        """Energies of periods are those of the site, or of the one gateway that is named."""
        return self.kind == "energy" and self.by != "raw"


def parse_grain(text: str) -> Grain:
    """Parse how fine rows are to be; raise ConfigError."""
    found = next((grain for grain in GRAINS if grain == text), None)
    if found is None:
        raise ConfigError(f"There is no --by {text}.", hint=f"Known are: {', '.join(GRAINS)}.")
    return found


async def read_export(
    store: HistoryStore, export: Export, progress: Callable[[float], None] = lambda _: None
) -> AsyncIterator[Rows]:
    """Read rows in the order of `types`, some at a time; moments are in UTC. `progress` is told the share done."""
    total_s = (export.end - export.start).total_seconds()
    start = export.start
    while start < export.end:
        end = _window_end(export, start)
        read = _read_periods if export.is_site else _read_rows
        rows = await read(store, export, start, end)
        yield rows
        start = end if rows or export.is_site else await _skip_empty(store, export, end)
        progress(min(1.0, (start - export.start).total_seconds() / total_s))


def build_period_bounds(export: Export) -> Sequence[int]:
    """Give where periods begin, and where the last one ends (Unix seconds); nothing for rows."""
    if not export.is_site or export.by == "raw":
        return ()
    return build_bounds(start=export.start, end=export.end, by=export.by, zone=export.zone)


async def find_start(store: HistoryStore, zone: ZoneInfo, now: datetime) -> datetime:
    """Find the first day of the first year of which the history has energy; that of this year if it has none."""
    first = datetime(1990, 1, 1, tzinfo=zone)
    years = await store.read_energy(start=first, end=now, by="year", time_zone=zone.key)
    known = [
        int(at or now.timestamp())
        for index, at in enumerate(years["start"])
        if any(years[name][index] is not None for name in _ENERGIES)
    ]
    return datetime.fromtimestamp(known[0], zone) if known else datetime(now.astimezone(zone).year, 1, 1, tzinfo=zone)


def _window_end(export: Export, start: datetime) -> datetime:
    """Cut the time at a local midnight, for periods at the first of a month or year, so that none is cut."""
    day = start.astimezone(export.zone).date()
    match export.by if export.is_site else "raw":
        case "month" | "year":
            stop = date(day.year + 10, 1, 1)
        case "week":
            stop = day - timedelta(days=day.weekday()) + timedelta(weeks=520)
        case "hour" | "day":
            stop = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        case _:
            stop = day + timedelta(days=KINDS[export.kind].days)
    return min(_midnight(stop, export.zone), export.end.astimezone(UTC))


async def _skip_empty(store: HistoryStore, export: Export, start: datetime) -> datetime:
    """Give the midnight before the next row: years without one are not asked for day by day."""
    while start < export.end:
        end = min(start + LOOK_AHEAD, export.end)
        first = await store.read_first(export.kind, start=start, end=end, gateway=export.gateway)
        if first is not None:
            return max(start, _midnight(first.astimezone(export.zone).date(), export.zone))
        start = end
    return export.end


async def _read_periods(store: HistoryStore, export: Export, start: datetime, end: datetime) -> Rows:
    by = export.by
    assert by != "raw"
    bounds = build_bounds(start=start, end=end, by=by, zone=export.zone)
    columns = await store.read_energy_between(bounds=bounds, gateway=export.gateway)
    moments = [datetime.fromtimestamp(bound, UTC) for bound in bounds]
    estimated = [bool(flag) for flag in columns["estimated"]]
    rows = zip(moments, moments[1:], estimated, *(columns[name] for name in _ENERGIES), strict=False)
    return [row for row in rows if any(value is not None for value in row[3:])]


async def _read_rows(store: HistoryStore, export: Export, start: datetime, end: datetime) -> Rows:
    kind = KINDS[export.kind]
    columns = await store.read_rows(export.kind, start=start, end=end, gateway=export.gateway)
    if export.by != "raw":
        return _means(export, columns)
    moments = [_moment(at) for at in columns["at"]]
    names = ("gateway", *kind.labels, *kind.extras, *kind.measures)
    return list(zip(moments, *(columns[name] for name in names), strict=True))


def _moment(at_s: float | str | None) -> datetime:
    """Rows always have a time, although columns may hold anything."""
    assert at_s is not None
    return datetime.fromtimestamp(float(at_s), UTC)


def _means(export: Export, columns: Columns) -> Rows:
    """Average rows by period and owner; what nobody said stays unsaid."""
    kind = KINDS[export.kind]
    labels = ("gateway", *kind.labels)
    sums: dict[tuple[Any, ...], list[list[float]]] = {}
    for index, at in enumerate(columns["at"]):
        key = (_period_start(_moment(at), export), *(columns[label][index] for label in labels))
        entry = sums.setdefault(key, [[0.0, 0] for _ in kind.measures])
        for place, name in enumerate(kind.measures):
            value = columns[name][index]
            if value is not None:
                entry[place][0] += float(value)
                entry[place][1] += 1
    return [
        (
            at,
            _period_end(at, export),
            *owner,
            *(None if not count else round(total / count, 3) for total, count in entry),
        )
        for (at, *owner), entry in sorted(sums.items())
    ]


def _period_start(at: datetime, export: Export) -> datetime:
    """Give where a moment's local day begins, or its hour, which is counted from midnight as those of energies are."""
    midnight = _midnight(at.astimezone(export.zone).date(), export.zone)
    return midnight if export.by == "day" else midnight + (at - midnight) // HOUR * HOUR


def _period_end(start: datetime, export: Export) -> datetime:
    midnight = _midnight(start.astimezone(export.zone).date() + timedelta(days=1), export.zone)
    return midnight if export.by == "day" else min(start + HOUR, midnight)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(midnight_s(day, zone), UTC)

"""What PVOutput is told of moments and days, made of history.

Fields as pvoutput.org/help/api_specification.html has them: day's energies in Wh, mean powers in W, local times.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from statistics import fmean
from zoneinfo import ZoneInfo

from openvoy.ports import Columns, Store

NOT_GIVEN = "-1"
"""Stands for an energy in a net status, which has powers alone."""
EXTENDED = ("battery_w", "soc_pct", "charge_wh", "discharge_wh", "import_wh", "export_wh", "grid_w", "generator_w")
"""What can be sent as extended values."""

Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What of history is told, and how."""

    step_s: int
    zone: ZoneInfo
    is_net: bool = False
    extended: tuple[str, ...] = ()
    has_voltage: bool = True
    has_temperature: bool = False


def end_of_step(at_s: float, wishes: Wishes) -> int:
    """Give the end of the local step that a moment lies in; a moment between two ends the first."""
    shift_s = _shift_s(at_s, wishes.zone)
    return int(-(-(at_s + shift_s) // wishes.step_s) * wishes.step_s - shift_s)


def local_date(at_s: float, zone: ZoneInfo) -> date:
    """Give the date there."""
    return datetime.fromtimestamp(at_s, zone).date()


def midnight_s(day: date, zone: ZoneInfo) -> int:
    """Give the first second of a local day."""
    return int(datetime.combine(day, time.min, zone).timestamp())


class Statuses:
    """Reads statuses of moments, and outputs of days."""

    def __init__(self, store: Store, wishes: Wishes) -> None:
        self._store, self._wishes = store, wishes

    async def read_rows(self, ends: Sequence[int]) -> list[str]:
        """Read the statuses at the ends of steps, which are in order; those of which nothing is known are left out.

        Of an hour that clocks repeat only the second is told, as both have the same name. Raises StorageError.
        """
        rows: list[str] = []
        told = (end for end in ends if not _is_repeated(end, self._wishes.zone))
        for day, of_day in groupby(told, key=lambda end: local_date(end, self._wishes.zone)):
            rows += [row async for row in self._read_day(day, list(of_day))]
        return rows

    async def _read_day(self, day: date, ends: Sequence[int]) -> AsyncIterator[str]:
        energies, powers = await self._read_energies(day, ends), await self._read_powers(ends)
        volts, degrees = await self._read_volts(ends), await self._read_degrees(ends)
        for end in ends:
            local = datetime.fromtimestamp(end, self._wishes.zone)
            known = {**energies.get(end, {}), **powers.get(end, {})}
            values = _net(known) if self._wishes.is_net else self._gross(known, volts.get(end), degrees.get(end))
            if any(value not in {"", NOT_GIVEN} for value in values[:4]):
                yield ",".join((f"{local:%Y%m%d}", f"{local:%H:%M}", *values)).rstrip(",")

    def _gross(self, known: Values, volts: float | None, degrees: float | None) -> Sequence[str]:
        main = [_render(known.get(name), least=0) for name in ("solar_wh", "solar_w", "load_wh", "load_w")]
        extended = [_render(known.get(name), digits=1) for name in self._wishes.extended]
        return [*main, _render(degrees, digits=1), _render(volts, digits=1), *extended]

    async def read_output(self, day: date) -> Mapping[str, str]:
        """Read what a whole day gave, with its highest power; empty where nothing is known. Raises StorageError."""
        zone = self._wishes.zone
        start_s, end_s = midnight_s(day, zone), midnight_s(day + timedelta(days=1), zone)
        columns = await self._store.read_energy_between(bounds=[start_s, end_s])
        names = {"g": "solar_wh", "e": "export_wh", "c": "load_wh"}
        values = {key: _render(_number(columns[name][0]), least=0) for key, name in names.items()}
        power = await self._store.read_power(start=_utc(start_s), end=_utc(end_s), step_s=self._wishes.step_s)
        known = [(watts, at) for at, watts in _pairs(power, "solar_w") if watts is not None]
        if known:
            watts, at = max(known)
            peak = datetime.fromtimestamp(at + self._wishes.step_s, zone)
            is_same_day = peak.date() == day
            values |= {"pp": _render(watts, least=0), "pt": f"{peak:%H:%M}"} if is_same_day else {}
        said = {key: value for key, value in values.items() if value}
        return {"d": f"{day:%Y%m%d}", **said} if said else {}

    async def _read_energies(self, day: date, ends: Sequence[int]) -> Mapping[int, Values]:
        """Read energies since midnight."""
        start_s = midnight_s(day, self._wishes.zone)
        found: dict[int, Values] = {}
        if ends[0] == start_s:
            found[start_s] = {}
        bounds = [start_s, *(end for end in ends if end > start_s)]
        columns = await self._store.read_energy_between(bounds=bounds)
        sums: dict[str, float] = {}
        for index, end in enumerate(bounds[1:]):
            for name, column in columns.items():
                if name.endswith("_wh") and (energy_wh := _number(column[index])) is not None:
                    sums[name] = sums.get(name, 0.0) + energy_wh
            found[end] = dict(sums)
        if start_s in found:
            # A day begins with nothing of what is counted.
            found[start_s] = dict.fromkeys(await self._counted(start_s), 0.0)
        return found

    async def _counted(self, start_s: int) -> Iterable[str]:
        columns = await self._store.read_energy_between(bounds=[start_s - 86_400, start_s])
        return [name for name, column in columns.items() if name.endswith("_wh") and column[0] is not None]

    async def _read_powers(self, ends: Sequence[int]) -> Mapping[int, Values]:
        span = self._span(ends)
        columns = await self._store.read_power(start=span["start"], end=span["end"], step_s=self._wishes.step_s)
        names = [name for name in columns if name != "at"]
        return {
            int(at) + self._wishes.step_s: {name: _number(columns[name][index]) for name in names}
            for index, at in _moments(columns)
        }

    async def _read_volts(self, ends: Sequence[int]) -> Mapping[int, float]:
        """Read mean voltages of phases; of the whole where a meter has no phases."""
        if not self._wishes.has_voltage or self._wishes.is_net:
            return {}
        span = self._span(ends)
        columns = await self._store.read_meters(start=span["start"], end=span["end"], step_s=self._wishes.step_s)
        found: dict[tuple[int, bool], list[float]] = {}
        for index, at in _moments(columns):
            volts = _number(columns["voltage_v"][index])
            if volts is not None:
                found.setdefault((int(at) + self._wishes.step_s, columns["channel"][index] != 0), []).append(volts)
        means = {key: fmean(volts) for key, volts in found.items()}
        return {end: means.get((end, True), mean) for (end, _), mean in means.items()}

    async def _read_degrees(self, ends: Sequence[int]) -> Mapping[int, float]:
        if not self._wishes.has_temperature or self._wishes.is_net:
            return {}
        # A report is of the time before it.
        span = self._span(ends)
        columns = await self._store.read_inverters(start=span["start"], end=span["end"] + timedelta(seconds=1))
        found: dict[int, list[float]] = {}
        for index, at in _moments(columns):
            degrees = _number(columns["temperature_c"][index])
            if degrees is not None:
                found.setdefault(end_of_step(at, self._wishes), []).append(degrees)
        return {end: fmean(degrees) for end, degrees in found.items()}

    def _span(self, ends: Sequence[int]) -> dict[str, datetime]:
        return {"start": _utc(ends[0] - self._wishes.step_s), "end": _utc(ends[-1])}


def _net(known: Values) -> Sequence[str]:
    """Give what goes through the grid; both directions are told, or none."""
    grid_w = known.get("grid_w")
    if grid_w is None:
        return (NOT_GIVEN,) * 4
    return (NOT_GIVEN, _render(max(-grid_w, 0.0)), NOT_GIVEN, _render(max(grid_w, 0.0)))


def _render(value: float | None, *, digits: int = 0, least: float | None = None) -> str:
    """Render a number; PVOutput takes no generation below 0, which inverters have at night."""
    if value is None:
        return ""
    return f"{value if least is None else max(value, least):.{digits}f}"


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)


def _moments(columns: Columns) -> Iterator[tuple[int, float]]:
    return ((index, float(at)) for index, at in enumerate(columns["at"]) if at is not None)


def _pairs(columns: Columns, name: str) -> Iterator[tuple[float, float | None]]:
    return ((at, _number(columns[name][index])) for index, at in _moments(columns))


def _utc(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def _shift_s(at_s: float, zone: ZoneInfo) -> float:
    shift = datetime.fromtimestamp(at_s, zone).utcoffset()
    assert shift is not None
    return shift.total_seconds()


def _is_repeated(at_s: float, zone: ZoneInfo) -> bool:
    """Whether clocks will show this time once more."""
    local = datetime.fromtimestamp(at_s, zone)
    return local.fold == 0 and local.replace(fold=1).utcoffset() != local.utcoffset()

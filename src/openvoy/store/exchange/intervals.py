"""From observations to energies of times that do not overlap: pure."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import merge
from itertools import islice, pairwise
from pathlib import Path
from typing import TypeVar

from openvoy.store.exchange.compact import Intervals, Spill
from openvoy.store.exchange.finest import Finest
from openvoy.store.exchange.observed import NET, RESIDUAL, SIGNED, Amount, Observation, PowerSample, Problem, Total
from openvoy.store.exchange.steps import LARGEST_SITE_W, Interval, build_differences, build_steps
from openvoy.units import wh_at_power

K = TypeVar("K")
V = TypeVar("V")

Key = tuple[str, str, str]
"""Quantity, source and series."""

BIN_S = 300
"""Powers are averaged over this, as energies of our own are kept."""
LONGEST_BRIDGE = 3
"""Bins without a power between two that have one, which are interpolated; more are a hole."""
BINS_TOGETHER = 288
DAYS_OPEN = 64
"""Days of bins that are in memory; files say one day after the other."""
STANDBY_W = 100
"""What meters and inverters read below 0 at night: nothing was made. More is a broken reading."""
SAME_WH = 1.0
"""Reports are rounded: what differs by no more is said again, not said otherwise."""
MOST_TOLD = 1000
"""Of what was said otherwise; enough to see that two files do not belong together."""
FIRST_S = 946_684_800
"""2000: what is older is of a clock that was never set."""


@dataclass(slots=True)
class Gathered:
    """What files say together."""

    intervals: dict[str, Sequence[Interval]] = field(default_factory=dict)
    """By quantity, in their order, none overlapping another."""
    problems: list[Problem] = field(default_factory=list)
    repeated: int = 0
    """Observations that were there already, from another line or file."""


class Strays:
    """Counts what of a file is of no possible time; the columns of one line are one."""

    def __init__(self, line: int | None, at_s: int) -> None:
        """Begin with the first of them."""
        self.line, self._at_s = line, at_s
        self._count = 0
        self._last: tuple[int | None, int, int] | None = None

    def add(self, one: tuple[int | None, int, int]) -> None:
        """Take a line with its time (Unix seconds)."""
        self._count += one != self._last
        self._last = one

    def tell(self, zone: tzinfo) -> str:
        """Say what cannot be right, and what to do."""
        seconds = max(-(10**10), min(self._at_s, 10**11))
        day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone)
        more = "" if self._count < 2 else f", nor the time of {self._count - 1} more"
        remedy = "correct it; history begins in 2000 and ends now, by the clock of this machine"
        return f"the day {day:%Y-%m-%d} cannot be right{more}: {remedy}"


class Bins:
    """Sums and counts of powers by bin, a day of bins together; those of most days wait on the disk."""

    def __init__(self) -> None:
        """Begin with none."""
        self._open: dict[int, tuple[array[float], array[float]]] = {}
        self._places: dict[int, int] = {}
        """Of the days that are on the disk, or were."""
        self._spill = Spill()

    def add(self, at_s: int, power_w: float) -> None:
        """Take a power at a moment."""
        day, place = divmod(at_s // BIN_S, BINS_TOGETHER)
        sums, counts = self._open[day] if day in self._open else self._fetch(day)
        sums[place] += power_w
        counts[place] += 1

    def _fetch(self, day: int) -> tuple[array[float], array[float]]:
        if len(self._open) == DAYS_OPEN:
            oldest = next(iter(self._open))
            content = b"".join(column.tobytes() for column in self._open.pop(oldest))
            self._places[oldest] = self._spill.put(content, self._places.get(oldest))
        self._open[day] = found = self._read(day)
        return found

    def _read(self, day: int) -> tuple[array[float], array[float]]:
        size = 8 * BINS_TOGETHER
        content = self._spill.read(self._places[day], 2 * size) if day in self._places else bytes(2 * size)
        return array("d", content[:size]), array("d", content[size:])

    def means(self) -> Iterator[tuple[int, float]]:
        """Give the number of each bin that has powers and their mean, in their order."""
        for day in sorted(self._open.keys() | self._places.keys()):
            sums, counts = self._open[day] if day in self._open else self._read(day)
            for place, (total_w, count) in enumerate(zip(sums, counts, strict=True)):
                if count:
                    yield day * BINS_TOGETHER + place, total_w / count


class Gatherer:
    """Takes observations in any order; of times before 2000 or after `until` there is no history.

    An energy of a period that runs at `now` is what came until then.

    Problems name times as the clocks of `zone` show them.
    """

    def __init__(self, until: datetime | None = None, zone: tzinfo = UTC, *, now: datetime | None = None) -> None:
        self._zone = zone
        self._now_s = float("inf") if now is None else int(now.timestamp())
        self._until_s = float("inf") if until is None else until.timestamp()
        self._amounts: dict[Key, Intervals] = defaultdict(Intervals)
        self._totals: dict[Key, Intervals] = defaultdict(Intervals)
        """What counters said, as of times that take none."""
        self._bins: dict[Key, Bins] = defaultdict(Bins)
        self._below_wh: dict[tuple[str, str], array[float]] = defaultdict(lambda: array("d"))
        """Energies below 0, by file and quantity."""
        self._strays: dict[str, Strays] = {}
        """What is of no possible time, by file."""
        self._gathered = Gathered()

    def take(self, observations: Iterable[Observation], file: Path | str = "") -> None:
        """Take what a file says."""
        name = str(file)
        for one in observations:
            match one:
                case Problem():
                    self._gathered.problems.append(one)
                case Amount():
                    amount = self._until_now(one)
                    if self._is_possible(name, amount, amount.start_s, amount.end_s):
                        self._take_amount(name, amount)
                case Total():
                    if self._is_possible(name, one, one.at_s, one.at_s):
                        self._totals[one.quantity, one.source, one.series].append(
                            Interval(one.at_s, one.at_s, one.total_wh, one.estimated)
                        )
                case PowerSample():
                    if self._is_possible(name, one, one.at_s, one.at_s):
                        self._take_power(name, one)

    def _is_possible(self, file: str, one: Amount | Total | PowerSample, start_s: int, end_s: int) -> bool:
        if start_s >= FIRST_S and end_s <= self._until_s:
            return True
        found = self._strays.setdefault(file, Strays(one.line, start_s if start_s < FIRST_S else end_s))
        found.add((one.line, start_s, end_s))
        return False

    def _until_now(self, one: Amount) -> Amount:
        if not one.start_s < self._now_s < one.end_s:
            return one
        return replace(one, end_s=int(self._now_s))

    def _take_amount(self, file: str, one: Amount) -> None:
        span_s = one.end_s - one.start_s
        if span_s < 0:
            self._note(file, one.line, "it ends before it begins: correct start or end")
            return
        least_wh = -wh_at_power(LARGEST_SITE_W if one.quantity in SIGNED else STANDBY_W, span_s)
        if not least_wh <= one.energy_wh <= wh_at_power(LARGEST_SITE_W, span_s):
            self._note(file, one.line, f"{one.energy_wh:g} Wh cannot be the energy of {span_s} s")
            return
        energy_wh = one.energy_wh
        if energy_wh < 0 and one.quantity not in SIGNED:
            self._below_wh[file, one.quantity].append(energy_wh)
            energy_wh = 0.0
        kept = Interval(one.start_s, one.end_s, energy_wh, one.estimated)
        self._amounts[one.quantity, one.source, one.series].append(kept)

    def _take_power(self, file: str, one: PowerSample) -> None:
        least_w = -LARGEST_SITE_W if one.quantity in SIGNED else -STANDBY_W
        if not least_w <= one.power_w <= LARGEST_SITE_W:
            self._note(file, one.line, f"{one.power_w:g} W cannot be a power of {one.quantity}")
            return
        power_w = one.power_w if one.quantity in SIGNED else max(0.0, one.power_w)
        self._bins[one.quantity, one.source, one.series].add(one.at_s, power_w)

    def gather(self) -> Gathered:
        """Give energies by quantity; of overlapping ones the finer, then the first are kept, of longer ones the rest.

        What was taken is let go of: this is asked once.
        """
        self._tell_of_strays()
        self._tell_of_those_below_0()
        by_source: dict[tuple[str, str], list[Sequence[Interval]]] = defaultdict(list)
        for (quantity, source, _), intervals in _taken(self._series()):
            by_source[quantity, source].append(self._without_overlap(quantity, intervals))
        by_quantity: dict[str, dict[str, Sequence[Interval]]] = defaultdict(dict)
        for (quantity, source), parts in _taken(by_source):
            by_quantity[quantity][source] = add_up(parts)
        _split_net(by_quantity)
        gathered = self._gathered
        gathered.intervals = {quantity: self._once(quantity, said) for quantity, said in by_quantity.items()}
        derive_load(gathered.intervals)
        return gathered

    def _series(self) -> dict[Key, Intervals]:
        """Give what each series says, whichever way it says it."""
        series: dict[Key, Intervals] = defaultdict(Intervals)
        for key, amounts in _taken(self._amounts):
            series[key] = self._sorted(key[0], amounts)
        for key, totals in _taken(self._totals):
            said = ((one.start_s, one.energy_wh, one.estimated) for one in self._sorted(key[0], totals))
            for step in self._steps(key[2], said, falls=key[0] == RESIDUAL):
                series[key].append(step)
        for key, bins in _taken(self._bins):
            for number, power_w in bridge(bins.means()):
                series[key].append(_of_bin(number, power_w))
        return series

    def _once(self, quantity: str, said: dict[str, Sequence[Interval]]) -> Sequence[Interval]:
        """Of what several sources say of one time, keep the finer."""
        if len(said) == 1:
            return next(iter(said.values()))
        together = Intervals()
        for _, intervals in sorted(said.items()):  # what a person named stands first, and rules where both are as fine
            for one in intervals:
                together.append(one)
        before = self._gathered.repeated
        kept = self._without_overlap(quantity, together)
        if count := self._gathered.repeated - before:
            names = ", ".join(sorted(name or "--map" for name in said))
            self._note(quantity, None, f"{count} energies that more than one says ({names}): the finer are kept")
        return kept

    def _tell_of_strays(self) -> None:
        for file, strays in _taken(self._strays):
            self._note(file, strays.line, strays.tell(self._zone))

    def _tell_of_those_below_0(self) -> None:
        for (file, quantity), below_wh in _taken(self._below_wh):
            if (total_wh := sum(below_wh)) < -SAME_WH:
                words = f"{len(below_wh)} energies below 0, {total_wh:.6g} Wh in all; 0 is kept"
                self._note(file, None, f"{quantity}: {words}")

    def _sorted(self, quantity: str, said: Intervals) -> Intervals:
        found, repeated = said.sort()
        self._gathered.repeated += repeated
        otherwise = (pair for pair in said.overruled() if abs(pair[1].energy_wh - pair[0].energy_wh) > SAME_WH)
        for before, after in islice(otherwise, MOST_TOLD) if repeated else ():
            moment = datetime.fromtimestamp(before.start_s, self._zone)
            words = f"{before.energy_wh:g} Wh, as it is said again with {after.energy_wh:g} Wh"
            self._note(quantity, None, f"{moment:%Y-%m-%d %H:%M}, {words}")
        return found

    def _steps(self, series: str, totals: Iterable[tuple[int, float, bool]], *, falls: bool) -> Iterator[Interval]:
        for step in build_differences(totals) if falls else build_steps(totals):
            if isinstance(step, Interval):
                yield step
            else:
                self._note(series, None, step)

    def _without_overlap(self, quantity: str, intervals: Intervals) -> Sequence[Interval]:
        if intervals.are_apart:
            return intervals
        kept = Intervals()
        for group in _touching(intervals.in_order()):
            finest = Finest(is_signed=quantity in SIGNED)
            for one in sorted(group, key=lambda one: (one.end_s - one.start_s, one.start_s)):
                self._gathered.repeated += not finest.take(one)
            for one in finest.kept:
                kept.append(one)
        return kept

    def _note(self, place: str, line: int | None, text: str) -> None:
        """Tell a problem; the quantities of one line share it."""
        problem = Problem(place, line, text)
        if self._gathered.problems[-1:] != [problem]:
            self._gathered.problems.append(problem)


def _split_net(by_quantity: dict[str, dict[str, Sequence[Interval]]]) -> None:
    """Energies of both directions become import or export, by the sum of all phases."""
    for source, net in by_quantity.pop(NET, {}).items():
        for quantity, sign in ("import", 1), ("export", -1):
            said = by_quantity[quantity]
            ones = (one._replace(energy_wh=max(0.0, sign * one.energy_wh)) for one in net)
            said[f"{source} {NET}".strip() if source in said else source] = Intervals(ones)


def _taken(values: dict[K, V]) -> Iterator[tuple[K, V]]:
    """Take entries out, the first first, so that each is gone once it was made something of."""
    for key in list(values):
        yield key, values.pop(key)


def _touching(intervals: Iterable[Interval]) -> Iterator[list[Interval]]:
    """Part energies, which are in their order, where none goes on: what is kept of some says nothing about the rest."""
    group: list[Interval] = []
    end_s = 0
    for one in intervals:
        if group and one.start_s >= end_s:
            yield group
            group = []
        end_s = max(end_s, one.end_s) if group else one.end_s
        group.append(one)
    if group:
        yield group


def bridge(means: Iterable[tuple[int, float]]) -> Iterator[tuple[int, float]]:
    """Fill short holes between mean powers of bins, which are in their order, by a straight line."""
    last: tuple[int, float] | None = None
    for number, power_w in means:
        if last is not None and 1 < number - last[0] <= LONGEST_BRIDGE + 1:
            step_w = (power_w - last[1]) / (number - last[0])
            yield from ((between, last[1] + step_w * (between - last[0])) for between in range(last[0] + 1, number))
        yield number, power_w
        last = number, power_w


def _of_bin(number: int, power_w: float) -> Interval:
    return Interval(number * BIN_S, (number + 1) * BIN_S, wh_at_power(power_w, BIN_S))


def add_up(parts: Sequence[Sequence[Interval]]) -> Sequence[Interval]:
    """Add series of one quantity, each in its order without overlaps.

    Where they are cut differently, each is cut further, its energy spread evenly.
    """
    if len(parts) == 1:
        return parts[0]
    total = Intervals()
    walks = [_Walk(part) for part in parts]
    edges = merge(*((edge for one in part for edge in one[:2]) for part in parts))
    for start_s, end_s in pairwise(edges):
        shares = [one for walk in walks if start_s < end_s and (one := walk.reach(start_s)) is not None]
        if shares:
            energies = ((end_s - start_s) / (one.end_s - one.start_s) * one.energy_wh for one in shares)
            total.append(Interval(start_s, end_s, sum(energies), any(one.estimated for one in shares)))
    return total


class _Walk:
    """Goes through energies as time goes on."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self._rest = iter(intervals)
        self._one = next(self._rest, None)

    def reach(self, at_s: int) -> Interval | None:
        """Give the energy of a moment, no earlier than the last; None where there is none."""
        while self._one is not None and self._one.end_s <= at_s:
            self._one = next(self._rest, None)
        return self._one if self._one is not None and self._one.start_s <= at_s else None


def derive_load(intervals: dict[str, Sequence[Interval]]) -> None:
    """Where nothing says what the house used, it follows from what came and went."""
    if "load" in intervals or not {"solar", "import", "export"} <= intervals.keys():
        return
    signs = {"solar": 1, "import": 1, "export": -1, "discharge": 1, "charge": -1, "generator": 1}
    names = [name for name in signs if name in intervals]
    walks = {name: _Walk(intervals[name]) for name in names[1:]}
    load = Intervals()
    for first in intervals[names[0]]:
        reached = {names[0]: first} | {name: walk.reach(first.start_s) for name, walk in walks.items()}
        ones = {name: one for name, one in reached.items() if one and one[:2] == first[:2]}
        if len(ones) == len(names):
            energy_wh = max(0.0, sum(signs[name] * one.energy_wh for name, one in ones.items()))
            load.append(Interval(*first[:2], energy_wh, any(one.estimated for one in ones.values())))
    if load:
        intervals["load"] = load

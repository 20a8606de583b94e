"""From observations to energies of times that do not overlap: pure."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from openvoy.store.exchange.observed import NET, Amount, Observation, PowerSample, Problem, Total
from openvoy.units import wh_at_power

BIN_S = 300
"""Powers are averaged over this, as energies of our own are kept."""
LONGEST_BRIDGE = 3
"""Bins without a power between two that have one, which are interpolated; more are a hole."""
LARGEST_SITE_W = 100_000
"""No energy may stand for more power than this; three phases of 80 A are 55 kW."""
RESTART_SHARE = 0.1
"""A counter that falls below this share of what it was began anew; one that falls less was corrected."""


class Interval(NamedTuple):
    """Energy of a time."""

    start_s: int
    end_s: int
    energy_wh: float


@dataclass(slots=True)
class Gathered:
    """What files say together."""

    intervals: dict[str, list[Interval]] = field(default_factory=dict)
    """By quantity, in their order, none overlapping another."""
    problems: list[Problem] = field(default_factory=list)
    repeated: int = 0
    """Observations that were there already, from another line or file."""


Bins = dict[int, list[float]]
"""By number of the bin sum and count of its powers."""


class Gatherer:
    """Takes observations in any order."""

    def __init__(self) -> None:
        self._amounts: dict[tuple[str, str], dict[tuple[int, int], float]] = defaultdict(dict)
        self._totals: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        self._bins: dict[tuple[str, str], Bins] = defaultdict(dict)
        self._gathered = Gathered()

    def take(self, observations: Iterable[Observation]) -> None:
        """Take what a file says."""
        for one in observations:
            match one:
                case Problem():
                    self._gathered.problems.append(one)
                case Amount():
                    self._take_amount(one)
                case Total():
                    if one.at_s in self._totals[one.quantity, one.series]:
                        self._gathered.repeated += 1
                    self._totals[one.quantity, one.series][one.at_s] = one.total_wh
                case PowerSample():
                    bins = self._bins[one.quantity, one.series]
                    entry = bins.setdefault(one.at_s // BIN_S, [0.0, 0.0])
                    entry[0] += one.power_w
                    entry[1] += 1

    def _take_amount(self, one: Amount) -> None:
        limit_wh = wh_at_power(LARGEST_SITE_W, one.end_s - one.start_s)
        if one.quantity != NET and not 0 <= one.energy_wh <= limit_wh:
            self._note(one.series, f"{one.energy_wh:g} Wh cannot be the energy of {one.end_s - one.start_s} s")
            return
        known = self._amounts[one.quantity, one.series]
        if (one.start_s, one.end_s) in known:
            self._gathered.repeated += 1
        known[one.start_s, one.end_s] = one.energy_wh

    def gather(self) -> Gathered:
        """Give energies by quantity; of overlapping ones of one series the finer, then the first are kept."""
        series: dict[tuple[str, str], list[Interval]] = defaultdict(list)
        for key, amounts in self._amounts.items():
            series[key] += [Interval(start_s, end_s, energy) for (start_s, end_s), energy in amounts.items()]
        for key, totals in self._totals.items():
            series[key] += self._steps(key[1], totals)
        powers = {key: bridge(bins) for key, bins in self._bins.items()}
        for key, bins in powers.items():
            series[key] += [_of_bin(number, power_w) for number, power_w in bins.items()]
        by_quantity: dict[str, list[list[Interval]]] = defaultdict(list)
        for (quantity, _), intervals in series.items():
            by_quantity[quantity].append(self._without_overlap(intervals))
        self._split_net(by_quantity)
        gathered = self._gathered
        gathered.intervals = {quantity: add_up(parts) for quantity, parts in by_quantity.items()}
        derive_load(gathered.intervals)
        return gathered

    def _split_net(self, by_quantity: dict[str, list[list[Interval]]]) -> None:
        """Energies of both directions become import or export, by the sum of all phases."""
        net = add_up(by_quantity.pop(NET, []))
        for quantity, sign in (("import", 1), ("export", -1)) if net else ():
            by_quantity[quantity].append(
                [Interval(one.start_s, one.end_s, max(0.0, sign * one.energy_wh)) for one in net]
            )

    def _steps(self, series: str, totals: Mapping[int, float]) -> Iterator[Interval]:
        """Make differences of a counter; where it began anew, it counted from 0."""
        before: tuple[int, float] | None = None
        for at_s, total_wh in sorted(totals.items()):
            if before is None:
                before = at_s, total_wh
                continue
            step_wh = total_wh - before[1]
            if step_wh < 0:
                began_anew = 0 <= total_wh <= RESTART_SHARE * before[1]
                if not began_anew:
                    self._note(series, f"the counter falls from {before[1]:g} to {total_wh:g} Wh: nothing is counted")
                step_wh = total_wh if began_anew else 0.0
            if step_wh > wh_at_power(LARGEST_SITE_W, at_s - before[0]):
                self._note(
                    series, f"the counter jumps from {before[1]:g} to {total_wh:g} Wh within {at_s - before[0]} s"
                )
                before = at_s, total_wh
                continue
            yield Interval(before[0], at_s, step_wh)
            before = at_s, total_wh

    def _without_overlap(self, intervals: Iterable[Interval]) -> list[Interval]:
        kept: list[Interval] = []
        for one in sorted(intervals, key=lambda one: (one.end_s - one.start_s, one.start_s)):
            place = bisect_left(kept, one)
            overlaps_next = place < len(kept) and kept[place].start_s < one.end_s
            overlaps_last = place > 0 and kept[place - 1].end_s > one.start_s
            if overlaps_next or overlaps_last:
                self._gathered.repeated += 1
            else:
                insort(kept, one)
        return kept

    def _note(self, series: str, text: str) -> None:
        self._gathered.problems.append(Problem(series, None, text))


def bridge(bins: Bins) -> dict[int, float]:
    """Give mean powers by bin; short holes are filled by a straight line."""
    means = {number: entry[0] / entry[1] for number, entry in sorted(bins.items())}
    filled = dict(means)
    last: int | None = None
    for number, power_w in means.items():
        if last is not None and 1 < number - last <= LONGEST_BRIDGE + 1:
            for between in range(last + 1, number):
                share = (between - last) / (number - last)
                filled[between] = means[last] + share * (power_w - means[last])
        last = number
    return filled


def _of_bin(number: int, power_w: float) -> Interval:
    return Interval(number * BIN_S, (number + 1) * BIN_S, wh_at_power(power_w, BIN_S))


def add_up(parts: Sequence[Sequence[Interval]]) -> list[Interval]:
    """Add series of one quantity; where they are cut differently, each is cut further, its energy spread evenly."""
    if len(parts) == 1:
        return sorted(parts[0])
    edges = sorted({edge for part in parts for one in part for edge in one[:2]})
    sums: dict[int, float] = {}
    for part in parts:
        for one in part:
            first, last = bisect_left(edges, one.start_s), bisect_left(edges, one.end_s)
            for place in range(first, last):
                share = (edges[place + 1] - edges[place]) / (one.end_s - one.start_s)
                sums[place] = sums.get(place, 0.0) + share * one.energy_wh
    return [Interval(edges[place], edges[place + 1], sums[place]) for place in sorted(sums)]


def derive_load(intervals: dict[str, list[Interval]]) -> None:
    """Where nothing says what the house used, it follows from what came and went."""
    if "load" in intervals or not {"solar", "import", "export"} <= intervals.keys():
        return
    signs = {"solar": 1, "import": 1, "export": -1, "discharge": 1, "charge": -1}
    parts = {name: {one[:2]: one.energy_wh for one in intervals[name]} for name in signs if name in intervals}
    shared = set.intersection(*(set(part) for part in parts.values()))
    load = [
        Interval(*span, max(0.0, sum(signs[name] * part[span] for name, part in parts.items())))
        for span in sorted(shared)
    ]
    if load:
        intervals["load"] = load

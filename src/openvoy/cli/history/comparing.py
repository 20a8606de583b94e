"""Energies as they are beside energies accounted anew, by local day or month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from openvoy.model.records import EnergyRecord

NAMES = ("solar_wh", "import_wh", "export_wh", "charge_wh", "discharge_wh", "load_wh", "generator_wh")
LEAST_WH = 1.0
"""Less is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One energy of one period, as it was and as it becomes."""

    start: datetime
    quantity: str
    before_wh: float | None
    after_wh: float | None


class Levels:
    """Counters at moments, on straight lines; they stand before their first row and after their last one."""

    def __init__(self, bounds: Sequence[float]) -> None:
        """Take Unix seconds in their order; only what is known at them is remembered."""
        self._bounds = bounds
        self._found: dict[str, list[float]] = {name: [] for name in NAMES}
        self._last: dict[str, tuple[float, float]] = {}

    def take(self, rows: Iterable[EnergyRecord]) -> None:
        """Take rows of one gateway, in their order; more may follow."""
        for row in rows:
            at_s = row.at.timestamp()
            for name in NAMES:
                value_wh = getattr(row, name)
                if value_wh is not None:
                    self._reach(name, at_s, value_wh)

    def _reach(self, name: str, at_s: float, value_wh: float) -> None:
        found = self._found[name]
        last_s, last_wh = self._last.get(name, (at_s, value_wh))
        while len(found) < len(self._bounds) and self._bounds[len(found)] <= at_s:
            share = (self._bounds[len(found)] - last_s) / (at_s - last_s) if at_s > last_s else 1.0
            found.append(last_wh + max(0.0, share) * (value_wh - last_wh))
        self._last[name] = at_s, value_wh

    def energies_wh(self, name: str) -> list[float | None]:
        """Give what a counter grew between each two moments; None where it was never known."""
        if name not in self._last:
            return [None] * (len(self._bounds) - 1)
        rest = [self._last[name][1]] * (len(self._bounds) - len(self._found[name]))
        return [after - before for before, after in pairwise([*self._found[name], *rest])]


def find_differences(before: Levels, after: Levels, starts: Sequence[float], zone: ZoneInfo) -> Iterator[Difference]:
    """Compare two accounts of the periods that begin at these moments."""
    for name in NAMES:
        for start_s, before_wh, after_wh in zip(starts, before.energies_wh(name), after.energies_wh(name), strict=True):
            if _differ(before_wh, after_wh):
                start = datetime.fromtimestamp(start_s, zone)
                yield Difference(start=start, quantity=name, before_wh=before_wh, after_wh=after_wh)


def _differ(before_wh: float | None, after_wh: float | None) -> bool:
    if before_wh is None or after_wh is None:
        return before_wh is not after_wh and bool(before_wh or after_wh)
    return abs(before_wh - after_wh) > LEAST_WH

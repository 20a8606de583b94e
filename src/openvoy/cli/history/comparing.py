"""Energies as they are beside energies accounted anew, by local day or month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from openvoy.model.records import EnergyRecord
from openvoy.ports import Columns

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


def find_differences(
    rows: Sequence[EnergyRecord], known: Columns, zone: ZoneInfo, *, by: Literal["day", "month"] = "day"
) -> Iterator[Difference]:
    """Compare accounted rows with what `read_energy` gave by period."""
    starts = [float(str(start)) for start in known["start"]]
    if not starts:
        return
    bounds = [*starts, _end_of(starts[-1], zone, by)]
    for name in NAMES:
        counts = [(row.at.timestamp(), value) for row in rows if (value := getattr(row, name)) is not None]
        values = list(_values_at(counts, bounds))
        for place, (first_wh, last_wh) in enumerate(pairwise(values)):
            after_wh = None if first_wh is None or last_wh is None else last_wh - first_wh
            before = known[name][place]
            before_wh = None if before is None else float(before)
            if _differ(before_wh, after_wh):
                start = datetime.fromtimestamp(starts[place], zone)
                yield Difference(start=start, quantity=name, before_wh=before_wh, after_wh=after_wh)


def _end_of(start_s: float, zone: ZoneInfo, by: Literal["day", "month"]) -> float:
    start = datetime.fromtimestamp(start_s, zone)
    following = (start + timedelta(days=32)).replace(day=1) if by == "month" else start + timedelta(days=1)
    return following.astimezone(UTC).timestamp()


def _values_at(counts: Sequence[tuple[float, float]], bounds: Sequence[float]) -> Iterator[float | None]:
    """Read a counter at moments in their order, on straight lines; it stands before its first and after its last."""
    place = 0
    for bound_s in bounds:
        while place < len(counts) and counts[place][0] < bound_s:
            place += 1
        if not counts:
            yield None
        elif place == 0 or place == len(counts):
            yield counts[min(place, len(counts) - 1)][1]
        else:
            (before_s, before_wh), (after_s, after_wh) = counts[place - 1], counts[place]
            yield before_wh + (after_wh - before_wh) * (bound_s - before_s) / (after_s - before_s)


def _differ(before_wh: float | None, after_wh: float | None) -> bool:
    if before_wh is None or after_wh is None:
        return before_wh is not after_wh and bool(before_wh or after_wh)
    return abs(before_wh - after_wh) > LEAST_WH

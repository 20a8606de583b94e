"""Days as history has them against days as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from openvoy.ports import Columns
from openvoy.testing.truth.life import Life
from openvoy.virtual.site.state import BranchState, Midnight

SHARE = 0.001
LEAST_WH = 3.0
"""Gateways count in whole watt-hours, rounded down on both sides of a day; on a dark day that is more than 0.1 %."""
INTEGRATED = frozenset({"charge_wh", "discharge_wh", "load_wh"})
"""What nobody counts where batteries have no meter: it is added up from power; of a silence only the sum is known."""
QUANTITIES = ("solar_wh", "import_wh", "export_wh", "charge_wh", "discharge_wh", "load_wh", "generator_wh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One quantity of one local day."""

    date: date
    quantity: str
    true_wh: float
    counted_wh: float | None
    is_estimated: bool
    is_integrated: bool = False
    """Added up from power, and marked so: it is not held to what is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A stretch of days whose energy is not right."""

    quantity: str
    first: date
    days: int
    true_wh: float
    counted_wh: float | None


def build_days(life: Life, columns: Columns) -> list[Day]:
    """Join what `read_energy` gave by day with what was."""
    zone = life.case.site.zone
    rows: dict[date, int] = {
        datetime.fromtimestamp(float(start), zone).date(): place
        for place, start in enumerate(columns["start"])
        if start is not None
    }
    days: list[Day] = []
    for day in sorted(life.midnights)[:-1]:
        before, after = life.midnights[day], life.midnights.get(day + timedelta(days=1))
        if after is None or day not in rows:
            continue
        place = rows[day]
        is_estimated = bool(columns["estimated"][place])
        for quantity in QUANTITIES:
            counted: Any = columns[quantity][place]
            days.append(
                Day(
                    date=day,
                    quantity=quantity,
                    true_wh=_energy(life, after, quantity) - _energy(life, before, quantity),
                    counted_wh=counted,
                    is_estimated=is_estimated,
                    is_integrated=quantity in INTEGRATED and bool(columns["charge_estimated"][place]),
                )
            )
    return days


def _energy(life: Life, state: Midnight, quantity: str) -> float:
    if quantity == "solar_wh" and not life.case.site.meters.production:
        return sum(state.told_j) / 3600
    branch, count = _BRANCHES[quantity]
    found: BranchState = getattr(state, branch)
    return float(getattr(found.all, count))


_BRANCHES: Mapping[str, tuple[str, str]] = {
    "solar_wh": ("solar", "delivered_wh"),
    "import_wh": ("grid", "delivered_wh"),
    "export_wh": ("grid", "received_wh"),
    "charge_wh": ("battery", "received_wh"),
    "discharge_wh": ("battery", "delivered_wh"),
    "load_wh": ("load", "delivered_wh"),
    "generator_wh": ("generator", "delivered_wh"),
}


def find_wrong(days: Sequence[Day], quantity: str) -> Iterator[Finding]:
    """Find what is not right: single days, and runs of days whose shape is estimated as a whole."""
    for run in _runs([day for day in days if day.quantity == quantity and not day.is_integrated]):
        true_wh = sum(day.true_wh for day in run)
        known = [day.counted_wh for day in run if day.counted_wh is not None]
        counted_wh = sum(known) if known else None
        if any(value < 0 for value in known) or not is_right(true_wh, counted_wh, len(run)):
            yield Finding(quantity=quantity, first=run[0].date, days=len(run), true_wh=true_wh, counted_wh=counted_wh)


def is_right(true_wh: float, counted_wh: float | None, days: int = 1) -> bool:
    """Whether an energy is what it was."""
    return counted_wh is not None and abs(counted_wh - true_wh) <= max(SHARE * abs(true_wh), LEAST_WH * days)


def _runs(days: Sequence[Day]) -> Iterator[list[Day]]:
    """Cut days into single ones and runs of estimated ones, which belong together."""
    run: list[Day] = []
    for day in days:
        if run and not (day.is_estimated and run[-1].is_estimated):
            yield run
            run = []
        run.append(day)
    if run:
        yield run

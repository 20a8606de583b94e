"""From counters that lie to counters that only grow.

A step of a raw counter is classified; what it adds to the accounted counter follows from the class alone, so that the
accounted counter can be computed again from raw whenever the rules improve (`RULES_VERSION`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from openvoy.model.counters import CounterSource, RawCounter
from openvoy.model.snapshot import Energy
from openvoy.units import WRAP_32_BIT_WH, wh_at_power

RULES_VERSION = 1

LARGEST_SITE_W = 100_000
"""No step may stand for more power than this; three phases of 80 A are 55 kW."""
NOISE_WH = 2.0
"""Counters that are rounded or computed may step back by this much."""
LONGEST_STEP_S = 3600.0
"""Counters fed by reports move every 5 to 15 minutes, or hourly, and then by all of it."""
SHORTEST_RESTART_S = 60.0
"""A counter that began again has had at least the time between two readings to count."""
SETTLED_WITHIN_WH = 1500.0
"""Readings this close to each other are one level."""
MOST_WRAPS = 20
SETTLED_READINGS = 3
"""A new level that is read this often in a row is the counter's, whatever led to it."""


class Step(Enum):
    """What a change of a raw counter means."""

    FIRST = "first"
    """The first reading of this source: the accounted counter begins, or goes on from another source."""
    NORMAL = "normal"
    WRAP = "wrap"
    """Fell by k * 2^32 J: the overflow is put back."""
    RESTART = "restart"
    """Began again near 0: what it counted since is added."""
    HELD = "held"
    """Not plausible: nothing is added while it lasts."""
    REBASED = "rebased"
    """Held readings have settled at another level (inverters replaced, counter restored): counting goes on there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One source's place in an accounted counter."""

    raw_wh: float
    """The last raw reading that counted."""
    at: datetime
    held_wh: float | None = None
    """The last reading that did not count."""
    held_readings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What one reading did."""

    step: Step
    added_wh: float
    account: Account


def advance_counter(account: Account | None, raw_wh: float, at: datetime) -> Advance:
    """Classify the step from the last counted reading to this one."""
    if account is None:
        return Advance(step=Step.FIRST, added_wh=0.0, account=Account(raw_wh=raw_wh, at=at))
    step, added_wh = _classify(account.raw_wh, raw_wh, (at - account.at).total_seconds())
    if step is Step.HELD:
        return _hold(account, raw_wh, at)
    # A step back by noise keeps the higher reading, so that the way up again does not count twice.
    kept_wh = max(raw_wh, account.raw_wh) if step is Step.NORMAL else raw_wh
    moved_at = account.at if kept_wh == account.raw_wh else at
    return Advance(step=step, added_wh=added_wh, account=Account(raw_wh=kept_wh, at=moved_at))


def _classify(before_wh: float, after_wh: float, elapsed_s: float) -> tuple[Step, float]:
    change_wh = after_wh - before_wh
    plausible_wh = wh_at_power(LARGEST_SITE_W, max(elapsed_s, LONGEST_STEP_S))
    if -NOISE_WH <= change_wh <= plausible_wh:
        return Step.NORMAL, max(0.0, change_wh)
    wraps = math.ceil((-change_wh - NOISE_WH) / WRAP_32_BIT_WH)
    unwrapped_wh = change_wh + wraps * WRAP_32_BIT_WH
    if 1 <= wraps <= MOST_WRAPS and unwrapped_wh <= plausible_wh:
        return Step.WRAP, max(0.0, unwrapped_wh)
    if change_wh < 0 and 0 < after_wh <= wh_at_power(LARGEST_SITE_W, max(elapsed_s, SHORTEST_RESTART_S)):
        return Step.RESTART, after_wh
    return Step.HELD, 0.0


def _hold(account: Account, raw_wh: float, at: datetime) -> Advance:
    is_near = account.held_wh is not None and abs(raw_wh - account.held_wh) <= SETTLED_WITHIN_WH
    readings = account.held_readings + 1 if is_near else 1
    if readings >= SETTLED_READINGS:
        return Advance(step=Step.REBASED, added_wh=0.0, account=Account(raw_wh=raw_wh, at=at))
    held = replace(account, held_wh=raw_wh, held_readings=readings)
    return Advance(step=Step.HELD, added_wh=0.0, account=held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A step that a person may want to know of."""

    source: CounterSource
    step: Step
    before_wh: float
    after_wh: float


LONGEST_INTEGRATED_S = 300.0
"""Battery power is integrated between readings no further apart than this."""

QUANTITIES = ("solar", "import", "export", "charge", "discharge", "total")
"""What is accounted for a whole site; phases and inverters are kept raw."""


class Accountant:
    """Accounts the site's counters of one gateway, reading by reading."""

    def __init__(self, energy: Energy | None = None, last: Iterable[tuple[CounterSource, Account]] = ()) -> None:
        """Go on from accounted energies and the sources' last readings, or begin."""
        self._active = {
            source.quantity: (source, account) for source, account in sorted(last, key=_by_time) if is_of_site(source)
        }
        self._totals_wh: dict[str, float] = {}
        self._load_wh = None if energy is None else energy.load_wh
        self._battery: tuple[float, datetime] | None = None
        for quantity in QUANTITIES:
            value_wh = None if energy is None else getattr(energy, f"{quantity}_wh", None)
            if value_wh is not None:
                self._totals_wh[quantity] = value_wh
        # What the house used was counted before as it was; from here on it grows by what the other counters do.
        balance_wh = _balance_wh(self._totals_wh)
        self._load_offset_wh = 0.0 if self._load_wh is None or balance_wh is None else self._load_wh - balance_wh

    def account(
        self, counters: Iterable[RawCounter], reported: Energy, at: datetime, *, battery_w: float | None = None
    ) -> tuple[Energy, tuple[Notice, ...]]:
        """Take one reading of all counters; `reported` says which energies the gateway's counters amount to.

        Where nothing counts what batteries take and give, their power is integrated instead.
        """
        notices: list[Notice] = []
        for counter in counters:
            if is_of_site(counter.source):
                notices += self._count(counter, at)
        if reported.charge_wh is None and battery_w is not None:
            self._integrate(battery_w, at)
        return self._energy(reported), tuple(notices)

    def _integrate(self, battery_w: float, at: datetime) -> None:
        """Add the trapezoid since the last battery power; across a longer silence nothing is known."""
        before, self._battery = self._battery, (battery_w, at)
        charged_wh, discharged_wh = (self._totals_wh.setdefault(name, 0.0) for name in ("charge", "discharge"))
        if before is None or not 0 < (elapsed_s := (at - before[1]).total_seconds()) <= LONGEST_INTEGRATED_S:
            return
        energy_wh = wh_at_power((before[0] + battery_w) / 2, elapsed_s)
        self._totals_wh["discharge"] = discharged_wh + max(0.0, energy_wh)
        self._totals_wh["charge"] = charged_wh + max(0.0, -energy_wh)

    def _count(self, counter: RawCounter, at: datetime) -> list[Notice]:
        source, quantity = counter.source, counter.source.quantity
        known, before = self._active.get(quantity, (source, None))
        if known != source:
            # Two sources never add up to one series: the new one counts from here on.
            before = None
        advance = advance_counter(before, counter.value_wh, at)
        self._active[quantity] = (source, advance.account)
        self._totals_wh[quantity] = self._totals_wh.get(quantity, counter.value_wh) + advance.added_wh
        is_held_on = advance.step is Step.HELD and before is not None and before.held_readings > 0
        if advance.step in {Step.NORMAL, Step.FIRST} or before is None or is_held_on:
            return []
        return [Notice(source=source, step=advance.step, before_wh=before.raw_wh, after_wh=counter.value_wh)]

    def _energy(self, reported: Energy) -> Energy:
        totals = self._totals_wh
        is_known = reported.load_wh is not None or self._battery is not None
        balance_wh = _balance_wh(totals) if is_known else None
        load_wh = None
        if balance_wh is not None:
            load_wh = balance_wh + self._load_offset_wh
            # Its parts are read at slightly different moments; a counter does not step back for that.
            load_wh = self._load_wh = load_wh if self._load_wh is None else max(load_wh, self._load_wh)
        return Energy(
            solar_wh=totals.get("solar"),
            import_wh=totals.get("import"),
            export_wh=totals.get("export"),
            charge_wh=totals.get("charge"),
            discharge_wh=totals.get("discharge"),
            load_wh=load_wh,
        )


def _by_time(entry: tuple[CounterSource, Account]) -> datetime:
    return entry[1].at


def is_of_site(source: CounterSource) -> bool:
    """Whether a counter belongs to the site as a whole, neither to a phase nor to an inverter."""
    return source.quantity in QUANTITIES and source.block not in _PHASES


_PHASES = frozenset({"L1", "L2", "L3"})


def _balance_wh(totals_wh: Mapping[str, float]) -> float | None:
    """Derive the house's use from what came and went; None where that is not counted."""
    stored_wh = totals_wh.get("discharge", 0.0) - totals_wh.get("charge", 0.0)
    if "total" in totals_wh:
        return totals_wh["total"] + stored_wh
    if not {"solar", "import", "export"} <= totals_wh.keys():
        return None
    return totals_wh["solar"] + totals_wh["import"] - totals_wh["export"] + stored_wh

"""What meters make of what flows: a meter that was switched, turned round or scaled counts something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from openvoy.virtual.settings.meters import Counts, MeterLedger, MeterSettings, Stretch
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.state import BranchState, Flow, Midnight, SiteState

StateT = TypeVar("StateT", SiteState, Midnight)

NO_COUNTS = Counts()
BESIDE = {Branch.BATTERY, Branch.BACKFEED, Branch.LOAD, Branch.CHARGER}
"""Branches with meters that nothing else is worked out from."""


@dataclass(frozen=True, slots=True)
class _Gain:
    """How one phase of a meter sees what flows."""

    factor: float
    is_reversed: bool

    def power(self, value: float) -> float:
        return -value * self.factor if self.is_reversed else value * self.factor


def as_metered(state: StateT, at_s: int, meters: MeterSettings, watched: Mapping[int, Branch]) -> StateT:
    """Give a state as the meters count it, `watched` by record number; what nobody ever set up is what it is."""
    changed = {
        watched[eid]: _branch(branch_of(state, watched[eid]), ledger, at_s)
        for eid, ledger in meters.ledgers.items()
        if not ledger.is_original and eid in watched
    }
    if not changed:
        return state
    solar = changed.get(Branch.SOLAR, state.solar)
    if Branch.TOTAL in watched.values():
        total = changed.get(Branch.TOTAL, state.total)
        net = _combined(total, solar, -1)
    else:
        net = changed.get(Branch.NET, changed.get(Branch.GRID, state.net))
        total = _combined(net, solar, 1)
    grid = _combined(net, state.generator, -1) if Branch.NET in watched.values() else net
    others: dict[str, Any] = {branch.name.lower(): changed[branch] for branch in changed if branch in BESIDE}
    return replace(state, solar=solar, net=net, grid=grid, total=total, **others)


def branch_of(source: SiteState | Midnight, branch: Branch) -> BranchState:
    """Pick a branch of a state by its name."""
    found: BranchState = getattr(source, branch.name.lower())
    return found


def counts_of(branch: BranchState) -> tuple[Counts, ...]:
    """Read the counters of a branch, by phase."""
    return tuple(
        Counts(
            delivered_wh=flow.delivered_wh,
            received_wh=flow.received_wh,
            lagging_varh=flow.lagging_varh,
            leading_varh=flow.leading_varh,
            apparent_vah=flow.apparent_vah,
        )
        for flow in branch.phases
    )


def _branch(branch: BranchState, ledger: MeterLedger, at_s: int) -> BranchState:
    stretch = ledger.at(at_s)
    phases = tuple(_phase(flow, stretch, phase) for phase, flow in enumerate(branch.phases))
    return BranchState(all=_sum(phases), phases=phases)


def _phase(flow: Flow, stretch: Stretch, phase: int) -> Flow:
    """Add to what was counted before what passed since, as the present setup sees it."""
    setup = stretch.setup
    gain = _Gain(setup.factor if setup.enabled else 0.0, phase in setup.reversed)
    before = stretch.counted[phase] if stretch.counted else NO_COUNTS
    passed = stretch.passed[phase] if stretch.passed else NO_COUNTS
    forth = gain.factor * (flow.delivered_wh - passed.delivered_wh)
    back = gain.factor * (flow.received_wh - passed.received_wh)
    lagging = gain.factor * (flow.lagging_varh - passed.lagging_varh)
    leading = gain.factor * (flow.leading_varh - passed.leading_varh)
    if gain.is_reversed:
        forth, back, lagging, leading = back, forth, leading, lagging
    return Flow(
        active_w=gain.power(flow.active_w),
        reactive_var=gain.power(flow.reactive_var),
        apparent_va=gain.factor * flow.apparent_va,
        delivered_wh=before.delivered_wh + forth,
        received_wh=before.received_wh + back,
        lagging_varh=before.lagging_varh + lagging,
        leading_varh=before.leading_varh + leading,
        apparent_vah=before.apparent_vah + gain.factor * (flow.apparent_vah - passed.apparent_vah),
        most_w=flow.most_w,
    )


def _sum(phases: tuple[Flow, ...]) -> Flow:
    names = Flow.__dataclass_fields__
    return Flow(**{name: sum(getattr(flow, name) for flow in phases) for name in names})


def _combined(branch: BranchState, solar: BranchState, sign: int) -> BranchState:
    """What the gateway works out from two meters, once they no longer see what there is; its energy may be negative."""
    phases = tuple(
        replace(
            flow,
            active_w=flow.active_w + sign * made.active_w,
            reactive_var=flow.reactive_var + sign * made.reactive_var,
            delivered_wh=flow.delivered_wh - flow.received_wh + sign * (made.delivered_wh - made.received_wh),
            received_wh=0.0,
        )
        for flow, made in zip(branch.phases, solar.phases, strict=True)
    )
    return BranchState(all=_sum(phases), phases=phases)

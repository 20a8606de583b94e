"""Whether batteries are low, do not charge although they could, or cannot be heard."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.model.alerts.condition import HOUR_S, MINUTE_S, Condition, Judgement
from openvoy.model.devices import Battery, Grid, Storage
from openvoy.model.snapshot import Power, Snapshot

HYSTERESIS_PCT = 5.0
LOW_PATIENCE_S = 5 * MINUTE_S
NOT_CHARGING_PATIENCE_S = HOUR_S
SILENT_PATIENCE_S = 2 * HOUR_S
SURPLUS_W = 500.0
"""Exported by a house whose batteries have room: far beyond what regulation leaves."""
IDLE_W = 50.0
ROOM_BELOW_SOC_PCT = 90.0
"""Batteries that are almost full take less and less."""


def judge_batteries(name: str, snapshot: Snapshot, *, low_soc_pct: float) -> Judgement:
    """Judge the batteries of the gateway of this name."""
    storage, prefix = snapshot.storage, f"battery/{name}/"
    conditions = [*_silent(prefix, snapshot.batteries)]
    if storage is None:
        return Judgement(conditions=tuple(conditions))
    if storage.soc_pct is None:
        return Judgement(conditions=tuple(conditions), undecided=(f"{prefix}low", f"{prefix}idle"))
    is_island = _is_island(snapshot.grid)
    undecided: tuple[str, ...] = ()
    if storage.soc_pct <= low_soc_pct:
        conditions.append(_low(prefix, storage.soc_pct, is_island=is_island))
    elif storage.soc_pct < low_soc_pct + HYSTERESIS_PCT:
        undecided = (f"{prefix}low",)
    conditions += _idle(prefix, storage, snapshot.power)
    return Judgement(conditions=tuple(conditions), undecided=undecided)


def _is_island(grid: Grid | None) -> bool:
    return grid is not None and grid.status in {"off-grid", "generator"}


def _low(prefix: str, soc_pct: float, *, is_island: bool) -> Condition:
    return Condition(
        key=f"{prefix}low",
        topic="battery",
        title="The batteries are low",
        text=f"They are at {soc_pct:.0f} %{' and the house is off the grid' if is_island else ''}.",
        over="The batteries are charged again.",
        hint="Switch off what is not needed." if is_island else "",
        patience_s=LOW_PATIENCE_S,
        is_urgent=is_island,
    )


def _idle(prefix: str, storage: Storage, power: Power) -> Iterator[Condition]:
    """Find surplus that is exported although there is room; plans that export on purpose are left alone."""
    may_judge = storage.mode in {"self-consumption", "backup"} and not storage.cloud_scheduled
    if not may_judge or power.grid_w is None or power.battery_w is None or storage.soc_pct is None:
        return
    if storage.soc_pct < ROOM_BELOW_SOC_PCT and power.grid_w < -SURPLUS_W and power.battery_w > -IDLE_W:
        yield Condition(
            key=f"{prefix}idle",
            topic="battery",
            title="The batteries do not charge",
            text=f"They are at {storage.soc_pct:.0f} %, and surplus of the panels goes to the grid instead.",
            over="The batteries charge again, or there is nothing to charge them with.",
            hint="Look at their switches, their temperature and the mode in the dashboard.",
            patience_s=NOT_CHARGING_PATIENCE_S,
        )


def _silent(prefix: str, batteries: tuple[Battery, ...]) -> Iterator[Condition]:
    for battery in batteries:
        if battery.dc_switch_off:
            problem = "is switched off at its own switch"
        elif battery.communicating is False:
            problem = "does not communicate"
        else:
            continue
        yield Condition(
            key=f"{prefix}{battery.serial}",
            topic="battery",
            title=f"Battery {battery.serial} {problem}",
            text=f"Battery {battery.serial} {problem}, and does not help the house.",
            over=f"Battery {battery.serial} is back.",
            hint="Look at its light and its switch.",
            patience_s=SILENT_PATIENCE_S,
        )

"""Whether the house is on the grid."""

from __future__ import annotations

from openvoy.model.alerts.condition import MINUTE_S, Condition, Judgement
from openvoy.model.devices import Grid, Storage

LOST_PATIENCE_S = MINUTE_S
"""Relays open for some seconds at a dip of the voltage."""


def judge_grid(name: str, grid: Grid | None, storage: Storage | None) -> Judgement:
    """Judge the relay of the gateway of this name; a house without relay cannot be off the grid and be read."""
    if grid is None:
        return Judgement()
    if grid.status is None and grid.relay is None:
        return Judgement(undecided=(f"grid/{name}/",))
    is_off = grid.status in {"off-grid", "generator"} or (grid.status is None and grid.relay == "open")
    if not is_off:
        return Judgement()
    is_wanted = grid.relay_admin == "open"
    left = "" if storage is None or storage.soc_pct is None else f" The batteries are at {storage.soc_pct:.0f} %."
    source = "a generator" if grid.status == "generator" else "its own power"
    lost = Condition(
        key=f"grid/{name}/{'left' if is_wanted else 'lost'}",
        topic="grid",
        title="The house left the grid" if is_wanted else "The grid is lost",
        text=f"The house runs on {source}{', as it was told to' if is_wanted else ''}.{left}",
        over="The house is on the grid again.",
        hint="" if is_wanted else "See whether the neighbours have power; use little until it is back.",
        patience_s=LOST_PATIENCE_S,
        is_urgent=not is_wanted,
    )
    return Judgement(conditions=(lost,))

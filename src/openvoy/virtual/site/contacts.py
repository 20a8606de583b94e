"""Dry contacts: which of them are closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openvoy.virtual.site.orders import ContactOrders, Position
from openvoy.virtual.site.switchgear import Supply


@dataclass(frozen=True, slots=True)
class Contacts:
    """How they stand, and what they remember."""

    positions: Mapping[str, Position] = field(default_factory=dict)
    supply: Supply = "grid"
    lapsed: frozenset[ContactOrders] = frozenset()
    """Orders by hand that ended with the supply they were given on."""
    low: frozenset[str] = frozenset()
    """Those that shed because of little charge, until there is enough again."""

    def told(self, rows: tuple[ContactOrders, ...], supply: Supply, *, day_s: float, soc_pct: float | None) -> Contacts:
        """Move them to where they belong."""
        lapsed = frozenset(rows) if supply != self.supply else self.lapsed & frozenset(rows)
        low = frozenset(row.name for row in rows if self._is_low(row, supply, soc_pct))
        positions = {row.name: self._position(row, supply, day_s, lapsed=lapsed, low=low) for row in rows}
        return Contacts(positions, supply, lapsed, low)

    def is_closed(self, name: str | None) -> bool:
        """Whether what hangs on a contact is connected; without contact it always is."""
        return name is None or self.positions.get(name, "closed") == "closed"

    def _is_low(self, row: ContactOrders, supply: Supply, soc_pct: float | None) -> bool:
        if not row.follows_charge or supply != "island" or soc_pct is None:
            return False
        return soc_pct <= row.soc_low_pct or (row.name in self.low and soc_pct < row.soc_high_pct)

    def _position(
        self, row: ContactOrders, supply: Supply, day_s: float, *, lapsed: frozenset[ContactOrders], low: frozenset[str]
    ) -> Position:
        if row.by_hand is not None and (row.holds_hand or row not in lapsed):
            return row.by_hand
        if row.follows_charge and supply == "island":
            return "open" if row.name in low else "closed"
        action = {"grid": row.on_grid, "island": row.on_island, "generator": row.on_generator}[supply]
        if action == "schedule":
            return "closed" if is_within(day_s, row.window_start_s, row.window_end_s) else "open"
        if action == "none":
            return self.positions.get(row.name, "closed" if row.name.startswith("NC") else "open")
        return "closed" if action == "apply" else "open"


def is_within(day_s: float, start_s: float, end_s: float) -> bool:
    """Whether a time of day lies in a window, which may run over midnight."""
    return start_s <= day_s < end_s if start_s <= end_s else day_s >= start_s or day_s < end_s

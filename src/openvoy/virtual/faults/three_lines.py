"""Three lines in every row of the production page, zeros where there are fewer phases."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.production import ProductionLine, ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, edit_rows
from openvoy.virtual.faults import fault

_LINES = 3
_DARK = ProductionLine(**dict.fromkeys(ProductionLine.__struct_fields__, 0.0))


@fault("three-lines", "Q26")
@dataclass(frozen=True, kw_only=True)
class ThreeLines(DataFault):
    """Fills the lines of meters up."""

    def edits(self, stage: Stage) -> Edits:
        """Add lines of zeros."""
        return edit_rows(_fill, measured=True)


def _fill(row: ProductionRow) -> ProductionRow:
    if row.lines is None or len(row.lines) >= _LINES:
        return row
    return changed(row, lines=(*row.lines, *(_DARK,) * (_LINES - len(row.lines))))

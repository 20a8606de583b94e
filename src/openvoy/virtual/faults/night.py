"""A recording of the day as if it was night: inverters asleep, the production meter slightly negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.meters import METER_READINGS, MeterReading
from openvoy.protocol.endpoints.production import ProductionPage, ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_each, map_rows
from openvoy.virtual.fault_meters import meters_of, readings_of
from openvoy.virtual.faults import fault


@fault("night", "Q15")
@dataclass(frozen=True, kw_only=True)
class Night(DataFault):
    """Lets production be the standby of the inverters, and the grid step in; last reports of inverters stay."""

    standby_w: Annotated[float, doc("W", "what the inverters draw; 0.96 to 8.8 were measured")] = 4.2

    def edits(self, stage: Stage) -> Edits:
        """Change page and meters; all inverters still count as active."""

        async def in_readings(readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
            lost_w = self._lost_w(await readings_of(stage, "production"))
            changes = {
                **dict.fromkeys(await meters_of(stage, "production"), -lost_w),
                **dict.fromkeys(await meters_of(stage, "net-consumption"), lost_w),
            }
            return map_each(readings, lambda row: _moved(row, changes.get(row.eid)))

        return {METER_READINGS: in_readings, **dict.fromkeys(PAGES, self._on_page)}

    def _lost_w(self, readings: tuple[MeterReading, ...]) -> float:
        produced = [reading.active_w for reading in readings if reading.active_w is not None]
        return sum(produced) + self.standby_w

    def _on_page(self, page: ProductionPage) -> ProductionPage:
        produced = [row.now_w for row in page.production or () if row.kind == "eim" and row.now_w is not None]
        lost_w = sum(produced) + self.standby_w
        changes = {"production": -lost_w, "net-consumption": lost_w}
        page = map_rows(page, lambda row: changed(row, reading_time_s=0, now_w=0), kind="inverters")
        return map_rows(page, lambda row: _moved_row(row, changes.get(row.measurement or "")), kind="eim")


def _moved(reading: MeterReading, change_w: float | None) -> MeterReading:
    if change_w is None or reading.active_w is None:
        return reading
    active_w = round(reading.active_w + change_w, 3)
    return changed(reading, active_w=active_w, demand_w=active_w)


def _moved_row(row: ProductionRow, change_w: float | None) -> ProductionRow:
    if change_w is None or row.now_w is None or not row.active_count:
        return row
    return changed(row, now_w=round(row.now_w + change_w, 3))

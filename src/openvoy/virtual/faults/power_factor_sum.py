"""Power factors above 1: those of the phases added up, on builds that know seven meters."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed, each
from openvoy.protocol.endpoints.meters import METER_READINGS, MeterReading
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS, ProductionPage, ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_each, map_rows
from openvoy.virtual.faults import fault


@fault("power-factor-sum", "Q9")
@dataclass(frozen=True, kw_only=True)
class PowerFactorSum(DataFault):
    """Gives the sum of the phases' power factors for meters, in readings and on the production page."""

    def edits(self, stage: Stage) -> Edits:
        """Change meters and rows; a page without lines takes them from the one with lines."""

        async def on_page(page: ProductionPage) -> ProductionPage:
            detailed = await stage.ask(PRODUCTION_DETAILS)
            rows = () if detailed is None else (*each(detailed.production), *each(detailed.consumption))
            sums = {row.measurement: _sum(row) for row in rows if row.kind == "eim"}
            return map_rows(page, lambda row: _with_factor(row, sums.get(row.measurement)), kind="eim")

        edits: Edits = {METER_READINGS: lambda readings: map_each(readings, _add_up)}
        return {**edits, **dict.fromkeys(PAGES, on_page)}


def _add_up(reading: MeterReading) -> MeterReading:
    factors = [channel.power_factor for channel in each(reading.channels) if channel.power_factor is not None]
    return changed(reading, power_factor=round(sum(factors), 3)) if factors else reading


def _sum(row: ProductionRow) -> float | None:
    factors = [line.power_factor for line in each(row.lines) if line.power_factor is not None]
    return round(sum(factors), 3) if factors else None


def _with_factor(row: ProductionRow, factor: float | None) -> ProductionRow:
    return row if factor is None else changed(row, power_factor=factor)

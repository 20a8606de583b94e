"""Seven days of consumption that are 0 in the split snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.production import PDM_ENERGY, PdmEnergy
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault


@fault("consumption-week-zero", "Q17")
@dataclass(frozen=True, kw_only=True)
class ConsumptionWeekZero(DataFault):
    """Says that nothing was used in seven days."""

    def edits(self, stage: Stage) -> Edits:
        """Change the consumption."""
        return {PDM_ENERGY: _forget}


def _forget(energy: PdmEnergy) -> PdmEnergy:
    if energy.consumption is None or energy.consumption.meter is None:
        return energy
    meter = changed(energy.consumption.meter, seven_days_wh=0)
    return changed(energy, consumption=changed(energy.consumption, meter=meter))

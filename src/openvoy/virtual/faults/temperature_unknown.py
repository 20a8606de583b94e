"""A temperature in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc, each
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY, EnsembleGroup
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.faults import fault


@fault("temperature-unknown", "Q80")
@dataclass(frozen=True, kw_only=True)
class TemperatureUnknown(DataFault):
    """Gives no number as temperature of batteries and controllers."""

    word: Annotated[str, doc("", "what stands there")] = "unknown"

    def edits(self, stage: Stage) -> Edits:
        """Change all devices."""
        return {ENSEMBLE_INVENTORY: lambda groups: map_each(groups, self._unknown)}

    def _unknown(self, group: EnsembleGroup) -> EnsembleGroup:
        if group.devices is None:
            return group
        devices = map_each(each(group.devices), lambda device: changed(device, temperature_raw=self.word))
        return changed(group, devices=devices)

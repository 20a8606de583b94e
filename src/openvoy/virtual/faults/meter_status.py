"""Meters that report trouble with their wiring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.meters import METERS, MeterInfo
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.faults import fault


@fault("meter-status", "Q25")
@dataclass(frozen=True, kw_only=True)
class MeterStatus(DataFault):
    """Gives enabled meters a metering status and a flag."""

    status: Annotated[str, doc("", "normal, not-metering, check-wiring")] = "check-wiring"
    flag: Annotated[str, doc("", "negative-production, production-imbalance, power-on-unused-phase")] = (
        "negative-production"
    )

    def edits(self, stage: Stage) -> Edits:
        """Change the list of meters."""
        return {METERS: lambda meters: map_each(meters, self._complain)}

    def _complain(self, meter: MeterInfo) -> MeterInfo:
        if meter.state != "enabled":
            return meter
        return changed(meter, metering_status=self.status, flags=(self.flag,) if self.flag else ())

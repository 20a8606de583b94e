"""An inverter that never reported, of this site or of the neighbour's gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.endpoints.inverters import INVERTERS, InverterReport
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.fault_inverters import MICROINVERTER
from openvoy.virtual.faults import fault


@fault("ghost-inverter", "Q33")
@dataclass(frozen=True, kw_only=True)
class GhostInverter(DataFault):
    """Adds an inverter whose last report was at time 0."""

    serial: Annotated[str, doc("", "its serial number")] = "122200099990"
    power_w: Annotated[int, doc("W", "what it is said to give")] = 0

    def edits(self, stage: Stage) -> Edits:
        """Add a row."""
        ghost = InverterReport(
            serial=self.serial,
            last_report_s=0,
            device_type=MICROINVERTER,
            last_report_w=self.power_w,
            max_report_w=self.power_w,
        )
        return {INVERTERS: lambda reports: (*reports, ghost)}

"""An inverter that went years ago and is still listed, with its last report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.endpoints.inverters import INVERTERS, InverterReport
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.fault_inverters import MICROINVERTER
from openvoy.virtual.faults import fault

_DAY_S = 86_400


@fault("stale-inverter", "Q33")
@dataclass(frozen=True, kw_only=True)
class StaleInverter(DataFault):
    """Adds an inverter whose last report is old."""

    serial: Annotated[str, doc("", "its serial number")] = "121512099991"
    days: Annotated[float, doc("d", "how old; 2 395 was measured")] = 2395.0
    power_w: Annotated[int, doc("W", "what it gave then")] = 187

    def edits(self, stage: Stage) -> Edits:
        """Add a row."""
        stale = InverterReport(
            serial=self.serial,
            last_report_s=int(stage.clock.now().timestamp() - self.days * _DAY_S),
            device_type=MICROINVERTER,
            last_report_w=self.power_w,
            max_report_w=self.power_w,
        )
        return {INVERTERS: lambda reports: (*reports, stale)}

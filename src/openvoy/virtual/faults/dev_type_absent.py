"""Reports that do not say what kind of device they are of, on 3.x and 4.2."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.faults import fault


@fault("dev-type-absent", "Q33")
@dataclass(frozen=True, kw_only=True)
class DevTypeAbsent(DataFault):
    """Leaves the kind of device out of the reports."""

    def edits(self, stage: Stage) -> Edits:
        """Change the rows."""
        return {INVERTERS: lambda reports: map_each(reports, lambda report: changed(report, device_type=None))}

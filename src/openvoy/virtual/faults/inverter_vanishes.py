"""Inverters that one reply leaves out and the next has again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault


@fault("inverter-vanishes", "Q12", "Q33")
@dataclass(frozen=True, kw_only=True)
class InverterVanishes(DataFault):
    """Leaves the first inverters out of the reports."""

    count: Annotated[int, doc("", "how many")] = 1

    def edits(self, stage: Stage) -> Edits:
        """Drop rows."""
        return {INVERTERS: lambda reports: reports[max(self.count, 0) :]}

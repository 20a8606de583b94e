"""An update of the firmware while clients are connected: only the identity page tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.identity import INFO
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault


@fault("firmware-changed", "Q63")
@dataclass(frozen=True, kw_only=True)
class FirmwareChanged(DataFault):
    """Names another firmware; everything else stays as it was."""

    version: Annotated[str, doc("", "what the identity page says")] = "D8.3.5289"

    def edits(self, stage: Stage) -> Edits:
        """Change the version."""
        return {INFO: lambda info: changed(info, software=self.version)}

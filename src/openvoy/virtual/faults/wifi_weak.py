"""A gateway at the edge of the Wi-Fi."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.network import WIRELESS, WirelessSettings
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault


@fault("wifi-weak")
@dataclass(frozen=True, kw_only=True)
class WifiWeak(DataFault):
    """Shows the joined network with few bars."""

    bars: Annotated[int, doc("", "0 to 5")] = 1

    def edits(self, stage: Stage) -> Edits:
        """Change the joined network."""
        return {WIRELESS: self._weaken}

    def _weaken(self, wireless: WirelessSettings) -> WirelessSettings:
        if wireless.current is None:
            return wireless
        return changed(wireless, configured=True, up=True, current=changed(wireless.current, bars=self.bars))

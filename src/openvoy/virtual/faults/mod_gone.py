"""A word that means nothing: `modGone` on devices that are well, as on an installation with AC Batteries."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, DeviceData
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault


@fault("mod-gone", "Q31")
@dataclass(frozen=True, kw_only=True)
class ModGone(DataFault):
    """Calls every device of the details gone; `active` still tells the truth."""

    def edits(self, stage: Stage) -> Edits:
        """Change the devices."""
        return {DEVICE_DATA: lambda devices: {key: _gone(device) for key, device in devices.items()}}


def _gone(device: DeviceData | int) -> DeviceData | int:
    return changed(device, gone=True) if isinstance(device, DeviceData) else device

"""Negative power without its sign: -4 W is 4294967292 in the details."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, DeviceChannel, DeviceData
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.faults import fault


@fault("unsigned-watts", "Q15")
@dataclass(frozen=True, kw_only=True)
class UnsignedWatts(DataFault):
    """Lets inverters draw power, printed as an unsigned number of 32 bits."""

    power_w: Annotated[int, doc("W", "what each draws")] = 4

    def edits(self, stage: Stage) -> Edits:
        """Change the inverters' power."""
        return {DEVICE_DATA: lambda devices: {key: self._drawing(device) for key, device in devices.items()}}

    def _drawing(self, device: DeviceData | int) -> DeviceData | int:
        if isinstance(device, int) or device.kind != "pcu" or device.channels is None:
            return device
        return changed(device, channels=map_each(device.channels, self._negative))

    def _negative(self, channel: DeviceChannel) -> DeviceChannel:
        if channel.power is None:
            return channel
        return changed(channel, power=changed(channel.power, now_w=2**32 - self.power_w))

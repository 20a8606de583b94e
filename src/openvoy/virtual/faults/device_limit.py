"""The limit of the device details: 50 devices, meters, relays and batteries among them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, DeviceData
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault

_LIMIT = "deviceDataLimit"


@fault("device-limit", "Q30")
@dataclass(frozen=True, kw_only=True)
class DeviceLimit(DataFault):
    """Lists no more devices than this; their count is still told."""

    limit: Annotated[int, doc("", "how many")] = 50

    def edits(self, stage: Stage) -> Edits:
        """Cut the list."""
        return {DEVICE_DATA: self._cut}

    def _cut(self, devices: dict[str, DeviceData | int]) -> dict[str, DeviceData | int]:
        listed = ((key, device) for key, device in devices.items() if isinstance(device, DeviceData))
        numbers = {key: device for key, device in devices.items() if isinstance(device, int)}
        return {**dict(islice(listed, self.limit)), **numbers, _LIMIT: self.limit}

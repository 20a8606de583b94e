"""Inverters that report every 15 or 60 minutes: the cloud sets it ("Polling Configuration", 300 to 3600 s).

A simulated site has its own interval in its file; this changes it at any time, for recordings too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, INVERTERS, DeviceChannel, DeviceData
from openvoy.protocol.endpoints.production import ProductionPage, ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_each, map_rows
from openvoy.virtual.fault_inverters import inverters_row
from openvoy.virtual.faults import fault


@fault("reports-every", "Q34")
@dataclass(frozen=True, kw_only=True)
class ReportsEvery(DataFault):
    """Lets inverters' values change only once an interval; in between the first ones of the interval stay."""

    interval_min: Annotated[float, doc("min", "how long an interval is")] = 60.0

    def edits(self, stage: Stage) -> Edits:
        """Keep what was said first in this interval."""

        def in_details(devices: dict[str, DeviceData | int]) -> dict[str, DeviceData | int]:
            kept: dict[str, DeviceData | int] = self._kept(stage, "details", devices)
            return {key: self._reported(device, kept.get(key)) for key, device in devices.items()}

        def on_page(page: ProductionPage) -> ProductionPage:
            row: ProductionRow | None = self._kept(stage, "row", inverters_row(page))
            return page if row is None else map_rows(page, lambda _row: row, kind="inverters")

        return {
            INVERTERS: lambda reports: self._kept(stage, "reports", reports),
            DEVICE_DATA: in_details,
            **dict.fromkeys(PAGES, on_page),
        }

    def _kept(self, stage: Stage, name: str, value: Any) -> Any:
        interval = int(stage.clock.now().timestamp() // self._interval_s)
        if stage.memory.get(name, (None, None))[0] != interval:
            stage.memory[name] = (interval, value)
        return stage.memory[name][1]

    def _reported(self, device: DeviceData | int, kept: DeviceData | int | None) -> DeviceData | int:
        if isinstance(device, int) or device.kind != "pcu" or not isinstance(kept, DeviceData):
            return device
        channels = None if kept.channels is None else map_each(kept.channels, self._longer)
        return changed(kept, channels=channels)

    def _longer(self, channel: DeviceChannel) -> DeviceChannel:
        last = channel.last
        if last is None or not last.duration_s or last.produced_j is None:
            return channel
        produced_j = round(last.produced_j * self._interval_s / last.duration_s)
        return changed(channel, last=changed(last, duration_s=int(self._interval_s), produced_j=produced_j))

    @property
    def _interval_s(self) -> float:
        return self.interval_min * 60

"""Lifetime of the inverters in 32-bit joules: their sum wraps on 7.x to 8.2.127, each one's part from 8.2.4264 on.

The wrap itself is in what a simulated site says; a young one has to be given the years that led to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.inverters import (
    DEVICE_DATA,
    DeviceChannel,
    DeviceData,
)
from openvoy.protocol.endpoints.production import (
    PDM_ENERGY,
    PRODUCTION_V1,
    PdmEnergy,
    ProductionPage,
    ProductionRow,
    ProductionTotals,
)
from openvoy.protocol.firmware import Firmware
from openvoy.units import JOULES_PER_WH, wh_from_kwh
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_rows
from openvoy.virtual.fault_inverters import WRAP_J, inverter_lifetimes_j
from openvoy.virtual.faults import fault

_EACH_WRAPS = Firmware((8, 2, 4264))


@fault("joule-wrap", "Q1")
@dataclass(frozen=True, kw_only=True)
class JouleWrap(DataFault):
    """Wraps the inverters' lifetime on the production page at 2^32 J; details and interval snapshots do not wrap."""

    kind: Annotated[
        Literal["auto", "sum", "each"], doc("", "all together, each inverter for itself, or as the firmware does")
    ] = "auto"
    earlier_kwh: Annotated[float, doc("kWh", "what each inverter had counted before the site or recording began")] = 0.0

    def edits(self, stage: Stage) -> Edits:
        """Change every place where inverters' lifetimes stand."""

        async def on_page(page: ProductionPage) -> ProductionPage:
            lifetimes = await inverter_lifetimes_j(stage)
            return map_rows(page, lambda row: self._wrap(row, lifetimes, stage), kind="inverters")

        async def in_snapshot(totals: ProductionTotals) -> ProductionTotals:
            return totals if stage.identity.metered else await self._aged(totals, stage)

        async def in_split_snapshot(energy: PdmEnergy) -> PdmEnergy:
            production = energy.production
            if production is None or production.inverters is None:
                return energy
            aged = await self._aged(production.inverters, stage)
            return changed(energy, production=changed(production, inverters=aged))

        return {
            **dict.fromkeys(PAGES, on_page),
            DEVICE_DATA: lambda devices: {key: self._older(device) for key, device in devices.items()},
            PRODUCTION_V1: in_snapshot,
            PDM_ENERGY: in_split_snapshot,
        }

    def _wrap(self, row: ProductionRow, lifetimes: dict[str, float], stage: Stage) -> ProductionRow:
        if row.lifetime_wh is None:
            return row
        if self.kind == "each" or (self.kind == "auto" and stage.identity.firmware >= _EACH_WRAPS):
            lifetime_j = sum(int(value_j + self._earlier_j) % WRAP_J for value_j in lifetimes.values())
        else:
            lifetime_j = int(row.lifetime_wh * JOULES_PER_WH + len(lifetimes) * self._earlier_j) % WRAP_J
        return changed(row, lifetime_wh=lifetime_j // JOULES_PER_WH)

    def _older(self, device: DeviceData | int) -> DeviceData | int:
        if isinstance(device, int) or device.kind != "pcu" or device.channels is None:
            return device
        return changed(device, channels=tuple(map(self._older_channel, device.channels)))

    def _older_channel(self, channel: DeviceChannel) -> DeviceChannel:
        lifetime = channel.lifetime
        if lifetime is None or lifetime.produced_j is None:
            return channel
        return changed(channel, lifetime=changed(lifetime, produced_j=int(lifetime.produced_j + self._earlier_j)))

    async def _aged(self, totals: ProductionTotals, stage: Stage) -> ProductionTotals:
        if totals.lifetime_wh is None:
            return totals
        earlier_wh = len(await inverter_lifetimes_j(stage)) * wh_from_kwh(self.earlier_kwh)
        return changed(totals, lifetime_wh=int(totals.lifetime_wh + earlier_wh))

    @property
    def _earlier_j(self) -> float:
        return wh_from_kwh(self.earlier_kwh) * JOULES_PER_WH

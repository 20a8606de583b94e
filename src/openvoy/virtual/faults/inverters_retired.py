"""Replaced inverters: still listed in the details, as inactive and without counters, and gone from every sum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.inventory import (
    INVENTORY,
    INVENTORY_PAGE,
    INVENTORY_PRESENT,
    InventoryDevice,
    InventoryGroup,
)
from openvoy.protocol.endpoints.inverters import (
    DEVICE_DATA,
    INVERTERS,
    DeviceChannel,
    DeviceData,
    DeviceEnergy,
    DevicePower,
    InverterReport,
    LastReading,
    LifetimeReading,
)
from openvoy.protocol.endpoints.production import (
    PDM_ENERGY,
    PRODUCTION_V1,
    PdmEnergy,
    ProductionPage,
    ProductionRow,
    ProductionTotals,
)
from openvoy.units import JOULES_PER_WH
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_each, map_rows
from openvoy.virtual.fault_inverters import inverter_lifetimes_j
from openvoy.virtual.faults import fault

_DELETED = 3
_NO_POWER = DevicePower(now_w=0, used_w=0, max_w=0)
_NO_ENERGY = DeviceEnergy(today_wh=0, yesterday_wh=0, week_wh=0)


@fault("inverters-retired", "Q2", "Q31")
@dataclass(frozen=True, kw_only=True)
class InvertersRetired(DataFault):
    """Takes the first inverters out of service."""

    count: Annotated[int, doc("", "how many")] = 1

    def edits(self, stage: Stage) -> Edits:
        """Change lists and sums."""
        return {
            **dict.fromkeys(PAGES, partial(self._on_page, stage)),
            INVERTERS: partial(self._in_reports, stage),
            DEVICE_DATA: partial(self._in_details, stage),
            PRODUCTION_V1: partial(self._in_snapshot, stage),
            PDM_ENERGY: partial(self._in_split_snapshot, stage),
            INVENTORY: partial(self._in_inventory, stage, keep=True),
            INVENTORY_PAGE: partial(self._in_inventory, stage, keep=False),
            INVENTORY_PRESENT: partial(self._in_inventory, stage, keep=False),
        }

    async def _gone(self, stage: Stage) -> dict[str, float]:
        """Give the retired ones with what they had counted, J."""
        lifetimes = await inverter_lifetimes_j(stage)
        return dict(list(lifetimes.items())[: self.count])

    async def _on_page(self, stage: Stage, page: ProductionPage) -> ProductionPage:
        gone = await self._gone(stage)
        return map_rows(page, lambda row: _without(row, gone), kind="inverters")

    async def _in_reports(self, stage: Stage, reports: tuple[InverterReport, ...]) -> tuple[InverterReport, ...]:
        gone = await self._gone(stage)
        return tuple(report for report in reports if report.serial not in gone)

    async def _in_details(self, stage: Stage, devices: dict[str, DeviceData | int]) -> dict[str, DeviceData | int]:
        gone = await self._gone(stage)
        return {key: _retire(device, gone) for key, device in devices.items()}

    async def _in_snapshot(self, stage: Stage, totals: ProductionTotals) -> ProductionTotals:
        return totals if stage.identity.metered else _less(totals, await self._gone(stage))

    async def _in_split_snapshot(self, stage: Stage, energy: PdmEnergy) -> PdmEnergy:
        production = energy.production
        if production is None or production.inverters is None:
            return energy
        less = _less(production.inverters, await self._gone(stage))
        return changed(energy, production=changed(production, inverters=less))

    async def _in_inventory(
        self, stage: Stage, groups: tuple[InventoryGroup, ...], *, keep: bool
    ) -> tuple[InventoryGroup, ...]:
        gone = await self._gone(stage)
        return map_each(groups, lambda group: _deleted(group, gone, keep=keep))


def _retire(device: DeviceData | int, gone: dict[str, float]) -> DeviceData | int:
    if isinstance(device, int) or device.serial not in gone or device.channels is None:
        return device
    channels = tuple(map(_emptied, device.channels))
    return changed(device, active=False, gone=True, channels=channels)


def _emptied(channel: DeviceChannel) -> DeviceChannel:
    return changed(
        channel, created_s=0, energy=_NO_ENERGY, power=_NO_POWER, last=LastReading(), lifetime=LifetimeReading()
    )


def _without(row: ProductionRow, gone: dict[str, float]) -> ProductionRow:
    if row.lifetime_wh is None or row.active_count is None:
        return row
    lifetime_wh = max(row.lifetime_wh - sum(gone.values()) // JOULES_PER_WH, 0)
    return changed(row, active_count=max(row.active_count - len(gone), 0), lifetime_wh=lifetime_wh)


def _less(totals: ProductionTotals, gone: dict[str, float]) -> ProductionTotals:
    if totals.lifetime_wh is None:
        return totals
    return changed(totals, lifetime_wh=max(totals.lifetime_wh - sum(gone.values()) // JOULES_PER_WH, 0))


def _deleted(group: InventoryGroup, gone: dict[str, float], *, keep: bool) -> InventoryGroup:
    if group.devices is None:
        return group

    def delete(device: InventoryDevice) -> InventoryDevice:
        return changed(device, admin_state=_DELETED, producing=False, communicating=False, operating=False)

    devices = (delete(device) if device.serial in gone else device for device in group.devices)
    return changed(group, devices=tuple(device for device in devices if keep or device.admin_state != _DELETED))

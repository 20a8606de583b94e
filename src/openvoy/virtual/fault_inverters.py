"""What faults need to know of the inverters: who they are and what each has counted."""

from __future__ import annotations

from openvoy.codec import each
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, INVERTERS, DeviceData
from openvoy.protocol.endpoints.production import PRODUCTION_PAGE, ProductionPage, ProductionRow
from openvoy.units import JOULES_PER_WH
from openvoy.virtual.fault import Stage

MICROINVERTER = 1
WRAP_J = 2**32


async def inverter_serials(stage: Stage) -> tuple[str, ...]:
    """List the inverters that the source reports, in its order."""
    reports = await stage.ask(INVERTERS)
    return tuple(
        report.serial
        for report in each(reports)
        if report.serial is not None and report.device_type in {None, MICROINVERTER}
    )


async def inverter_lifetimes_j(stage: Stage) -> dict[str, float]:
    """Give what each inverter has counted: by its own word, else an even part of what the page says of all."""
    serials = await inverter_serials(stage)
    devices = (await stage.ask(DEVICE_DATA)) or {}
    counted = {device.serial: _lifetime_j(device) for device in devices.values() if isinstance(device, DeviceData)}
    known = {serial: value_j for serial in serials if (value_j := counted.get(serial)) is not None}
    if len(known) == len(serials):
        return known
    page: ProductionPage | None = await stage.ask(PRODUCTION_PAGE)
    row = inverters_row(page)
    total_j = 0.0 if row is None or row.lifetime_wh is None else row.lifetime_wh * JOULES_PER_WH
    share_j = max(total_j - sum(known.values()), 0.0) / (len(serials) - len(known))
    return {serial: known.get(serial, share_j) for serial in serials}


def inverters_row(page: ProductionPage | None) -> ProductionRow | None:
    """Find the row of all inverters together."""
    return next((row for row in each(None if page is None else page.production) if row.kind == "inverters"), None)


def _lifetime_j(device: DeviceData) -> float | None:
    channel = next(iter(each(device.channels)), None)
    return None if device.kind != "pcu" or channel is None or channel.lifetime is None else channel.lifetime.produced_j

"""Serial numbers of a site's devices, numbered after their gateway: twelve digits, no two alike on one site."""

from __future__ import annotations

from openvoy.virtual.site.definition import SiteDefinition

PANEL_STEP = 37


def inverter_serials(site: SiteDefinition) -> tuple[str, ...]:
    """Number the microinverters, in the order of the arrays."""
    return tuple(_after(site, 10_000_000 + PANEL_STEP * place) for place in range(1, site.panel_count + 1))


def battery_serials(site: SiteDefinition) -> tuple[str, ...]:
    """Number the batteries."""
    units = 0 if site.battery is None else site.battery.units
    return tuple(_after(site, 30_000_000 + PANEL_STEP * place) for place in range(1, units + 1))


def _after(site: SiteDefinition, distance: int) -> str:
    prefix, number = site.gateway.serial[:4], int(site.gateway.serial[4:])
    return f"{prefix}{(number + distance) % 100_000_000:08d}"

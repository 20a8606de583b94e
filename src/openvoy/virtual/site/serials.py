"""Serial numbers of a site's devices, numbered after their gateway: twelve digits, no two alike on one site."""

from __future__ import annotations

from openvoy.virtual.site.definition import SiteDefinition

STEP = 37
FIRST_INVERTER = 10_000_000
FIRST_BATTERY = 30_000_000
FIRST_ACB = 40_000_000
CONTROLLER = 50_000_000
COLLAR = 51_000_000
COMBINER = 52_000_000
REVENUE_METER = 53_000_000
FIRST_Q_RELAY = 54_000_000


def inverter_serials(site: SiteDefinition) -> tuple[str, ...]:
    """Number the microinverters, in the order of the arrays; those that replace others come after all of them."""
    replaced = sum(panel.replaced is not None for row in site.array for panel in row.panel)
    return _row(site, FIRST_INVERTER, site.panel_count + replaced)


def battery_serials(site: SiteDefinition) -> tuple[str, ...]:
    """Number the batteries."""
    return _row(site, FIRST_BATTERY, 0 if site.battery is None else site.battery.units)


def acb_serials(site: SiteDefinition) -> tuple[str, ...]:
    """Number the AC Batteries."""
    return _row(site, FIRST_ACB, 0 if site.acb is None else site.acb.units)


def q_relay_serials(site: SiteDefinition) -> tuple[str, ...]:
    """Number the Q-relays."""
    return _row(site, FIRST_Q_RELAY, site.gateway.q_relays)


def controller_serial(site: SiteDefinition) -> str:
    """Number the system controller."""
    return _after(site, CONTROLLER)


def collar_serial(site: SiteDefinition) -> str:
    """Number the meter collar."""
    return _after(site, COLLAR)


def combiner_serial(site: SiteDefinition) -> str:
    """Number the controller of the combiner."""
    return _after(site, COMBINER)


def revenue_meter_serial(site: SiteDefinition) -> str:
    """Number the revenue meter of the combiner."""
    return _after(site, REVENUE_METER)


def _row(site: SiteDefinition, first: int, count: int) -> tuple[str, ...]:
    return tuple(_after(site, first + STEP * place) for place in range(1, count + 1))


def _after(site: SiteDefinition, distance: int) -> str:
    prefix, number = site.gateway.serial[:4], int(site.gateway.serial[4:])
    return f"{prefix}{(number + distance) % 100_000_000:08d}"

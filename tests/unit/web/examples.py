"""Statuses and snapshots for tests."""

from __future__ import annotations

from typing import Any

from openvoy.model import GatewayInfo, Inverter, Power, Snapshot
from openvoy.ports import GatewayStatus
from openvoy.testing.clock import NOON


def a_status(name: str = "home", **changes: Any) -> GatewayStatus:
    """Build the status of a gateway that is well."""
    values = {"host": "envoy.local", "serial": f"1220{name}", "state": "ok", "fresh_at": NOON, "is_fresh": True}
    return GatewayStatus(name=name, **{**values, **changes})


def a_snapshot(solar_w: float | None = 1.0, *, panels: int = 0, serial: str = "1220home") -> Snapshot:
    """Build a snapshot with a power to recognise it by, and as many panels as it shall be big."""
    inverters = tuple(Inverter(serial=f"4821{n:08}", at=NOON, power_w=200.0 + n) for n in range(panels))
    return Snapshot(gateway=GatewayInfo(serial=serial), at=NOON, power=Power(solar_w=solar_w), inverters=inverters)

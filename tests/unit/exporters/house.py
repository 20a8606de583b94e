"""A small site made by hand, and the feed that has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from openvoy.model import Battery, Channel, Energy, Inverter, Meter, Power, Snapshot
from openvoy.model.snapshot import GatewayInfo
from openvoy.ports import GatewayStatus, HistoryStatus, Update

AT = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
SNAPSHOT = Snapshot(
    gateway=GatewayInfo(serial="122000000001", firmware="8.2.4345", model="metered", phases=1),
    at=AT,
    power=Power(solar_w=2500.0, grid_w=-1000.0, battery_w=0.0, load_w=1500.0),
    energy=Energy(solar_wh=1000.0, import_wh=200.5, export_wh=300.0),
    meters=(
        Meter(
            eid=704643328,
            kind="production",
            state="enabled",
            phase_count=1,
            active_power_w=2500.0,
            delivered_wh=1000.0,
            channels=(Channel(phase="L1", active_power_w=2500.0, voltage_v=230.1),),
        ),
    ),
    inverters=(Inverter(serial="482200000001", at=AT, power_w=250.0, lifetime_wh=90.0, producing=True),),
    batteries=(Battery(serial="492200000001", kind="iq", soc_pct=55.0, power_w=-12.0),),
)
STATUS = GatewayStatus(name="home", host="envoy.local", serial="122000000001", state="ok", fresh_at=AT, is_fresh=True)


class StillFeed:
    """A feed in which nothing changes by itself."""

    def __init__(self, snapshot: Snapshot | None = SNAPSHOT, *, is_fresh: bool = True) -> None:
        self._snapshot, self._status = snapshot, replace(STATUS, is_fresh=is_fresh)

    def statuses(self) -> Sequence[GatewayStatus]:
        return (self._status,)

    def latest(self, name: str) -> Snapshot | None:
        return self._snapshot

    def history(self) -> HistoryStatus:
        return HistoryStatus()

    async def updates(self) -> AsyncIterator[Update]:
        yield Update(status=self._status, snapshot=self._snapshot)

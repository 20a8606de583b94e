"""What simple programs of the house want ready-made: how many there are, today, the last seven days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from openvoy.model import Snapshot
from openvoy.ports import Columns, Store

FLOWS = ("solar", "load", "import", "export", "charge", "discharge")
WEEK = timedelta(days=7)
IDLE_W = 25.0
"""Inverters of batteries at rest take or give about so much."""

Sums = Mapping[str, float | None]


def build_summary(snapshot: Snapshot) -> Mapping[str, str]:
    """Count the devices and say what the batteries do, by topic below the gateway's."""
    battery_w, energy = snapshot.power.battery_w, snapshot.energy
    net_wh = _difference(energy.import_wh, energy.export_wh)
    return {
        "summary/panel_count": str(len(snapshot.inverters)),
        "summary/producing_count": str(sum(one.producing is True for one in snapshot.inverters)),
        "summary/battery_count": str(len(snapshot.batteries)),
        "summary/battery_state": "" if battery_w is None else _state(battery_w),
        "summary/net_wh": _render(net_wh),
    }


async def read_days(store: Store, gateway: str, *, zone: ZoneInfo, now: datetime) -> Mapping[str, str]:
    """Read the energies of today and of the seven days before it, by topic below the gateway's; raise StorageError."""
    today = now.astimezone(zone).date()
    start, end = _midnight(today - WEEK, zone), _midnight(today + timedelta(days=1), zone)
    columns = await store.read_energy(start=start, end=end, by="day", time_zone=zone.key, gateway=gateway)
    limit_s = _midnight(today, zone).timestamp()
    parts = {"today": _sum(columns, from_s=limit_s), "week": _sum(columns, until_s=limit_s)}
    return {
        f"{period}/{name}_wh": _render(value)
        for period, sums in parts.items()
        for name, value in {**sums, "net": _difference(sums["import"], sums["export"])}.items()
    }


def _sum(columns: Columns, *, from_s: float = float("-inf"), until_s: float = float("inf")) -> dict[str, float | None]:
    rows = [index for index, at in enumerate(columns["start"]) if at is not None and from_s <= float(at) < until_s]
    return {name: _total(columns, f"{name}_wh", rows) for name in FLOWS}


def _total(columns: Columns, name: str, rows: list[int]) -> float | None:
    values = [float(value) for index in rows if (value := columns[name][index]) is not None]
    return sum(values) if values else None


def _difference(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


def _render(value: float | None) -> str:
    return "" if value is None else str(round(value, 3))


def _state(battery_w: float) -> str:
    if abs(battery_w) < IDLE_W:
        return "idle"
    return "discharging" if battery_w > 0 else "charging"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)

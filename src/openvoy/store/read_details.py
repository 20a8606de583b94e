"""Readings of meters by step, and all devices that were ever seen."""

from __future__ import annotations

from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault

MOST_ROWS = 500_000
"""More rows at once would take more memory than a small computer has to spare."""
_RANGED = ("active_power_w", "voltage_v", "frequency_hz")
"""Of these the lowest and highest minute of a step are told too."""
_NEGLIGIBLE_DIGITS = 3


def read_meters(
    session: Session, *, start_s: int, end_s: int, step_s: int, gateway: str | None, eid: int | None
) -> Columns:
    """Read means over steps from the start on, with lowest and highest minute, by time, meter and phase."""
    meters = {
        number: (serial, owner, channel)
        for number, serial, owner, channel in session.rows(
            "SELECT meter.id, gateway.serial, meter.eid, meter.channel FROM meter "
            "JOIN gateway ON gateway.id = meter.gateway_id "
            "WHERE ($1 IS NULL OR gateway.serial = $1) AND ($2 IS NULL OR meter.eid = $2)",
            [gateway, eid],
        )
    }
    selected = {
        **{measure.name: f"avg({measure.name})" for measure in tables.METER_READING.measures},
        **{f"{name}_{what}": f"{what}({name})" for name in _RANGED for what in ("min", "max")},
    }
    names = ("at", "gateway", "eid", "channel", *selected)
    if not meters:
        return {name: [] for name in names}
    values = ", ".join(f"round(CAST({value} AS DOUBLE), {_NEGLIGIBLE_DIGITS})" for value in selected.values())
    rows = session.rows(
        f"SELECT CAST(floor((epoch(time) - {start_s}) / {step_s}) AS BIGINT) AS step, meter_id, {values} "
        f"FROM {session.of(tables.METER_READING, start_s, end_s)} "
        f"WHERE meter_id IN ({', '.join(map(str, meters))}) GROUP BY step, meter_id ORDER BY step, meter_id LIMIT ?",
        [MOST_ROWS + 1],
    )
    if len(rows) > MOST_ROWS:
        raise StoreFault(Fault.MEMORY, f"History: more than {MOST_ROWS} readings are too many to read at once.")
    found = [(start_s + step * step_s, *meters[number], *measured) for step, number, *measured in rows]
    return dict(zip(names, zip(*found, strict=True) if found else ([],) * len(names), strict=True))


def read_devices(session: Session, *, gateway: str | None) -> Columns:
    """Read all devices, by gateway, kind and serial."""
    names = ("gateway", "kind", "serial", "part_number", "firmware", "first_seen", "last_seen")
    rows = session.rows(
        "SELECT gateway.serial, device.kind, device.serial, device.part_number, device.firmware, "
        "CAST(epoch(device.first_seen) AS BIGINT), CAST(epoch(device.last_seen) AS BIGINT) "
        "FROM device JOIN gateway ON gateway.id = device.gateway_id "
        "WHERE ($1 IS NULL OR gateway.serial = $1) ORDER BY 1, 2, 3",
        [gateway],
    )
    return dict(zip(names, zip(*rows, strict=True) if rows else ([],) * len(names), strict=True))

"""Rows as they are kept: for accounting anew, for exporters, and for looking closely."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from openvoy.model.records import CorrectionRecord, EnergyRecord
from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.tables import Table
from openvoy.store.times import utc

MOST_ROWS = 1_000_000
"""More rows at once would take more memory than a small computer has to spare."""

_OF_GATEWAY = {"gateway": "gateway.serial"}
_OF_METER = {**_OF_GATEWAY, "eid": "meter.eid", "channel": "meter.channel"}
_OF_DEVICE = {**_OF_GATEWAY, "serial": "device.serial"}
_OF_SOURCE = {
    **_OF_GATEWAY,
    **{name: f"counter_source.{name}" for name in ("quantity", "endpoint", "block", "device")},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Follow:
    """How the rows of a table are told to somebody who knows no ids."""

    table: Table
    owner: str
    """The table that the first column of the key refers to."""
    names: Mapping[str, str]

    @property
    def joined(self) -> str:
        """The source of rows, with names."""
        rows = f"{self.table.name} JOIN {self.owner} ON {self.owner}.id = {self.table.name}.{self.table.key[0]}"
        return rows if self.owner == "gateway" else f"{rows} JOIN gateway ON gateway.id = {self.owner}.gateway_id"


FOLLOWED: Mapping[str, _Follow] = {
    "live": _Follow(table=tables.LIVE, owner="gateway", names=_OF_GATEWAY),
    "power": _Follow(table=tables.POWER, owner="gateway", names=_OF_GATEWAY),
    "energy": _Follow(table=tables.ENERGY, owner="gateway", names=_OF_GATEWAY),
    "meters": _Follow(table=tables.METER_READING, owner="meter", names=_OF_METER),
    "inverters": _Follow(table=tables.INVERTER_REPORT, owner="device", names=_OF_DEVICE),
    "batteries": _Follow(table=tables.BATTERY_READING, owner="device", names=_OF_DEVICE),
    "counters": _Follow(table=tables.COUNTER_READING, owner="counter_source", names=_OF_SOURCE),
    "steps": _Follow(table=tables.COUNTER_STEP, owner="counter_source", names=_OF_SOURCE),
    "device_energy": _Follow(table=tables.DEVICE_ENERGY, owner="device", names={**_OF_DEVICE, "kind": "device.kind"}),
    "phase_energy": _Follow(table=tables.PHASE_ENERGY, owner="meter", names=_OF_METER),
    "events": _Follow(table=tables.EVENT, owner="gateway", names=_OF_GATEWAY),
    "gaps": _Follow(table=tables.GAP, owner="gateway", names=_OF_GATEWAY),
    "corrections": _Follow(table=tables.CORRECTION, owner="gateway", names=_OF_GATEWAY),
}
"""By the name that Batch has for them."""


def _selected(follow: _Follow) -> Mapping[str, str]:
    """Expressions of the columns by their names in records."""
    table = follow.table
    found = {"at": f"epoch({table.name}.time)", **follow.names}
    for name in (*table.key[2:], *table.extras):
        is_time = name.endswith("_time")
        found[name.removesuffix("_time")] = f"epoch({table.name}.{name})" if is_time else f"{table.name}.{name}"
    return {**found, **{measure.name: f"CAST({table.name}.{measure.name} AS DOUBLE)" for measure in table.measures}}


def read_since(session: Session, kind: str, sequence: int, limit: int) -> Columns:
    """Read the rows after a sequence number, in its order, with the names of their owners."""
    if kind not in FOLLOWED:
        raise StoreFault(Fault.BAD_VALUE, f"History: rows can be {', '.join(FOLLOWED)}, not {kind}.")
    follow = FOLLOWED[kind]
    columns = {"seq": f"{follow.table.name}.seq", **_selected(follow)}
    rows = session.rows(
        f"SELECT {', '.join(columns.values())} FROM {follow.joined} WHERE {follow.table.name}.seq > ? "
        f"ORDER BY {follow.table.name}.seq LIMIT ?",
        [sequence, limit],
    )
    return _columns(columns, rows)


def read_range(session: Session, kind: str, *, start_s: int, end_s: int, gateway: str | None) -> Columns:
    """Read the rows of a time, in its order, with the names of their owners."""
    follow = FOLLOWED[kind]
    columns = _selected(follow)
    rows = session.rows(
        f"SELECT {', '.join(columns.values())} FROM {follow.joined} "
        f"WHERE {follow.table.name}.time >= $1 AND {follow.table.name}.time < $2 "
        f"AND ($3 IS NULL OR gateway.serial = $3) ORDER BY {follow.table.name}.time, {follow.table.name}.seq "
        f"LIMIT {MOST_ROWS + 1}",
        [utc(start_s), utc(end_s), gateway],
    )
    if len(rows) > MOST_ROWS:
        raise StoreFault(Fault.MEMORY, f"History: more than {MOST_ROWS} rows are too many to read at once.")
    return _columns(columns, rows)


def _columns(names: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> Columns:
    return dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))


def read_energy_rows(session: Session, *, start_s: int, end_s: int, gateway: str | None) -> list[EnergyRecord]:
    """Read accounted counters as records, by time."""
    names = ("time", "gateway", *tables.ENERGY.extras, *(measure.name for measure in tables.ENERGY.measures))
    selected = ", ".join(
        (
            "time, gateway.serial",
            *tables.ENERGY.extras,
            *(f"CAST({measure.name} AS DOUBLE)" for measure in tables.ENERGY.measures),
        )
    )
    rows = session.rows(
        f"SELECT {selected} FROM energy JOIN gateway ON gateway.id = gateway_id "
        "WHERE time >= $1 AND time < $2 AND ($3 IS NULL OR gateway.serial = $3) ORDER BY time, gateway.id",
        [utc(start_s), utc(end_s), gateway],
    )
    return [
        EnergyRecord(at=at.replace(tzinfo=UTC), **dict(zip(names[1:], values, strict=True))) for at, *values in rows
    ]


def read_corrections(session: Session, *, gateway: str | None) -> list[CorrectionRecord]:
    """Read what persons corrected, oldest word first; revoked ones too."""
    rows = session.rows(
        "SELECT gateway.serial, time, kind, start_time, end_time, details, revoked FROM correction "
        "JOIN gateway ON gateway.id = gateway_id WHERE ($1 IS NULL OR gateway.serial = $1) ORDER BY time, seq",
        [gateway],
    )
    return [
        CorrectionRecord(
            gateway=serial,
            at=at.replace(tzinfo=UTC),
            kind=kind,
            start=start.replace(tzinfo=UTC),
            end=end.replace(tzinfo=UTC),
            details=json.loads(details),
            revoked=revoked,
        )
        for serial, at, kind, start, end, details, revoked in rows
    ]

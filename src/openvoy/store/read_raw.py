"""Rows as they are kept: for accounting anew, for exporters, and for looking closely."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from openvoy.model.records import CorrectionRecord, EnergyRecord
from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.catalog import Part
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.names import NAMES, joined
from openvoy.store.tables import Table
from openvoy.store.times import utc

MOST_ROWS = 1_000_000
"""More rows at once would take more memory than a small computer has to spare."""

FOLLOWED: Mapping[str, Table] = {
    "live": tables.LIVE,
    "power": tables.POWER,
    "energy": tables.ENERGY,
    "meters": tables.METER_READING,
    "inverters": tables.INVERTER_REPORT,
    "batteries": tables.BATTERY_READING,
    "counters": tables.COUNTER_READING,
    "steps": tables.COUNTER_STEP,
    "device_energy": tables.DEVICE_ENERGY,
    "phase_energy": tables.PHASE_ENERGY,
    "events": tables.EVENT,
    "gaps": tables.GAP,
    "corrections": tables.CORRECTION,
}
"""By the name that Batch has for them."""
PAGE_PARTS = 2
"""Sealed files that one page of the outbox is read from, at least."""


def _selected(table: Table) -> Mapping[str, str]:
    """Expressions of the columns by their names in records."""
    found = {"at": f"epoch({table.name}.time)", **NAMES[table]}
    for name in (*table.key[2:], *table.extras):
        is_time = name.endswith("_time")
        found[name.removesuffix("_time")] = f"epoch({table.name}.{name})" if is_time else f"{table.name}.{name}"
    return {**found, **{measure.name: f"CAST({table.name}.{measure.name} AS DOUBLE)" for measure in table.measures}}


def look_at_files(session: Session, kind: str, start_s: int, end_s: int) -> None:
    """Have the sealed files of a kind and a time looked at, whose rows are not always read: what is lost is told."""
    session.catalog.files(_followed_table(kind), start_s, end_s)


def read_since(session: Session, kind: str, sequence: int, limit: int) -> Columns:
    """Read the rows after a sequence number, in its order, with the names of their owners."""
    table = _followed_table(kind)
    columns = {"seq": f"{table.name}.seq", **_selected(table)}
    parts = _parts_since(session, table, sequence)
    rows: list[tuple[Any, ...]] = []
    # Files in the order of their first rows: below the first of those left out, nothing is missing.
    for count in range(min(PAGE_PARTS, len(parts)), len(parts) + 1):
        below = parts[count].first_seq if count < len(parts) else None
        rows = session.rows(
            f"SELECT {', '.join(columns.values())} FROM {joined(table, _followed(session, table, parts[:count]))} "
            f"WHERE {table.name}.seq > $1 AND ($2 IS NULL OR {table.name}.seq < $2) "
            f"ORDER BY {table.name}.seq LIMIT $3",
            [sequence, below, limit],
        )
        if rows:
            break
    return _columns(columns, rows)


def read_last_sequence(session: Session, kind: str) -> int:
    """Find the sequence of the newest row, 0 where there is none."""
    table = _followed_table(kind)
    ((newest,),) = session.rows(f"SELECT coalesce(max(seq), 0) FROM {table.name}")
    return max([int(newest), *(part.last_seq for part in _parts_since(session, table, 0))])


def _followed_table(kind: str) -> Table:
    if kind not in FOLLOWED:
        raise StoreFault(Fault.BAD_VALUE, f"History: rows can be {', '.join(FOLLOWED)}, not {kind}.")
    return FOLLOWED[kind]


def _parts_since(session: Session, table: Table, sequence: int) -> list[Part]:
    """Sealed files with rows after a sequence number, by their first."""
    if table not in tables.MOVED:
        return []
    parts = (part for key, part in session.catalog.parts.items() if key.table == table.name)
    return sorted(
        (part for part in parts if part.last_seq > sequence and session.catalog.has(part)),
        key=lambda part: part.first_seq,
    )


def _followed(session: Session, table: Table, parts: Sequence[Part]) -> str:
    if not parts:
        return table.name
    hot = f"SELECT {', '.join(table.columns)} FROM {table.name}"
    return f"({hot} UNION ALL {session.catalog.sealed(table, parts)}) AS {table.name}"


def read_range(session: Session, kind: str, *, start_s: int, end_s: int, gateway: str | None) -> Columns:
    """Read the rows of a time, in its order, with the names of their owners."""
    table = FOLLOWED[kind]
    columns = _selected(table)
    rows = session.rows(
        f"SELECT {', '.join(columns.values())} FROM {joined(table, session.of(table, start_s, end_s))} "
        f"WHERE ($1 IS NULL OR gateway.serial = $1) ORDER BY {table.name}.time, {table.name}.seq "
        f"LIMIT {MOST_ROWS + 1}",
        [gateway],
    )
    if len(rows) > MOST_ROWS:
        raise StoreFault(Fault.MEMORY, f"History: more than {MOST_ROWS} rows are too many to read at once.")
    return _columns(columns, rows)


def read_first(session: Session, kind: str, *, start_s: int, end_s: int, gateway: str | None) -> float | None:
    """Find when the first row of a time is, in Unix seconds; None where there is none."""
    table = FOLLOWED[kind]
    ((first_s,),) = session.rows(
        f"SELECT epoch(min({table.name}.time)) FROM {joined(table, session.of(table, start_s, end_s))} "
        "WHERE ($1 IS NULL OR gateway.serial = $1)",
        [gateway],
    )
    return None if first_s is None else float(first_s)


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

"""Columns at once, for history that comes from elsewhere: millions of rows in seconds."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from openvoy.store import tables
from openvoy.store.catalog import Key, month_of, months_between
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.ledger import Ledger
from openvoy.store.rows import Owner
from openvoy.store.tables import Measure, Table
from openvoy.store.times import utc

CHUNK_ROWS = 122_880
"""Rows handled together: what the engine keeps as one group."""

NEVER = datetime.min  # noqa: DTZ901 - tables have UTC without zone

Cell = str | bool | int | float | None
BulkColumns = Mapping[str, Any]
"""By name of the record's member: a sequence or array, or one value for all rows. `at` is Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How a kind of record becomes rows."""

    table: Table
    owner: str
    """What a row belongs to, as in `rows.Owner`; "device" where a column says the kind."""
    names: Mapping[str, str]
    """Types of the columns that name the owner, after `gateway`."""
    extras: Mapping[str, str]
    """Types of the further columns."""
    defaults: Mapping[str, Cell]


class _Owner(NamedTuple):
    """What rows belong to: its id and names, and the first and last time among the rows."""

    id: int
    names: tuple[Any, ...]
    first: datetime
    last: datetime


_POWER_EXTRAS = {"interval_s": "INTEGER"}
_LAYOUTS = {
    "live": _Layout(table=tables.LIVE, owner="gateway", names={}, extras=_POWER_EXTRAS, defaults={}),
    "power": _Layout(table=tables.POWER, owner="gateway", names={}, extras=_POWER_EXTRAS, defaults={"interval_s": 60}),
    "energy": _Layout(
        table=tables.ENERGY,
        owner="gateway",
        names={},
        extras={"estimated": "BOOLEAN", "charge_estimated": "BOOLEAN", "rules_version": "INTEGER"},
        defaults={"estimated": False, "charge_estimated": False, "rules_version": 1},
    ),
    "device_energy": _Layout(
        table=tables.DEVICE_ENERGY,
        owner="device",
        names={"kind": "VARCHAR", "serial": "VARCHAR"},
        extras={"estimated": "BOOLEAN"},
        defaults={"kind": "inverter", "estimated": False},
    ),
    "phase_energy": _Layout(
        table=tables.PHASE_ENERGY,
        owner="meter",
        names={"eid": "BIGINT", "channel": "INTEGER"},
        extras={"estimated": "BOOLEAN"},
        defaults={"estimated": False},
    ),
    "meters": _Layout(
        table=tables.METER_READING,
        owner="meter",
        names={"eid": "BIGINT", "channel": "INTEGER"},
        extras={},
        defaults={"channel": 0},
    ),
    "inverters": _Layout(
        table=tables.INVERTER_REPORT, owner="inverter", names={"serial": "VARCHAR"}, extras={}, defaults={}
    ),
    "batteries": _Layout(
        table=tables.BATTERY_READING, owner="battery", names={"serial": "VARCHAR"}, extras={}, defaults={}
    ),
    "counters": _Layout(
        table=tables.COUNTER_READING,
        owner="source",
        names=dict.fromkeys(("quantity", "endpoint", "block", "device"), "VARCHAR"),
        extras={"firmware": "VARCHAR"},
        defaults={"device": "", "firmware": ""},
    ),
}


class Bulk:
    """Columns of one kind of record, checked; `write` puts them in."""

    def __init__(self, kind: str, columns: BulkColumns) -> None:
        """Check names and lengths; raise StorageError."""
        if kind not in _LAYOUTS:
            raise StoreFault(Fault.BAD_VALUE, f"History: columns can be {', '.join(_LAYOUTS)}, not {kind}.")
        self._layout = _LAYOUTS[kind]
        self._types = _types_of(self._layout)
        given = {**self._layout.defaults, **columns}
        _check_names(kind, given, self._layout, self._types)
        self._fixed: dict[str, Cell] = {name: value for name, value in given.items() if isinstance(value, Cell)}
        self._varying = {name: value for name, value in given.items() if name not in self._fixed}
        lengths = {len(value) for value in self._varying.values()}
        if len(lengths) != 1:
            raise StoreFault(Fault.BAD_VALUE, f"History: columns of {kind} must all be of one length, not {lengths}.")
        self._length = lengths.pop()

    def write(self, ledger: Ledger) -> None:
        """Put all rows in, in one transaction; a row replaces the one of its key."""
        shelf = ledger.shelves[self._layout.table]
        newest: dict[int, datetime] = {}
        sequence = shelf.next_sequence
        with ledger.transaction():
            ledger.note_unjournaled()
            for start in range(0, self._length, CHUNK_ROWS):
                with self._source(ledger.session, slice(start, start + CHUNK_ROWS)):
                    owners = self._resolve(ledger)
                    self._take_back(ledger, owners)
                    for owner in owners:
                        ledger.note_month(owner.first)
                    self._prepare(ledger.session, owners)
                if any(
                    shelf.may_have(owner.id, owner.first) or owner.first <= newest.get(owner.id, NEVER)
                    for owner in owners
                ):
                    self._remove_replaced(ledger.session)
                sequence += self._insert(ledger.session, sequence)
                newest.update({owner.id: max(owner.last, newest.get(owner.id, NEVER)) for owner in owners})
        shelf.reload()

    def _source(self, session: Session, part: slice) -> contextlib.AbstractContextManager[None]:
        """Let a part of the columns be read as the table `source`."""
        columns = {name: column[part] for name, column in self._varying.items()}
        if all(hasattr(column, "dtype") for column in columns.values()):
            return session.lending("source", columns)
        types = {name: self._types[name] for name in columns}
        return session.staging("source", types, zip(*columns.values(), strict=True))

    def _sql(self, name: str) -> str:
        """The expression for a column: itself, or the one value that all rows have."""
        return _literal(self._fixed[name]) if name in self._fixed else f"source.{name}"

    def _resolve(self, ledger: Ledger) -> list[_Owner]:
        """Give ids to what the rows of `source` belong to."""
        names = [f"CAST({self._sql(name)} AS {self._types[name]})" for name in ("gateway", *self._layout.names)]
        at_s = self._sql("at")
        sql = f"SELECT {', '.join(names)}, min({at_s}), max({at_s}) FROM source GROUP BY ALL"
        found = []
        for *owner, first_s, last_s in ledger.session.rows(sql):
            first, last = utc(first_s), utc(last_s)
            number = ledger.ids.id_of(self._owner(owner), first)
            found.append(_Owner(number, tuple(owner), first, last))
        return found

    def _take_back(self, ledger: Ledger, owners: Sequence[_Owner]) -> None:
        table = self._layout.table
        if owners and (until := ledger.shared.until(table)) is not None:
            months = months_between(min(owner.first for owner in owners), until)
            sealed = ledger.shared.catalog.parts
            ledger.take_back(
                [key for key in sealed if key.table == table.name]
                if months is None
                else [
                    Key(table.name, month)
                    for month in months
                    if any(month_of(owner.first) <= month <= month_of(owner.last) for owner in owners)
                ]
            )

    def _owner(self, names: Sequence[Any]) -> Owner:
        if self._layout.owner == "device":
            gateway, kind, serial = names
            return (kind, gateway, serial)
        return (self._layout.owner, *names)

    def _prepare(self, session: Session, owners: Sequence[_Owner]) -> None:
        """Make the temporary table `prepared`: the rows as their table has them, without sequence."""
        names = ("gateway", *self._layout.names)
        values = ", ".join(f"({owner.id}, {', '.join(map(_literal, owner.names))})" for owner in owners)
        same = " AND ".join(f"CAST({self._sql(name)} AS {self._types[name]}) = owner.{name}" for name in names)
        table = self._layout.table
        columns = [
            f"owner.id AS {table.key[0]}",
            f"CAST(make_timestamp(CAST(floor({self._sql('at')}) AS BIGINT) * 1000000) AS TIMESTAMP_S) AS time",
            *(f"CAST({self._sql(name)} AS {type_}) AS {name}" for name, type_ in self._layout.extras.items()),
            *(f"{self._measure(measure)} AS {measure.name}" for measure in table.measures),
        ]
        session.run(
            f"CREATE OR REPLACE TEMP TABLE prepared AS SELECT {', '.join(columns)} FROM source "
            f"JOIN (VALUES {values}) owner(id, {', '.join(names)}) ON {same}"
        )
        if table is tables.COUNTER_READING:
            session.run("DELETE FROM prepared WHERE value_wh IS NULL")

    def _measure(self, measure: Measure) -> str:
        if measure.name not in self._fixed and measure.name not in self._varying:
            return f"CAST(NULL AS {measure.type})"
        value = f"CAST({self._sql(measure.name)} AS DOUBLE)"
        kept = f"CASE WHEN isfinite({value}) AND abs({value}) <= {measure.limit} THEN {value} END"
        return f"round({kept}, {measure.decimals})" if measure.type == "DOUBLE" else f"CAST({kept} AS {measure.type})"

    def _remove_replaced(self, session: Session) -> None:
        key = ", ".join(self._layout.table.key)
        session.run(f"DELETE FROM {self._layout.table.name} WHERE ({key}) IN (SELECT ({key}) FROM prepared)")

    def _insert(self, session: Session, sequence: int) -> int:
        """Put `prepared` into its table; of rows with one key the last counts. Gives the number of rows."""
        key = ", ".join(self._layout.table.key)
        ((total, distinct),) = session.rows(f"SELECT count(*), count(DISTINCT ({key})) FROM prepared")
        last = f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY rowid DESC) = 1" if distinct < total else ""
        session.run(
            f"INSERT INTO {self._layout.table.name} SELECT {sequence - 1} + row_number() OVER (), * "
            f"FROM (SELECT * FROM prepared {last})"
        )
        return int(distinct)


def _types_of(layout: _Layout) -> dict[str, str]:
    measures = {measure.name: "DOUBLE" for measure in layout.table.measures}
    return {"gateway": "VARCHAR", **layout.names, "at": "DOUBLE", **layout.extras, **measures}


def _check_names(kind: str, given: BulkColumns, layout: _Layout, types: Mapping[str, str]) -> None:
    unknown = given.keys() - types.keys()
    missing = types.keys() - given.keys() - {measure.name for measure in layout.table.measures}
    if unknown or missing:
        raise StoreFault(
            Fault.BAD_VALUE,
            f"History: columns of {kind} are {', '.join(types)}; "
            f"unknown: {', '.join(sorted(unknown)) or 'none'}, missing: {', '.join(sorted(missing)) or 'none'}.",
        )


def _literal(value: Cell) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)

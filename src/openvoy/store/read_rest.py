"""Reports of inverters, events, and what accounting goes on from."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC
from itertools import compress
from typing import Any

from openvoy.model.counters import CounterSource
from openvoy.model.records import CounterRecord, EnergyRecord, EventRecord
from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.chain_names import parse_chain_name
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.unpacked import join

MOST_REPORTS = 500_000
"""More rows at once would take more memory than a small computer has to spare."""

_GATEWAYS = "SELECT id, serial FROM gateway ORDER BY id"
_ENERGIES = tuple(measure.name for measure in tables.ENERGY.measures)
_INVERTER_MEASURES = tuple(measure.name for measure in tables.INVERTER_REPORT.measures)


def read_gateway_ids(session: Session, serial: str | None, bounds: Sequence[int] = ()) -> list[int]:
    """Read the ids of one gateway and of what was imported for it, or of all; imports beyond bounds are left out."""
    found = []
    for number, name in session.names(_GATEWAYS):
        chain = parse_chain_name(name)
        owner = name if chain is None else chain.gateway
        if serial in (None, owner) and (chain is None or not bounds or chain.touches(bounds[0], bounds[-1])):
            found.append(number)
    return found


def read_households(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Read by id whose measurements these are: a gateway's own and what was imported for it are one.

    What was imported for the whole site is that of its gateway where there is one, else it stands for itself.
    """
    names = {number: name for number, name in session.names(_GATEWAYS) if number in ids}
    owners = {
        number: name if (chain := parse_chain_name(name)) is None else chain.gateway for number, name in names.items()
    }
    serials = {owner for owner in owners.values() if owner}
    of_site = next(iter(serials)) if len(serials) == 1 else ""
    return {number: owner or of_site for number, owner in owners.items()}


def read_imported_ids(session: Session) -> frozenset[int]:
    """Read the ids under which imported energies are kept."""
    return frozenset(number for number, name in session.names(_GATEWAYS) if parse_chain_name(name) is not None)


def read_owners(
    session: Session, table: str, labels: Sequence[str], gateway: str | None
) -> Mapping[int, tuple[str | int, ...]]:
    """Read the ids of a table of names, and what `labels` (the first is the gateway) say of each."""
    names = ", ".join(f"{table}.{label}" for label in labels[1:])
    rows = session.names(
        f"SELECT {table}.id, gateway.serial, {names} FROM {table} JOIN gateway ON gateway.id = {table}.gateway_id "
        "ORDER BY ALL"
    )
    return {number: tuple(labelled) for number, *labelled in rows if gateway in (None, labelled[0])}


def read_inverters(session: Session, *, start_s: int, end_s: int, gateway: str | None, serial: str | None) -> Columns:
    """Read reports whose interval ended within the time, by time and serial."""
    owners = read_owners(session, "device", ("gateway", "kind", "serial"), gateway)
    devices = {
        number: str(told) for number, (_, kind, told) in owners.items() if kind == "inverter" and serial in (None, told)
    }
    names = ("at", "serial", *_INVERTER_MEASURES)
    if not devices:
        return {name: [] for name in names}
    cuts = session.catalog.cuts(tables.INVERTER_REPORT, start_s, end_s)
    columns = _read_reports(session, start_s, end_s, devices) if cuts is None else join(cuts)
    if not columns:
        return {name: [] for name in names}
    at_s, ids, *measured = columns if devices.keys() >= set(columns[1]) else _of_devices(columns, devices)
    if len(at_s) > MOST_REPORTS:
        raise StoreFault(Fault.MEMORY, f"History: more than {MOST_REPORTS} reports are too many to read at once.")
    return dict(zip(names, (at_s, list(map(devices.__getitem__, ids)), *measured), strict=True))


def _of_devices(columns: Sequence[Sequence[Any]], devices: Collection[int]) -> list[list[Any]]:
    is_wanted = [number in devices for number in columns[1]]
    return [list(compress(values, is_wanted)) for values in columns]


def _read_reports(session: Session, start_s: int, end_s: int, devices: Iterable[int]) -> list[tuple[Any, ...]]:
    """Read times, devices and measures by time and device, a row more than are told at once."""
    measures = ", ".join(_INVERTER_MEASURES)
    selected = f"CAST(epoch(time) AS BIGINT), device_id, {measures}"
    reports = session.catalog.selected(tables.INVERTER_REPORT, selected, start_s, end_s)
    rows = session.rows(
        f"SELECT * FROM ({reports}) AS report(at_s, id, {measures}) "
        f"WHERE id IN ({', '.join(map(str, devices))}) ORDER BY at_s, id LIMIT ?",
        [MOST_REPORTS + 1],
    )
    return list(zip(*rows, strict=True))


def read_events(
    session: Session,
    *,
    limit: int,
    gateway_ids: Sequence[int],
    skip: int = 0,
    kind: str | None = None,
    text: str | None = None,
) -> list[EventRecord]:
    """Read the newest events, newest first; of those that fit the newest `skip` are left out."""
    rows = session.rows(
        "SELECT gateway.serial, event.time, event.kind, event.subject, event.text, event.details "
        "FROM event JOIN gateway ON gateway.id = event.gateway_id WHERE list_contains($1, gateway.id) "
        "AND ($2 IS NULL OR starts_with(event.kind, $2)) "
        "AND ($3 IS NULL OR contains(lower(event.text || ' ' || event.subject), lower($3))) "
        "ORDER BY event.time DESC, event.seq DESC LIMIT $4 OFFSET $5",
        [list(gateway_ids), kind, text, limit, skip],
    )
    return [
        EventRecord(
            gateway=gateway,
            at=at.replace(tzinfo=UTC),
            kind=kind,
            subject=subject,
            text=text,
            details=json.loads(details),
        )
        for gateway, at, kind, subject, text, details in rows
    ]


def read_last_energy(session: Session, gateway: str) -> EnergyRecord | None:
    """Read the newest accounted counters of a gateway."""
    values = ", ".join((*tables.ENERGY.extras, *(f"CAST({name} AS DOUBLE)" for name in _ENERGIES)))
    # An id that is known beforehand spares the engine most of the table.
    ids = {serial: number for number, serial in session.names(_GATEWAYS)}
    newest = f"SELECT time, {values} FROM energy WHERE gateway_id = ? ORDER BY time DESC LIMIT 1"
    rows = session.rows(newest, [ids.get(gateway)])
    if not rows:
        return None
    at, *found = rows[0]
    return EnergyRecord(
        gateway=gateway,
        at=at.replace(tzinfo=UTC),
        **dict(zip((*tables.ENERGY.extras, *_ENERGIES), found, strict=True)),
    )


def read_last_counters(session: Session, gateway: str) -> list[CounterRecord]:
    """Read the newest reading of each counter source of a gateway."""
    rows = session.rows(
        "SELECT quantity, endpoint, block, device, max(time), arg_max(firmware, time), "
        "CAST(arg_max(value_wh, time) AS DOUBLE) FROM (SELECT source_id, time, firmware, value_wh FROM counter_reading "
        "UNION ALL SELECT source_id, time, firmware, value_wh FROM counter_last) "
        "JOIN counter_source ON counter_source.id = source_id "
        "WHERE gateway_id = (SELECT id FROM gateway WHERE serial = ?) GROUP BY ALL ORDER BY ALL",
        [gateway],
    )
    return [
        CounterRecord(
            gateway=gateway,
            at=at.replace(tzinfo=UTC),
            firmware=firmware,
            source=CounterSource(quantity=quantity, endpoint=endpoint, block=block, device=device),
            value_wh=value_wh,
        )
        for quantity, endpoint, block, device, at, firmware, value_wh in rows
    ]

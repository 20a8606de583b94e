"""Imports files of energy: reads, compares with what is there, writes as a unit, and takes it out again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import nan
from pathlib import Path
from typing import Any

from openvoy.errors import ConfigError
from openvoy.model.records import Batch
from openvoy.store.chain_names import ChainName, build_chain_name
from openvoy.store.exchange.chains import Chain, build_chains
from openvoy.store.exchange.compact import Numbers, Repeated, Spill
from openvoy.store.exchange.coverage import sieve
from openvoy.store.exchange.formats import find_format
from openvoy.store.exchange.intervals import Gathered, Gatherer
from openvoy.store.exchange.known import read_counted, read_coverage
from openvoy.store.exchange.observed import KEPT, QUANTITIES, Problem, Reading
from openvoy.store.exchange.steps import Interval
from openvoy.store.history import HistoryStore

_COUNTERS = tuple(f"{quantity}_wh" for quantity in KEPT)
META = "imports"
"""The note of the history that lists all imports, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """One import, as it is listed."""

    id: str
    at: str
    """When it was made, ISO 8601."""
    format: str
    files: Sequence[str]
    gateway: str
    """Serial; empty for the site as a whole."""
    start: str
    end: str
    energies_wh: Mapping[str, float]
    chains: Sequence[str]
    """Names under which its energies are kept."""
    state: str = "writing"
    """writing (was interrupted), done or revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import would do."""

    format: str
    files: Sequence[Path]
    gateway: str
    chains: Sequence[Chain]
    problems: Sequence[Problem]
    repeated: int
    """Entries of the files that say again what others said."""
    skipped: Mapping[str, int]
    """Times by quantity that the history has already."""
    later: Mapping[str, int]
    """Times by quantity after the last record of a gateway that may go on counting."""
    ignored: Mapping[str, int] = field(default_factory=dict)
    """Names in the files of which nobody said what they are."""

    @property
    def is_empty(self) -> bool:
        """Whether the files say nothing at all, not even what cannot be used."""
        return not (self.chains or self.problems or self.repeated or self.skipped or self.later or self.ignored)

    @property
    def energies_wh(self) -> dict[str, float]:
        """What would be added, by quantity."""
        totals: dict[str, float] = {}
        for chain in self.chains:
            for quantity, intervals in chain.intervals.items():
                totals[quantity] = totals.get(quantity, 0.0) + sum(one.energy_wh for one in intervals)
        return {quantity: round(totals[quantity], 2) for quantity in KEPT if quantity in totals}

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """First and last moment; None where nothing is new."""
        if not self.chains:
            return None
        start_s = min(chain.start_s for chain in self.chains)
        end_s = max(chain.end_s for chain in self.chains)
        return datetime.fromtimestamp(start_s, UTC), datetime.fromtimestamp(end_s, UTC)


def read_files(files: Sequence[Path], format_name: str, reading: Reading) -> tuple[str, Gathered]:
    """Read files of one format; raise ConfigError for one that is not what it should be."""
    formats = {file: find_format(format_name, file) for file in files}
    names = sorted({one.name for one in formats.values()})
    if len(names) > 1:
        raise ConfigError(
            f"These files are of different kinds: {', '.join(names)}.",
            hint="Import them one kind after the other: what the first has said is then not counted again.",
        )
    _check_names(reading.names)
    gatherer = Gatherer(reading.until, reading.zone, now=reading.now)
    for file, one in formats.items():
        gatherer.take(one.read(file, reading), file)
    gathered = gatherer.gather()
    unmet = sorted(reading.names.keys() - reading.met)
    gathered.problems += [*reading.problems, *(Problem("--map", None, f"no energies are named {one}") for one in unmet)]
    return names[0], gathered


def _check_names(names: Mapping[str, str]) -> None:
    for name, text in names.items():
        quantity = text.partition(":")[0]
        if quantity not in (*QUANTITIES, "net"):
            raise ConfigError(
                f"--map {name}: '{quantity}' is no quantity.", hint=f"Known are: {', '.join(QUANTITIES)}, net."
            )


async def plan_import(
    store: HistoryStore,
    files: Sequence[Path],
    *,
    reading: Reading,
    format_name: str = "auto",
    gateway: str = "",
    is_gone: bool = False,
) -> ImportPlan:
    """Read files and say what of them is new to the history; raises ConfigError.

    What is later than the gateway's last record is left out, as its counters will say it, unless it is gone for good.
    """
    name, gathered = read_files(files, format_name, reading)
    intervals: Mapping[str, Sequence[Interval]] = {key: ones for key, ones in gathered.intervals.items() if ones}
    coverage = await read_coverage(store, intervals, gateway, is_gone=is_gone)
    sieved = sieve(intervals, coverage, await read_counted(store, intervals, coverage, gateway))
    return ImportPlan(
        format=name,
        files=files,
        gateway=gateway,
        chains=build_chains(sieved.kept),
        problems=gathered.problems,
        repeated=gathered.repeated,
        skipped={quantity: count for quantity, count in sieved.skipped.items() if count},
        later={quantity: count for quantity, count in sieved.later.items() if count},
        ignored=reading.ignored,
    )


async def write_import(store: HistoryStore, plan: ImportPlan, *, now: datetime) -> ImportRecord:
    """Keep what is planned, under a new id; raise ConfigError where nothing is new."""
    span = plan.span
    if span is None:
        raise ConfigError("There is nothing new to import.", hint="The history has all of it already.")
    records = await read_imports(store)
    import_id = _next_id(records, now)
    names = [
        build_chain_name(ChainName(import_id, chain.start_s, chain.end_s, plan.gateway), number)
        for number, chain in enumerate(plan.chains, 1)
    ]
    record = ImportRecord(
        id=import_id,
        at=now.isoformat(timespec="seconds"),
        format=plan.format,
        files=[file.name for file in plan.files],
        gateway=plan.gateway,
        start=span[0].isoformat(),
        end=span[1].isoformat(),
        energies_wh=plan.energies_wh,
        chains=names,
    )
    await _write_records(store, [*records, record])
    await store.write_columns("energy", _columns(zip(names, plan.chains, strict=True)))
    record = replace(record, state="done")
    await _write_records(store, [*records, record])
    return record


def _columns(chains: Iterable[tuple[str, Chain]]) -> dict[str, Any]:
    """Give columns that are in memory only while a part of them is written."""
    spill = Spill()
    columns: dict[str, Any] = {"gateway": Repeated(), "at": Numbers("d", spill)}
    columns.update((mark, Numbers("b", spill)) for mark in ("estimated", "charge_estimated"))
    columns.update((counter, Numbers("d", spill)) for counter in _COUNTERS)
    for name, chain in chains:
        for at_s, counters, is_estimated in chain.rows():
            columns["gateway"].append(name)
            columns["at"].append(at_s)
            columns["estimated"].append(is_estimated or at_s in chain.hole_ends_s)
            columns["charge_estimated"].append(is_estimated)
            for quantity, counter in zip(KEPT, _COUNTERS, strict=True):
                columns[counter].append(counters.get(quantity, nan))  # nobody said it
    return columns


async def read_imports(store: HistoryStore) -> list[ImportRecord]:
    """Read the list of all imports, oldest first."""
    text = await store.read_meta(META)
    return [] if text is None else [ImportRecord(**record) for record in json.loads(text)]


def find_import(records: Sequence[ImportRecord], import_id: str) -> ImportRecord:
    """Find an import by its id; raise ConfigError if there is none."""
    found = next((record for record in records if record.id == import_id), None)
    if found is None:
        known = ", ".join(record.id for record in records if record.state != "revoked")
        raise ConfigError(f"There is no import {import_id}.", hint=f"Known are: {known or 'none'}.")
    return found


async def revoke_import(store: HistoryStore, import_id: str) -> ImportRecord:
    """Take an import out of the history, whole; raise ConfigError if there is none of this id."""
    records = await read_imports(store)
    found = find_import(records, import_id)
    start, end = datetime.fromisoformat(found.start), datetime.fromisoformat(found.end) + timedelta(seconds=1)
    for name in found.chains:
        await store.replace_energy(gateway=name, start=start, end=end, batch=Batch())
    revoked = replace(found, state="revoked")
    await _write_records(store, [revoked if record is found else record for record in records])
    return revoked


async def _write_records(store: HistoryStore, records: Sequence[ImportRecord]) -> None:
    await store.write_meta(META, json.dumps([asdict(record) for record in records]))


def _next_id(records: Sequence[ImportRecord], now: datetime) -> str:
    day = f"{now:%Y%m%d}"
    count = sum(record.id.startswith(day) for record in records)
    return f"{day}-{count + 1}"

"""Records of a made-up site, and a store in a folder of its own."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from openvoy.model.counters import CounterSource
from openvoy.model.records import (
    Batch,
    BatteryRecord,
    CorrectionRecord,
    CounterRecord,
    DeviceEnergyRecord,
    DeviceRecord,
    EnergyRecord,
    EventRecord,
    GapRecord,
    InverterRecord,
    MeterRecord,
    PhaseEnergyRecord,
    PowerRecord,
    StepRecord,
)
from openvoy.store import HistoryStore, Limits
from openvoy.store.database import open_database
from openvoy.store.opening import FILE_NAME, open_history
from openvoy.store.tables import MOVED

START = datetime(2024, 5, 1, 12, tzinfo=UTC)
GATEWAY = "122000000001"
SECOND = "122000000002"


@contextlib.asynccontextmanager
async def opened(folder: Path, **options: Any) -> AsyncIterator[HistoryStore]:
    store = await HistoryStore.open(folder, **options)
    try:
        yield store
    finally:
        await store.close()


_MADE: dict[Callable[[Path], Awaitable[None]], Path] = {}


async def made_once(make: Callable[[Path], Awaitable[None]], folder: Path) -> None:
    """Have a closed history in a folder as `make` makes it: once in a process, then as a copy."""
    if make not in _MADE:
        parent = tempfile.mkdtemp(prefix="history-")
        atexit.register(shutil.rmtree, parent, ignore_errors=True)
        await make(Path(parent, "made"))
        _MADE[make] = Path(parent, "made")
    shutil.copytree(_MADE[make], folder, dirs_exist_ok=True)


def rows_of(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask the database of a closed store; its tables stand for all rows, sealed or not."""
    database, _ = open_history(folder, Limits())
    try:
        for table in MOVED:
            source = database.shared.catalog.source(table, -1e10, 1e11)
            database.writer.run(
                f"CREATE TEMP VIEW {table.name} AS SELECT * FROM {source.replace('FROM ', 'FROM history.', 1)}"
            )
        return database.writer.rows(sql)
    finally:
        database.close()


def plain_rows_of(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask the database of a closed store as it is, whatever its version."""
    database = open_database(folder / FILE_NAME, Limits())
    try:
        return database.writer.rows(sql)
    finally:
        database.close()


def make_third(folder: Path) -> None:
    """Have a closed store be what the third version of the schema wrote: sealed months, but no days added up."""
    database = open_database(folder / FILE_NAME, Limits())
    try:
        for statement in (
            "DROP TABLE day_energy",
            "DROP TABLE day_month",
            "UPDATE meta SET value = '3' WHERE key = 'schema_version'",
        ):
            database.writer.run(statement)
    finally:
        database.close()


def minute(number: int, *, at: datetime = START) -> datetime:
    return at + timedelta(minutes=number)


def power(
    at: datetime, solar_w: float | None = None, *, gateway: str = GATEWAY, interval_s: int = 60, **values: float
) -> PowerRecord:
    return PowerRecord(gateway=gateway, at=at, interval_s=interval_s, solar_w=solar_w, **values)


def energy(
    at: datetime,
    solar_wh: float | None,
    *,
    gateway: str = GATEWAY,
    estimated: bool = False,
    charge_estimated: bool = False,
    **values_wh: float,
) -> EnergyRecord:
    return EnergyRecord(
        gateway=gateway,
        at=at,
        solar_wh=solar_wh,
        estimated=estimated,
        charge_estimated=charge_estimated,
        rules_version=1,
        **values_wh,
    )


def inverter(at: datetime, serial: str, power_w: float, *, gateway: str = GATEWAY) -> InverterRecord:
    return InverterRecord(gateway=gateway, at=at, serial=serial, power_w=power_w)


def event(at: datetime, kind: str = "test", subject: str = "s", *, gateway: str = GATEWAY) -> EventRecord:
    return EventRecord(gateway=gateway, at=at, kind=kind, subject=subject, text="something happened")


def correction(at: datetime, kind: str = "bad_range", *, revoked: bool = False) -> CorrectionRecord:
    return CorrectionRecord(
        gateway=GATEWAY,
        at=at,
        kind=kind,
        start=at - timedelta(days=2),
        end=at - timedelta(days=1),
        details={"quantity": "solar"},
        revoked=revoked,
    )


def everything(at: datetime, number: int = 1) -> Batch:
    """One row, or two, for every table."""
    source = CounterSource(quantity="solar", endpoint="meters", block="L1", device="704643328")
    return Batch(
        live=(power(at, 1.0, interval_s=1), power(at + timedelta(seconds=5), 2.0, interval_s=1)),
        power=(power(at, 100.0 + number),),
        energy=(energy(at, 1000.0 + number, import_wh=5.0),),
        meters=tuple(
            MeterRecord(gateway=GATEWAY, at=at, eid=704643328, channel=channel, voltage_v=230.0) for channel in (0, 1)
        ),
        inverters=(inverter(at, "1", 200.0), inverter(at, "2", 210.0)),
        batteries=(BatteryRecord(gateway=GATEWAY, at=at, serial="b", soc_pct=50.0),),
        counters=(CounterRecord(gateway=GATEWAY, at=at, firmware="8.2", source=source, value_wh=7.0 + number),),
        steps=(
            StepRecord(gateway=GATEWAY, at=at, source=source, step="wrap", before_wh=9.0, after_wh=7.0, added_wh=1.0),
        ),
        device_energy=(
            DeviceEnergyRecord(gateway=GATEWAY, at=at, kind="battery", serial="b", energy_wh=5.0, charge_wh=6.0),
        ),
        phase_energy=(
            PhaseEnergyRecord(gateway=GATEWAY, at=at, eid=704643328, channel=1, delivered_wh=3.0, received_wh=4.0),
        ),
        devices=(DeviceRecord(gateway=GATEWAY, at=at, kind="inverter", serial="1", part_number="800-1"),),
        events=(event(at),),
        gaps=(GapRecord(gateway=GATEWAY, start=at, end=at + timedelta(minutes=5), reason="test"),),
        corrections=(correction(at),),
    )

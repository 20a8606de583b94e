"""The schema as numbered steps. A step that was released is never changed; a change is a new step.

Times are UTC without zone, to the second; an event's to the microsecond. Texts that repeat stand once, in gateway,
device, meter and counter_source; rows name them by id. `seq` grows with every row written to its table and is never
used twice: whoever remembers the last one seen can ask for what came later. Keys are not declared: an index over
every row would outgrow the data, the single writer keeps them unique.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Protocol

from openvoy.store.faults import Fault, StoreFault

_POWER_COLUMNS = """
    seq BIGINT NOT NULL, gateway_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, interval_s INTEGER NOT NULL,
    solar_w DECIMAL(9,1), grid_w DECIMAL(9,1), battery_w DECIMAL(9,1), generator_w DECIMAL(9,1), load_w DECIMAL(9,1),
    soc_pct DECIMAL(4,1)
"""

_FIRST = (
    "CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)",
    "CREATE TABLE gateway (id INTEGER NOT NULL, serial VARCHAR NOT NULL)",
    """CREATE TABLE meter (
        id INTEGER NOT NULL, gateway_id INTEGER NOT NULL, eid BIGINT NOT NULL, channel INTEGER NOT NULL
    )""",
    """CREATE TABLE counter_source (
        id INTEGER NOT NULL, gateway_id INTEGER NOT NULL, quantity VARCHAR NOT NULL, endpoint VARCHAR NOT NULL,
        block VARCHAR NOT NULL, device VARCHAR NOT NULL
    )""",
    """CREATE TABLE device (
        seq BIGINT NOT NULL, id INTEGER NOT NULL, gateway_id INTEGER NOT NULL, kind VARCHAR NOT NULL,
        serial VARCHAR NOT NULL, part_number VARCHAR, firmware VARCHAR, first_seen TIMESTAMP_S NOT NULL,
        last_seen TIMESTAMP_S NOT NULL
    )""",
    f"CREATE TABLE live ({_POWER_COLUMNS})",
    f"CREATE TABLE power ({_POWER_COLUMNS})",
    """CREATE TABLE energy (
        seq BIGINT NOT NULL, gateway_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, estimated BOOLEAN NOT NULL,
        solar_wh DECIMAL(15,2), import_wh DECIMAL(15,2), export_wh DECIMAL(15,2), charge_wh DECIMAL(15,2),
        discharge_wh DECIMAL(15,2), load_wh DECIMAL(15,2)
    )""",
    """CREATE TABLE meter_reading (
        seq BIGINT NOT NULL, meter_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, active_power_w DOUBLE,
        apparent_power_va DOUBLE, reactive_power_var DOUBLE, power_factor DOUBLE, voltage_v DOUBLE, current_a DOUBLE,
        frequency_hz DOUBLE
    )""",
    """CREATE TABLE inverter_report (
        seq BIGINT NOT NULL, device_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, power_w DOUBLE, dc_voltage_v DOUBLE,
        dc_current_a DOUBLE, ac_voltage_v DOUBLE, ac_current_a DOUBLE, frequency_hz DOUBLE, temperature_c DOUBLE
    )""",
    """CREATE TABLE battery_reading (
        seq BIGINT NOT NULL, device_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, soc_pct DOUBLE, power_w DOUBLE,
        temperature_c DOUBLE
    )""",
    """CREATE TABLE counter_reading (
        seq BIGINT NOT NULL, source_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, firmware VARCHAR NOT NULL,
        value_wh DECIMAL(18,4) NOT NULL
    )""",
    """CREATE TABLE event (
        seq BIGINT NOT NULL, gateway_id INTEGER NOT NULL, time TIMESTAMP NOT NULL, kind VARCHAR NOT NULL,
        subject VARCHAR NOT NULL, text VARCHAR NOT NULL, details VARCHAR NOT NULL
    )""",
    """CREATE TABLE gap (
        seq BIGINT NOT NULL, gateway_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, end_time TIMESTAMP_S NOT NULL,
        reason VARCHAR NOT NULL
    )""",
    "INSERT INTO meta VALUES ('rules_version', '1')",
)

_ENERGY_2 = """
    seq BIGINT NOT NULL, gateway_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, estimated BOOLEAN NOT NULL,
    charge_estimated BOOLEAN NOT NULL, rules_version INTEGER NOT NULL, solar_wh DECIMAL(15,2), import_wh DECIMAL(15,2),
    export_wh DECIMAL(15,2), charge_wh DECIMAL(15,2), discharge_wh DECIMAL(15,2), load_wh DECIMAL(15,2),
    generator_wh DECIMAL(15,2), residual_wh DECIMAL(15,2)
"""

_SECOND = (
    # A table cannot be given columns in its middle; the rows move to a new one.
    f"CREATE TABLE energy_2 ({_ENERGY_2})",
    """INSERT INTO energy_2
        SELECT seq, gateway_id, time, estimated, false, 1, solar_wh, import_wh, export_wh, charge_wh, discharge_wh,
            load_wh, NULL, NULL
        FROM energy""",
    "DROP TABLE energy",
    "ALTER TABLE energy_2 RENAME TO energy",
    """CREATE TABLE counter_step (
        seq BIGINT NOT NULL, source_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, step VARCHAR NOT NULL,
        rules_version INTEGER NOT NULL, before_wh DECIMAL(18,4), after_wh DECIMAL(18,4), added_wh DECIMAL(18,4)
    )""",
    """CREATE TABLE device_energy (
        seq BIGINT NOT NULL, device_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, estimated BOOLEAN NOT NULL,
        energy_wh DECIMAL(15,2), charge_wh DECIMAL(15,2)
    )""",
    """CREATE TABLE phase_energy (
        seq BIGINT NOT NULL, meter_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, estimated BOOLEAN NOT NULL,
        delivered_wh DECIMAL(15,2), received_wh DECIMAL(15,2)
    )""",
    """CREATE TABLE correction (
        seq BIGINT NOT NULL, gateway_id INTEGER NOT NULL, time TIMESTAMP NOT NULL, kind VARCHAR NOT NULL,
        start_time TIMESTAMP_S NOT NULL, end_time TIMESTAMP_S NOT NULL, details VARCHAR NOT NULL,
        revoked BOOLEAN NOT NULL
    )""",
)

_SUMS = ", ".join(
    f"{name}_sum DOUBLE, {name}_s BIGINT"
    for name in ("solar_w", "grid_w", "battery_w", "generator_w", "load_w", "soc_pct")
)

_THIRD = (
    """CREATE TABLE sealed (
        table_name VARCHAR NOT NULL, month VARCHAR NOT NULL, generation INTEGER NOT NULL, rows BIGINT NOT NULL,
        first_seq BIGINT NOT NULL, last_seq BIGINT NOT NULL, size_bytes BIGINT NOT NULL, digest VARCHAR NOT NULL
    )""",
    # Derived from sealed months, so that years are added up without opening them.
    f"CREATE TABLE power_quarter (gateway_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, month VARCHAR, {_SUMS})",
    """CREATE TABLE counter_last (
        source_id INTEGER NOT NULL, time TIMESTAMP_S NOT NULL, firmware VARCHAR NOT NULL, value_wh DECIMAL(18,4)
    )""",
)

_FOURTH = (
    # Derived from counters of sealed months: what each grew on the days of a time zone, and which readings say so.
    """CREATE TABLE day_energy (
        table_name VARCHAR NOT NULL, zone VARCHAR NOT NULL, owner_id INTEGER NOT NULL, name VARCHAR NOT NULL,
        start_s BIGINT NOT NULL, end_s BIGINT NOT NULL, energy_wh DOUBLE, estimated INTEGER NOT NULL,
        integrated INTEGER NOT NULL, from_s BIGINT NOT NULL, to_s BIGINT NOT NULL
    )""",
    """CREATE TABLE day_month (
        table_name VARCHAR NOT NULL, zone VARCHAR NOT NULL, month VARCHAR NOT NULL, follows BOOLEAN NOT NULL
    )""",
)

_FIFTH = (
    # The same by month: a row for days that follow each other, which takes a third of the time to read. What was kept
    # is derived again.
    "DROP TABLE day_energy",
    "DROP TABLE day_month",
    """CREATE TABLE day_energy (
        table_name VARCHAR NOT NULL, zone VARCHAR NOT NULL, month VARCHAR NOT NULL, owner_id INTEGER NOT NULL,
        name VARCHAR NOT NULL, first_day INTEGER NOT NULL, energies_wh DOUBLE[] NOT NULL, flags INTEGER[],
        from_s BIGINT NOT NULL, to_s BIGINT NOT NULL
    )""",
    """CREATE TABLE day_month (
        table_name VARCHAR NOT NULL, zone VARCHAR NOT NULL, month VARCHAR NOT NULL, follows BOOLEAN NOT NULL,
        bounds_s BIGINT[] NOT NULL
    )""",
)

MIGRATIONS: tuple[Sequence[str], ...] = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH)
"""Statements of each step; step n leads to schema version n."""


class Session(Protocol):
    """What a migration needs of a connection."""

    def run(self, sql: str, args: Sequence[object] = ()) -> None:
        """Run a statement."""
        ...

    def rows(self, sql: str, args: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run a query."""
        ...

    def has(self, table: str) -> bool:
        """Whether there is a table."""
        ...

    def begin(self) -> None:
        """Begin a transaction."""
        ...

    def commit(self) -> None:
        """Commit it."""
        ...


def read_schema_version(session: Session) -> int:
    """Read the schema's version; 0 for an empty file."""
    if not session.has("meta"):
        return 0
    found = session.rows("SELECT value FROM meta WHERE key = 'schema_version'")
    return int(str(found[0][0])) if found else 0


def create(session: Session, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Make the schema in an empty file, in one transaction."""
    _make(session, chain.from_iterable(migrations), len(migrations))


def migrate(session: Session, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring the schema up to date, each step in a transaction of its own; raise StorageError if it is newer."""
    version = read_schema_version(session)
    if version > len(migrations):
        raise StoreFault(
            Fault.NEWER, f"The history has schema version {version}; this Openvoy knows {len(migrations)} at most."
        )
    for number, statements in enumerate(migrations[version:], version + 1):
        _make(session, statements, number)


def _make(session: Session, statements: Iterable[str], version: int) -> None:
    session.begin()
    for statement in statements:
        session.run(statement)
    session.run("INSERT OR REPLACE INTO meta VALUES ('schema_version', ?)", [str(version)])
    session.commit()

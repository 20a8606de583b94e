"""The only file that names DuckDB: a database file, connections to it, and its errors in our words."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from openvoy.store.catalog import FOLDER, Catalog, Shared
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.inspecting import Idle, Unasked
from openvoy.store.limits import Limits, build_config
from openvoy.store.tables import Table

STORAGE_VERSION = "v2.0.0"
"""Pinned, so that going back to an older DuckDB 2 stays possible after an upgrade."""

INTERRUPT_AGAIN_S = 0.05

_FAULTS: tuple[tuple[type[duckdb.Error] | None, str, Fault], ...] = (
    (duckdb.InterruptException, "", Fault.CLOSED),
    (duckdb.OutOfMemoryException, "", Fault.MEMORY),
    (None, r"Cannot CHECKPOINT", Fault.BUSY),
    (None, r"Conflicting lock|Could not set lock|already attached|Unique file handle conflict", Fault.LOCKED),
    (None, r"No space left|Disk quota|File too large|max_temp_directory_size", Fault.FULL),
    (None, r"Read-only file system", Fault.READ_ONLY),
    (None, r"Permission denied|Operation not permitted|read-only mode", Fault.FORBIDDEN),
    (None, r"database file with version number|storage version .* newer|newer version of DuckDB", Fault.NEWER),
    (None, r"[Cc]orrupt|checksum|not a valid DuckDB|Could not read enough bytes|replaying WAL", Fault.CORRUPT),
    (duckdb.SerializationException, "", Fault.CORRUPT),
    (duckdb.ConversionException, "", Fault.BAD_VALUE),
    (duckdb.OutOfRangeException, "", Fault.BAD_VALUE),
    (duckdb.ConstraintException, "", Fault.BAD_VALUE),
)
"""The first line that fits says what an error means."""


_MEANT = ("Candidate bindings:", "Did you mean")
"""Lines of an error that say which names there are."""

_QUERIES = ([duckdb.StatementType.SELECT], [duckdb.StatementType.EXPLAIN])


def fault_of(error: duckdb.Error) -> Fault:
    """Say what an error of the library means."""
    for kind, pattern, fault in _FAULTS:
        if (kind is None or isinstance(error, kind)) and re.search(pattern, str(error)):
            return fault
    return Fault.OTHER


def _say(error: duckdb.Error, fault: Fault) -> str:
    """Say what happened in the library's words, where they are for people."""
    if fault is Fault.LOCKED:
        holder = re.search(r"\(PID (\d+)\)", str(error))
        return f"process {holder[1]} has it open." if holder else "it is open elsewhere."
    said, *more = str(error).splitlines() or [""]
    meant = [line for line in more if line.startswith(_MEANT)]
    return " ".join(line if line.endswith((".", "!", "?")) else f"{line}." for line in (said.strip(), *meant))


@contextlib.contextmanager
def _translated(doing: str) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        fault = fault_of(error)
        raise StoreFault(fault, f"History: {doing} failed: {_say(error, fault)}") from error


class Inserter:
    """Puts rows into one table, or removes them by key; what it is given takes part in the open transaction."""

    def __init__(self, appender: duckdb.Appender) -> None:
        self._appender = appender

    def put(self, rows: Iterable[Sequence[object]]) -> None:
        """Hand over rows and carry them out."""
        try:
            with _translated("writing"):
                self._appender.append_rows(rows)
                self._appender.flush()
        except StoreFault:
            self._appender.clear()
            raise


class Session:
    """One connection. Used by one thread at a time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
        self._connection = connection
        self.catalog = catalog
        """The sealed months that belong to what this session sees."""
        self._inserters: dict[tuple[str, ...], Inserter] = {}
        self._is_to_begin = False

    def run(self, sql: str, args: Sequence[object] = ()) -> None:
        """Run a statement for its effect."""
        self._begin_if_due()
        with _translated("a statement"):
            self._connection.execute(sql, list(args)).fetchall()

    def rows(self, sql: str, args: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query and give its rows."""
        self._begin_if_due()
        with _translated("reading"):
            return self._connection.execute(sql, list(args)).fetchall()

    def names(self, sql: str) -> list[tuple[Any, ...]]:
        """Give the rows of a query over names that never change, such as a gateway's serial; they are kept."""
        if sql not in self.catalog.names:
            self.catalog.names[sql] = self.rows(sql)
        return self.catalog.names[sql]

    def of(self, table: Table, start_s: float, end_s: float) -> str:
        """A source of a query: the table's rows of a time, sealed or not."""
        return self.catalog.source(table, start_s, end_s)

    def rows_of(self, table: Table, expressions: str, start_s: float, end_s: float) -> list[tuple[Any, ...]]:
        """Give expressions over the table's rows of a time, sealed or not, in no order."""
        return self.rows(self.catalog.selected(table, expressions, start_s, end_s))

    def has(self, table: str) -> bool:
        """Whether there is a table of this name: a look into the list of all takes 14 ms, the first time."""
        with _translated("reading"):
            try:
                self._connection.execute(f"FROM {table} LIMIT 0")
            except duckdb.CatalogException:
                return False
        return True

    def ask(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run one query of a person's and give the names of its columns and its rows; raise for anything else."""
        self._begin_if_due()
        try:
            with _translated("the query"):
                statements = self._connection.extract_statements(sql)
                if [statement.type for statement in statements] in _QUERIES:
                    asked = self._connection.execute(statements[0])
                    return [column[0] for column in asked.description or ()], asked.fetchall()
        except StoreFault as fault:
            kind = Fault.NOT_A_QUERY if fault.fault in {Fault.OTHER, Fault.BAD_VALUE} else fault.fault
            raise StoreFault(kind, fault.message) from fault
        raise StoreFault(Fault.NOT_A_QUERY, "History: this is not one query that reads.")

    def begin(self) -> None:
        """Begin a transaction."""
        with _translated("beginning a transaction"):
            self._connection.begin()

    def begin_at_first_query(self) -> None:
        """Let all queries that come see one moment: what is known without any takes less than to begin does."""
        self._is_to_begin = True

    def _begin_if_due(self) -> None:
        if self._is_to_begin:
            self._is_to_begin = False
            self.begin()

    def commit(self) -> None:
        """Commit; returns once the write-ahead log is on the disk."""
        with _translated("committing"):
            self._connection.commit()

    def rollback(self) -> None:
        """Undo the open transaction, if there is one and a failed commit has not done so already."""
        if self._is_to_begin:
            self._is_to_begin = False
            return
        with contextlib.suppress(duckdb.Error):
            self._connection.rollback()

    def inserter(self, table: str) -> Inserter:
        """Open the inserter of a table; it is kept, opening costs as much as a commit."""
        return self._kept((table,))

    def deleter(self, table: str, key: Sequence[str]) -> Inserter:
        """Open what removes the rows of a table that have the key columns it is given."""
        return self._kept((table, *key))

    def _kept(self, what: tuple[str, ...]) -> Inserter:
        if what not in self._inserters:
            table, *key = what
            with _translated(f"opening {table}"):
                made = (
                    self._connection.appender(table, action="delete", key=key)
                    if key
                    else self._connection.appender(table)
                )
            self._inserters[what] = Inserter(made)
        return self._inserters[what]

    @contextlib.contextmanager
    def lending(self, name: str, arrays: Mapping[str, object]) -> Iterator[None]:
        """Let arrays of one length be read as a table of this name."""
        with _translated("reading arrays"):
            self._connection.register(name, dict(arrays))
        try:
            yield
        finally:
            with _translated("reading arrays"):
                self._connection.unregister(name)

    @contextlib.contextmanager
    def staging(self, name: str, types: Mapping[str, str], rows: Iterable[Sequence[object]]) -> Iterator[None]:
        """Let rows be read as a temporary table of this name and these columns."""
        columns = ", ".join(f'"{column}" {type_}' for column, type_ in types.items())
        self.run(f"CREATE TEMP TABLE {name} ({columns})")
        try:
            with _translated("writing"), self._connection.appender(name) as appender:
                appender.append_rows(rows)
            yield
        finally:
            self.run(f"DROP TABLE {name}")

    def interrupt(self) -> None:
        """Break off what runs; may be called by another thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection."""
        self._inserters.clear()
        self._connection.close()


class Knowing(Session):
    """Answers from what the catalog knows; whatever needs a query or a file raises Unasked."""

    def _begin_if_due(self) -> None:
        raise Unasked


class Engine:
    """The library, started, which takes 20 ms; for one database at a time."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Start it for the file at `path`, beside which it spills; raise StoreFault."""
        with _translated(f"opening {path}"):
            self._root = duckdb.connect(":memory:", config=build_config(path, limits))
        try:
            with _translated(f"opening {path}"):
                # What a sealed file says of its columns: to read it takes half as long as to read a day does.
                self._root.execute("SET GLOBAL parquet_metadata_cache = true")
                # The system keeps their bytes; a second copy of them would be taken from the memory for queries.
                self._root.execute("SET GLOBAL enable_external_file_cache = false")
        except StoreFault:
            self._root.close()
            raise

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Give a connection of its own."""
        connection = self._root.cursor()
        # Else a checkpoint of above 2 s is drawn on the output, where there is no script, as in `python -c`.
        connection.execute("SET enable_progress_bar = false")
        return connection

    def close(self) -> None:
        """End it and all connections."""
        self._root.close()


class Database:
    """One open database file: a session that writes, and short-lived ones that read beside it."""

    def __init__(self, path: Path, engine: Engine) -> None:
        """Open or make the file; raise StoreFault. The engine ends with the database, if that is closed."""
        self.path = path
        self._engine = engine
        self.shared = Shared(path.parent / FOLDER)
        self._state = threading.Condition()
        self._readers: set[Session] = set()
        self._idle: list[Session] = []
        """Sessions of readers that are through: opening one takes a tenth of what a day's view takes."""
        self.when_read: Callable[[], None] = lambda: None
        """Is called by each reader's thread once the reader is gone."""
        self._knowing: tuple[Catalog, Session] | None = None
        self._is_closed = False
        with _translated(f"opening {path}"):
            self._root = engine.connect()
        try:
            with _translated(f"opening {path}"):
                quoted = str(path).replace("'", "''")
                self._root.execute(f"ATTACH '{quoted}' AS history (STORAGE_VERSION '{STORAGE_VERSION}')")
            self.writer = self._session()
        except StoreFault:
            self._root.close()
            raise

    def _session(self) -> Session:
        session = Session(self._root.cursor(), self.shared.catalog)
        session.run("USE history")
        return session

    def knowing(self) -> Session:
        """Give a session that asks neither the engine nor the disk."""
        catalog = self.shared.catalog
        if self._knowing is None or self._knowing[0] is not catalog:
            self._knowing = catalog, Knowing(self._root, replace(catalog, inspector=Idle()))
        return self._knowing[1]

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session whose queries all see the same moment; raise StoreFault once the database closes."""
        with self._state:
            if self._is_closed:
                raise StoreFault(Fault.CLOSED, "History: it is closed.")
            session = self._idle.pop() if self._idle else self._session()
            session.catalog = self.shared.catalog
            self._readers.add(session)
        is_through = False
        try:
            session.begin_at_first_query()
            yield session
            is_through = True
        finally:
            session.rollback()
            self._let_go(session, is_reusable=is_through)
            self.when_read()

    def _let_go(self, session: Session, *, is_reusable: bool) -> None:
        with self._state:
            self._readers.discard(session)
            if is_reusable and not self._is_closed:
                self._idle.append(session)
            else:
                session.close()
            self._state.notify_all()

    def wal_bytes(self) -> int:
        """Size of the write-ahead log."""
        try:
            return self.path.with_name(self.path.name + ".wal").stat().st_size
        except FileNotFoundError:
            return 0

    def is_alive(self) -> bool:
        """Whether it still answers: after some failures the engine refuses everything until it is opened anew."""
        try:
            self.writer.rows("SELECT count(*) FROM meta")
        except StoreFault:
            return False
        return True

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the file; raise StoreFault, BUSY while a reader sees what was changed."""
        with _translated("a checkpoint"):
            self._root.execute("CHECKPOINT history")

    def close(self) -> None:
        """Let go of the file and end the engine."""
        self.let_go()
        self._engine.close()

    def let_go(self) -> None:
        """Break off readers, wait for them, and let go of the file; what was committed is safe in file or log."""
        with self._state:
            self._is_closed = True
            while self._readers:
                # An interrupt that comes between two queries of a reader is forgotten.
                for session in self._readers:
                    session.interrupt()
                self._state.wait(INTERRUPT_AGAIN_S)
        for session in [*self._idle, self.writer]:
            session.close()
        with contextlib.suppress(duckdb.Error):
            self._root.execute("DETACH history")
        self._root.close()


def open_database(path: Path, limits: Limits) -> Database:
    """Open or make the file with an engine of its own; raise StoreFault."""
    engine = Engine(path, limits)
    try:
        return Database(path, engine)
    except StoreFault:
        engine.close()
        raise

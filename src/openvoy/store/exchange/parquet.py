"""Parquet files, by way of a passing database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openvoy.errors import ConfigError
from openvoy.store.database import Session, open_database
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.limits import Limits
from openvoy.store.passing import passing_folder

ROWS_AT_ONCE = 20_000


def read_parquet(file: Path) -> Iterator[Mapping[str, Any]]:
    """Give the rows of a Parquet file by column; raise ConfigError for one that is none, or StorageError."""
    with tempfile.TemporaryDirectory(dir=passing_folder()) as folder:
        database = open_database(Path(folder) / "import.duckdb", Limits())
        try:
            session = database.writer
            names = _load(session, file)
            columns = ", ".join(map(_quoted, names))
            first = 0
            while rows := session.rows(
                f"SELECT {columns} FROM import WHERE rowid >= ? AND rowid < ?", [first, first + ROWS_AT_ONCE]
            ):
                yield from (dict(zip(names, row, strict=True)) for row in rows)
                first += ROWS_AT_ONCE
        finally:
            database.close()


def _load(session: Session, file: Path) -> list[str]:
    """Have the rows of a file in a table; give its columns."""
    try:
        names = [row[0] for row in session.rows("DESCRIBE SELECT * FROM read_parquet(?)", [str(file)])]
        columns = ", ".join(map(_quoted, names))
        session.run(f"CREATE TABLE import AS SELECT {columns} FROM read_parquet(?)", [str(file)])
    except StoreFault as fault:
        if fault.fault not in {Fault.OTHER, Fault.CORRUPT}:
            raise
        raise ConfigError(
            f"{file} is no Parquet file that can be read: {fault.reason}.", hint="Export or copy it anew."
        ) from fault
    return names


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class ParquetRows:
    """Takes rows bit by bit, and becomes a Parquet file at the end."""

    def __init__(self, folder: Path, types: Mapping[str, str]) -> None:
        """Begin a table with these columns in a passing file in `folder`; raise StorageError."""
        self._database = open_database(folder / "export.duckdb", Limits())
        columns = ", ".join(f'"{name}" {type_}' for name, type_ in types.items())
        self._database.writer.run(f"CREATE TABLE export ({columns})")

    def put(self, rows: Iterable[Sequence[object]]) -> None:
        """Add rows."""
        self._database.writer.inserter("export").put(rows)

    def finish(self, file: Path) -> None:
        """Write the file."""
        quoted = str(file).replace("'", "''")
        self._database.writer.run(f"COPY export TO '{quoted}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)")

    def close(self) -> None:
        """Let go of the passing file."""
        self._database.close()

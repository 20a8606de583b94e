"""Writes rows as CSV, JSON lines or Parquet; a file is there whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TextIO
from zoneinfo import ZoneInfo

from openvoy.errors import ConfigError, StorageError
from openvoy.store.exchange.parquet import ParquetRows

STDOUT = "-"
FORMATS = ("csv", "jsonl", "parquet")
SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


class RowWriter(Protocol):
    """Takes rows."""

    def put(self, rows: Sequence[tuple[Any, ...]], /) -> None:
        """Write rows."""
        ...


def find_format(name: str | None, target: str) -> str:
    """Find the format by its name, else by the suffix of the file; raise ConfigError."""
    if Path(target).is_dir():
        raise ConfigError(f"{target} is a folder.", hint="Name a file in it, such as days.csv.")
    found = name or SUFFIXES.get(Path(target).suffix.lower(), "csv" if target == STDOUT else "")
    if found not in FORMATS:
        raise ConfigError(
            f"'{found or Path(target).suffix}' is no format of an export.", hint=f"Known are: {', '.join(FORMATS)}."
        )
    if found == "parquet" and target == STDOUT:
        raise ConfigError("Parquet cannot be written to the terminal.", hint="Name a file with --out.")
    return found


@contextlib.contextmanager
def writing(target: str, format_name: str, types: Mapping[str, str], zone: ZoneInfo) -> Iterator[RowWriter]:
    """Write rows to a file, which takes its name at the end, or to standard output; raise StorageError."""
    if target == STDOUT:
        yield _TEXTS[format_name](sys.stdout, tuple(types), zone)
        sys.stdout.flush()
        return
    file = Path(target)
    try:
        with tempfile.TemporaryDirectory(prefix=".openvoy-export-", dir=file.absolute().parent) as folder:
            part = Path(folder) / file.name
            with _opened(part, format_name, types, zone) as writer:
                yield writer
            _sync(part)
            part.replace(file)
    except OSError as error:
        raise StorageError(
            f"{file} cannot be written: {error.strerror or error}.", hint="Look at the folder and the room on the disk."
        ) from error


@contextlib.contextmanager
def _opened(part: Path, format_name: str, types: Mapping[str, str], zone: ZoneInfo) -> Iterator[RowWriter]:
    if format_name == "parquet":
        rows = ParquetRows(part.parent, types)
        try:
            yield rows
            rows.finish(part)
        finally:
            rows.close()
        return
    with part.open("w", encoding="utf-8", newline="") as opened:
        yield _TEXTS[format_name](opened, tuple(types), zone)


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


class _Csv:
    def __init__(self, out: TextIO, names: Sequence[str], zone: ZoneInfo) -> None:
        self._writer = csv.writer(out, lineterminator="\n")
        self._zone = zone
        self._writer.writerow(names)

    def put(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows; what was not said is empty."""
        self._writer.writerows([_plain(value, self._zone) for value in row] for row in rows)


class _JsonLines:
    def __init__(self, out: TextIO, names: Sequence[str], zone: ZoneInfo) -> None:
        self._out = out
        self._names = names
        self._zone = zone

    def put(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write one object a row."""
        for row in rows:
            values = (_plain(value, self._zone) for value in row)
            self._out.write(json.dumps(dict(zip(self._names, values, strict=True)), ensure_ascii=False) + "\n")


_TEXTS: Mapping[str, Callable[[TextIO, Sequence[str], ZoneInfo], RowWriter]] = {"csv": _Csv, "jsonl": _JsonLines}


def _plain(value: object, zone: ZoneInfo) -> object:
    return value.astimezone(zone).isoformat() if isinstance(value, datetime) else value

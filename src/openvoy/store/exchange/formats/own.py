"""Our own exports of energy: CSV, JSON lines or Parquet, counters (`time`) or energies of periods (`start`, `end`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from openvoy.errors import ConfigError
from openvoy.store.exchange.formats.tables import Table, TextFile, decode
from openvoy.store.exchange.formats.text import parse_moment, parse_number
from openvoy.store.exchange.observed import KEPT, Amount, Format, Observation, Problem, Reading, Total
from openvoy.store.exchange.parquet import read_parquet

_PARQUET = b"PAR1"
_NAME = re.compile(r"\w+")
_COLUMNS = {f"{quantity}_wh": quantity for quantity in KEPT}
_NOTHING = (None, "", 0, "0.0", "0", "False", "false")

Line = tuple[int, Mapping[str, Any]]
"""Number of the line, and its values by column."""


def is_like(_file: Path, head: bytes) -> bool:
    """Whether the columns are ours."""
    if head.startswith(_PARQUET):
        return True
    names = set(_NAME.findall(decode(head).lstrip().partition("\n")[0]))
    return not names.isdisjoint(_COLUMNS) and ({"gateway", "time"} <= names or {"start", "end"} <= names)


def read(file: Path, reading: Reading) -> Iterator[Observation]:
    """Read an export of energy."""
    for number, values in _lines(file, reading):
        names = _COLUMNS.keys() & values.keys()
        if not names:
            raise ConfigError(
                f"{file} has no energies: none of its columns is {', '.join(_COLUMNS)}.",
                hint="Exports of the table energy can be imported; use a backup for the others.",
            )
        yield from _observe(file, number, values, reading)


def _observe(file: Path, number: int, values: Mapping[str, Any], reading: Reading) -> Iterator[Observation]:
    is_counter = "time" in values
    at = parse_moment(str(values.get("time" if is_counter else "start")), reading.zone)
    end = at if is_counter else parse_moment(str(values.get("end")), reading.zone)
    if at is None or end is None:
        yield Problem(str(file), number, f"'{values.get('time') or values.get('start')}' is not a time")
        return
    series = str(values.get("gateway") or "")
    is_estimated = values.get("estimated") not in _NOTHING
    for name, quantity in _COLUMNS.items():
        said = values.get(name)
        if said is None or said == "":
            continue
        energy_wh = float(said) if isinstance(said, int | float) else parse_number(str(said))
        if energy_wh is None:
            yield Problem(str(file), number, f"{name}: '{str(said)[:40]}' is not a number")
        elif is_counter:
            yield Total(quantity, series, int(at.timestamp()), energy_wh, number, estimated=is_estimated)
        else:
            span_s = int(at.timestamp()), int(end.timestamp())
            yield Amount(quantity, series, *span_s, energy_wh, number, estimated=is_estimated)


def _lines(file: Path, reading: Reading) -> Iterable[Line]:
    try:
        with file.open("rb") as opened:
            head = opened.read(4)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", hint="Correct the name of the file.") from error
    if head == _PARQUET:
        return enumerate(read_parquet(file), 1)
    text = TextFile(file)
    return _json_lines(text) if text.is_json else _csv_lines(Table(file, reading))


def _csv_lines(table: Table) -> Iterator[Line]:
    header: list[str] | None = None
    for number, cells in table.rows():
        if header is None:
            header = cells
        else:
            missing = [""] * (len(header) - len(cells))
            yield number, dict(zip(header, [*cells, *missing], strict=False))


def _json_lines(text: TextFile) -> Iterator[Line]:
    for number, line in enumerate(text.lines(), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except json.JSONDecodeError as error:
            raise ConfigError(
                f"{text.file}, line {number}: {error.msg}.", hint="Each line is one JSON object."
            ) from error
        if isinstance(values, dict):
            yield number, values


FORMAT = Format(
    name="openvoy",
    summary="our own exports of the table energy: CSV, JSON lines or Parquet",
    is_like=is_like,
    read=read,
)

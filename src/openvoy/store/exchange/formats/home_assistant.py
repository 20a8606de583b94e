"""Long-term statistics of Home Assistant: its database, its energy dashboard's CSV, tables and JSON of statistics.

A statistic has one row an hour; its `sum` is what was counted until the end of that hour, resets taken out.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from openvoy.errors import ConfigError
from openvoy.store.exchange.formats.tables import Row, Table, TextFile, decode, read_head
from openvoy.store.exchange.formats.text import (
    FACTORS_WH,
    WallTimes,
    find_decimal_mark,
    following,
    parse_moment,
    parse_number,
    usual_step_s,
)
from openvoy.store.exchange.observed import Amount, Format, Observation, Problem, Reading, Total

HOUR_S = 3600
Span = tuple[int, int]
_SQLITE = b"SQLite format 3\0"
_DASHBOARD = {
    "grid_consumption": "import",
    "grid_return": "export",
    "solar_production": "solar",
    "battery_in": "charge",
    "battery_out": "discharge",
}
_KNOWN_ENDS = (
    ("lifetime_net_energy_consumption", "import"),
    ("lifetime_net_energy_production", "export"),
    ("lifetime_balanced_net_energy_consumption", ""),
    ("lifetime_energy_consumption", "load"),
    ("lifetime_energy_production", "solar"),
    ("lifetime_battery_energy_charged", "charge"),
    ("lifetime_battery_energy_discharged", "discharge"),
)
"""How names of statistics end that Home Assistant makes by itself for a gateway; "" is not imported."""
_BY_END = "names of a gateway's sensors"
"""The source of what is known by its name: what a person named for the same quantity is not added to it."""


def is_like(_file: Path, head: bytes) -> bool:
    """Whether it is a SQLite database, or text with the names of statistics."""
    if head.startswith(_SQLITE):
        return True
    text = decode(head).lstrip()
    first = text.partition("\n")[0].lower()
    if first.startswith("entity_id") and "type" in first:
        return True
    if "statistic_id" in first and "start" in first:
        return True
    return text.startswith("{") and bool(re.search(r'"(start|sum|change)"\s*:', text)) and '"sensor.' in text


def read(file: Path, reading: Reading) -> Iterator[Observation]:
    """Read statistics of energies; those that nobody named are noted as ignored."""
    if read_head(file, len(_SQLITE)) == _SQLITE:
        return _read_database(file, reading)
    text = TextFile(file)
    if text.is_json:
        return _read_json(file, "".join(text.lines()), reading)
    table = Table(file, reading)
    first = next(table.rows(), (0, []))
    header = [cell.lower() for cell in first[1]]
    if header[:3] == ["entity_id", "type", "unit"]:
        return _read_dashboard(table, first, reading)
    if "statistic_id" in header and {"start", "start_ts"} & set(header) and {"sum", "state", "delta"} & set(header):
        return _read_table(table, first, reading)
    raise ConfigError(
        f"{file} has no statistics: its first line names neither statistic_id and start, nor entity_id, type and unit.",
        hint="Use home-assistant_v2.db itself, or the CSV of the energy dashboard.",
    )


class Statistic(NamedTuple):
    """What a statistic counts, and who says so."""

    quantity: str
    name: str
    source: str


def find_statistic(name: str, reading: Reading) -> Statistic | None:
    """Say what a statistic counts; None where nobody said it."""
    if given := reading.named(name):
        return Statistic(given, name, "")
    known = next((quantity for end, quantity in _KNOWN_ENDS if name.endswith(end)), "")
    return Statistic(known, name, _BY_END) if known else None


def _read_database(file: Path, reading: Reading) -> Iterator[Observation]:
    try:
        with closing(_open_database(file)) as database:
            names = {row[1] for row in database.execute("PRAGMA table_info(statistics)")}
            if not {"metadata_id", "sum"} <= names:
                raise ConfigError(
                    f"{file} has no table of statistics.", hint="Use Home Assistant's home-assistant_v2.db."
                )
            start = "start_ts" if "start_ts" in names else "start"
            metadata = list(
                database.execute("SELECT id, statistic_id, unit_of_measurement, has_sum FROM statistics_meta")
            )
            for number, name, unit, has_sum in metadata:
                if not has_sum or str(unit).lower() not in FACTORS_WH:
                    continue
                statistic = find_statistic(name, reading)
                if statistic is None:
                    reading.ignore(name)
                    continue
                rows = database.execute(
                    f"SELECT id, {start}, sum FROM statistics WHERE metadata_id = ? ORDER BY {start}",
                    (number,),
                )
                yield from _totals(file, rows, statistic, FACTORS_WH[unit.lower()], reading)
    except sqlite3.Error as error:
        raise ConfigError(
            f"{file} cannot be read as a database: {error}.", hint="Copy it while Home Assistant is stopped."
        ) from error


def _open_database(file: Path) -> sqlite3.Connection:
    """Open for reading; a copy without the log of open changes is not touched at all."""
    has_log = file.with_name(f"{file.name}-wal").exists()
    return sqlite3.connect(f"{file.absolute().as_uri()}?{'mode=ro' if has_log else 'immutable=1'}", uri=True)


def _totals(file: Path, rows: Any, statistic: Statistic, factor: float, reading: Reading) -> Iterator[Observation]:
    quantity, name, source = statistic
    for number, start, total in rows:
        at = (
            None
            if start is None
            else parse_moment(str(start) + ("" if _has_seconds(start) else "+00:00"), reading.zone)
        )
        if total is None:
            continue
        if at is None or not isinstance(total, int | float):
            yield Problem(str(file), None, f"row {number} of {name} is not a time and a number: {start!r}, {total!r}")
            continue
        yield Total(quantity, name, int(at.timestamp()) + HOUR_S, total * factor, source=source)


def _has_seconds(start: object) -> bool:
    return isinstance(start, int | float)


def _read_dashboard(table: Table, header: Row, reading: Reading) -> Iterator[Observation]:
    """Read one line a statistic, one column a time."""
    file, (line, names) = table.file, header
    texts = names[3:]
    moments = [parse_moment(text, reading.zone) for text in texts]
    if not moments or None in moments:
        raise ConfigError(f"{file}, line {line}: a column's name is not a time.", hint="Export it anew.")
    spans = _spans(file, [moment.astimezone(reading.zone) for moment in moments if moment is not None])
    mark = find_decimal_mark((text for _, cells in table.rows(line) for text in cells[3:]), table.delimiter)
    for number, cells in table.rows(line):
        name, kind, unit = (*cells[:3], "", "", "")[:3]
        quantity = reading.named(name) or _DASHBOARD.get(kind)
        if quantity is None or unit.lower() not in FACTORS_WH:
            if unit.lower() in FACTORS_WH and name:
                reading.ignore(name)
            continue
        for (start_s, end_s), text in zip(spans, cells[3:], strict=False):
            value = parse_number(text, mark)
            if value is not None:
                yield Amount(quantity, name or kind, start_s, end_s, value * FACTORS_WH[unit.lower()], number)
            elif text:
                yield Problem(str(file), number, f"'{text[:40]}' is not an energy")


def _spans(file: Path, moments: Sequence[datetime]) -> list[Span]:
    """Give each column its time: hours, days or months of the calendar, as the distance of most columns says."""
    step_s = usual_step_s(moments)
    if step_s is None:
        raise ConfigError(
            f"{file}: the times of its columns do not say how long each of them lasts.",
            hint="Export a day, a month or a year that has more of them.",
        )
    return [(int(at.timestamp()), int(following(at, step_s).timestamp())) for at in moments]


def _read_table(table: Table, header: Row, reading: Reading) -> Iterator[Observation]:
    """Read one line a statistic and hour."""
    line, names = header[0], [cell.lower() for cell in header[1]]
    place = {name: names.index(name) for name in names}
    begins = place.get("start_ts", place.get("start"))
    counted = next(name for name in ("sum", "delta", "state") if name in place)
    unit_place = next((place[name] for name in ("unit", "unit_of_measurement") if name in place), None)
    mark = find_decimal_mark((_cell(cells, place[counted]) for _, cells in table.rows(line)), table.delimiter)
    times = WallTimes(
        (_cell(cells, begins) for _, cells in table.rows(line)),
        reading.zone,
        has_day_first=reading.has_day_first,
    )
    clocks: dict[str, WallTimes] = defaultdict(times.anew)
    for number, cells in table.rows(line):
        name, unit = _cell(cells, place["statistic_id"]), _cell(cells, unit_place)
        statistic = find_statistic(name, reading)
        if statistic is None or (unit or "kWh").lower() not in FACTORS_WH:
            reading.ignore(name)
            continue
        text, at = _cell(cells, place[counted]), clocks[name].parse(_cell(cells, begins))
        value = parse_number(text, mark)
        if at is None or value is None:
            wrong = _cell(cells, begins) if at is None else text
            yield Problem(str(table.file), number, f"'{wrong[:40]}' is not a {'time' if at is None else 'number'}")
            continue
        energy_wh = value * FACTORS_WH[(unit or "kWh").lower()]
        yield _observe(statistic, int(at.timestamp()), energy_wh, line=number, is_change=counted == "delta")


def _observe(
    statistic: Statistic,
    start_s: int,
    energy_wh: float,
    *,
    end_s: int | None = None,
    line: int | None = None,
    is_change: bool,
) -> Observation:
    """Say what a row says: how much passed in it, or what was counted until its end; an hour where it has none."""
    quantity, name, source = statistic
    until_s = start_s + HOUR_S if end_s is None else end_s
    if is_change:
        return Amount(quantity, name, start_s, until_s, energy_wh, line, source)
    return Total(quantity, name, until_s, energy_wh, line, source)


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _read_json(file: Path, text: str, reading: Reading) -> Iterator[Observation]:
    """Read the answer to `recorder/statistics_during_period`: lists of hours by name of the statistic, in kWh."""
    try:
        answer = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{file}, line {error.lineno}: {error.msg}.", hint="Save the whole answer.") from error
    statistics = answer.get("result", answer)
    if not isinstance(statistics, Mapping):
        raise ConfigError(f"{file} has no statistics by name.", hint="Save the answer to statistics_during_period.")
    for name, hours in statistics.items():
        statistic = find_statistic(name, reading)
        if statistic is None or not isinstance(hours, list):
            reading.ignore(name)
            continue
        for number, hour in enumerate(hours, 1):
            observed = _of_json(statistic, hour, reading)
            yield observed or Problem(str(file), None, f"entry {number} of {name} has no start and sum")


def _of_json(statistic: Statistic, hour: Any, reading: Reading) -> Observation | None:
    at = parse_moment(str(hour.get("start")), reading.zone) if isinstance(hour, Mapping) else None
    end = None if at is None else parse_moment(str(hour.get("end")), reading.zone) or at + timedelta(hours=1)
    for member in ("sum", "change"):
        value = None if at is None else hour.get(member)
        if at is None or end is None or not isinstance(value, int | float):
            continue
        energy_wh, is_change = value * FACTORS_WH["kwh"], member == "change"
        return _observe(statistic, int(at.timestamp()), energy_wh, end_s=int(end.timestamp()), is_change=is_change)
    return None


FORMAT = Format(
    name="home-assistant",
    summary="long-term statistics: home-assistant_v2.db, the energy dashboard's CSV, tables or JSON of statistics",
    is_like=is_like,
    read=read,
)

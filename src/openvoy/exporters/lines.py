"""The line protocol of InfluxDB, which VictoriaMetrics, QuestDB and Telegraf take too.

Source: docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from openvoy.ports import Columns

Field = float | int | str | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """How rows of history become points."""

    kind: str
    """Of history, a name of Batch."""
    name: str
    tags: tuple[str, ...]
    """Columns that tell series apart; with the time they are a point's key."""
    leaves_out: tuple[str, ...] = ()
    """Columns that say nothing to a receiver."""


MEASUREMENTS = (
    Measurement(kind="power", name="openvoy_power", tags=("gateway",), leaves_out=("interval_s",)),
    Measurement(kind="energy", name="openvoy_energy", tags=("gateway",), leaves_out=("rules_version",)),
    Measurement(kind="meters", name="openvoy_meter", tags=("gateway", "eid", "channel")),
    Measurement(kind="inverters", name="openvoy_inverter", tags=("gateway", "serial")),
    Measurement(kind="batteries", name="openvoy_battery", tags=("gateway", "serial")),
)

_FLAGS = frozenset({"estimated", "charge_estimated"})
_KEY = str.maketrans({",": "\\,", " ": "\\ ", "=": "\\=", "\n": "\\ ", "\r": "\\ "})
_TEXT = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": " "})


def render_lines(measurement: Measurement, columns: Columns) -> Iterator[str]:
    """Render rows as lines with times in seconds; a row that says nothing gives none."""
    fields = [name for name in columns if name not in {"seq", "at", *measurement.tags, *measurement.leaves_out}]
    for index, at_s in enumerate(whole_numbers(columns["at"])):
        said = ",".join(_render_fields(columns, fields, index))
        if said:
            tags = "".join(_render_tag(tag, columns[tag][index]) for tag in measurement.tags)
            yield f"{measurement.name}{tags} {said} {at_s}"


def _render_fields(columns: Columns, names: Sequence[str], index: int) -> Iterator[str]:
    for name in names:
        value: Field = columns[name][index]
        if name in _FLAGS and value is not None:
            value = bool(value)
        rendered = _render_value(value)
        if rendered:
            yield f"{name}={rendered}"


def _render_tag(name: str, value: Field) -> str:
    text = "" if value is None else str(value).translate(_KEY)
    return f",{name}={text}" if text else ""


def _render_value(value: Field) -> str:
    """Render a field; numbers are all floats, since a receiver keeps the type that it sees first."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value.translate(_TEXT)}"'
    number = float(value)
    return repr(number) if math.isfinite(number) else ""


def whole_numbers(column: Sequence[Field]) -> list[int]:
    """Give a column that has a number in every row, such as sequences and times."""
    return [int(number) for number in column if number is not None]


def with_precision(query: Mapping[str, str]) -> dict[str, str]:
    """Say in the query of a write address that times are in seconds; what stands there already is replaced."""
    return {**query, "precision": "s"}

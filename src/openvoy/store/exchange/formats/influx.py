"""InfluxDB line protocol: what `influx_inspect export` and `influxd inspect export-lp` write.

A line is `measurement,tag=value field=value,field=value time`. Comments of an export name the retention policy, which
tells means of power from sums of energy. Known are the points of the usual loggers; others are named by a person.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.store.exchange.formats.tables import decode, opened
from openvoy.store.exchange.formats.text import FACTORS_WH
from openvoy.store.exchange.observed import NET, Amount, Format, Observation, PowerSample, Problem, Reading, Total

HOUR_S = 3600
_LINE = re.compile(
    r"(?P<key>(?:\\.|[^\\ ])+) +(?P<fields>(?:\\.|\"(?:\\.|[^\"\\])*\"|[^ \"\\])+)(?: +(?P<time>-?\d+))?\s*"
)
_PARTS = re.compile(r"(?:\\.|\"(?:\\.|[^\"\\])*\"|[^,\\\"])+")
_POLICY = re.compile(r"#\s*CONTEXT-RETENTION-POLICY:\s*(\S+)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a field is: a quantity, and how its number is to be taken."""

    quantity: str
    unit: str
    """w, kw: power; wh, kwh: energy of the hour; day_wh, day_kwh: of the day before; total_wh, total_kwh: counter."""
    source: str = ""
    """The program that writes it; empty where a person said what it is."""


_UNITS = ("w", "kw", "wh", "kwh", "day_wh", "day_kwh", "total_wh", "total_kwh")
_FLOWS = {
    "solar": "solar",
    "home": "load",
    "from_grid": "import",
    "to_grid": "export",
    "from_pw": "discharge",
    "to_pw": "charge",
}
KNOWN: Mapping[str, Meaning] = {
    # One point a phase and five seconds; once a day the energies of the day before.
    "production-line*.P": Meaning("solar", "w", "lines"),
    "consumption-line*.P": Meaning("load", "w", "lines"),
    "net-line*.P": Meaning(NET, "w", "lines"),
    "production-daily-summary-line*.Wh": Meaning("solar", "day_wh", "lines"),
    "consumption-daily-summary-line*.Wh": Meaning("load", "day_wh", "lines"),
    # Means of a minute; the same names in the policy kwh are energies of an hour.
    **{f"http.{name}": Meaning(quantity, "w", "http") for name, quantity in _FLOWS.items()},
    **{f"kwh/http.{name}": Meaning(quantity, "kwh", "http") for name, quantity in _FLOWS.items()},
    # Lifetime counters.
    "system_production.watt_hours_lifetime": Meaning("solar", "total_wh", "system"),
    "system_consumption.watt_hours_lifetime": Meaning("load", "total_wh", "system"),
}
"""By measurement and field, a retention policy before them where it matters."""
_SUMMARIES = frozenset({"daily", "monthly", "raw"})
"""Policies whose points say again what others say."""


def is_like(_file: Path, head: bytes) -> bool:
    """Whether lines look like points."""
    lines = [line for line in decode(head).splitlines() if line.strip()]
    if any(_POLICY.match(line) for line in lines):
        return True
    # The last line may be cut.
    points = [line for line in lines[:-1] or lines if not line.startswith(("#", "CREATE"))]
    return bool(points) and all((found := _LINE.fullmatch(line)) and "=" in found["fields"] for line in points)


def read(file: Path, reading: Reading) -> Iterator[Observation]:
    """Read points; fields that nobody named are noted as ignored."""
    meanings = {**KNOWN, **{name: parse_meaning(name, text) for name, text in reading.names.items()}}
    return _Points(file, reading, meanings).read()


def parse_meaning(name: str, text: str) -> Meaning:
    """Parse `quantity` or `quantity:unit`; raise ConfigError."""
    quantity, _, unit = text.partition(":")
    if unit and unit.lower() not in _UNITS:
        raise ConfigError(f"--map {name}: '{unit}' is no unit.", hint=f"Known are: {', '.join(_UNITS)}.")
    return Meaning(quantity, unit.lower() or "w")


class _Points:
    def __init__(self, file: Path, reading: Reading, meanings: Mapping[str, Meaning]) -> None:
        self._file = file
        self._reading = reading
        self._meanings = meanings
        self._known: dict[tuple[str, str, str, str], Meaning | None] = {}
        self._policy = ""

    def read(self) -> Iterator[Observation]:
        with opened(self._file) as stream, io.TextIOWrapper(stream, "utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                yield from self._read_line(number, line.rstrip("\r\n"))

    def _read_line(self, number: int, line: str) -> Iterator[Observation]:
        if not line.strip() or line.startswith(("#", "CREATE")):
            policy = _POLICY.match(line)
            self._policy = policy[1] if policy else self._policy
            return
        if self._policy in _SUMMARIES:
            return
        found = _LINE.fullmatch(line)
        if found is None or found["time"] is None:
            yield Problem(str(self._file), number, "it is not a point with a time")
            return
        measurement, tags = _parse_key(found["key"])
        if "phase" in tags:
            return
        at_s = _seconds(int(found["time"]))
        series = ",".join(value for name, value in sorted(tags.items()) if name in {"line-idx", "source", "host"})
        for part in _PARTS.findall(found["fields"]):
            name, _, text = part.partition("=")
            meaning = self._find(measurement, _unescape(name), tags.get("entity_id", ""))
            if meaning is None:
                continue
            value = _number(text)
            if value is None:
                yield Problem(str(self._file), number, f"{name}: '{text[:40]}' is not a number")
            else:
                yield self._observe(meaning, series or measurement, at_s, (number, value))

    def _find(self, measurement: str, field: str, entity: str) -> Meaning | None:
        key = (self._policy, measurement, field, entity)
        if key not in self._known:
            names = [f"{self._policy}/{measurement}.{field}", f"{measurement}.{field}", *([entity] if entity else ())]
            matches = (mask for name in names for mask in self._meanings if fnmatchcase(name, mask))
            mask = next(matches, "")
            self._reading.named(mask)
            self._known[key] = self._meanings.get(mask)
        if self._known[key] is None:
            self._reading.ignore(entity or f"{measurement}.{field}")
        return self._known[key]

    def _observe(self, meaning: Meaning, series: str, at_s: int, numbered: tuple[int, float]) -> Observation:
        unit, (line, value) = meaning.unit, numbered
        quantity, source = meaning.quantity, meaning.source
        if unit in {"w", "kw"}:
            return PowerSample(quantity, series, at_s, value * (1000 if unit == "kw" else 1), line, source)
        energy_wh = value * FACTORS_WH[unit.rpartition("_")[2]]
        if unit.startswith("total"):
            return Total(quantity, series, at_s, energy_wh, line, source)
        start_s, end_s = self._day_before(at_s) if unit.startswith("day") else (at_s, at_s + HOUR_S)
        return Amount(quantity, series, start_s, end_s, energy_wh, line, source)

    def _day_before(self, at_s: int) -> tuple[int, int]:
        zone = self._reading.zone
        today = datetime.fromtimestamp(at_s, UTC).astimezone(zone).date()
        bounds = (datetime.combine(day, time.min, zone) for day in (today - timedelta(days=1), today))
        start_s, end_s = (int(bound.timestamp()) for bound in bounds)
        return start_s, end_s


def _parse_key(text: str) -> tuple[str, dict[str, str]]:
    measurement, *tags = re.findall(r"(?:\\.|[^,\\])+", text)
    return _unescape(measurement), {
        _unescape(name): _unescape(value) for name, _, value in (tag.partition("=") for tag in tags)
    }


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _number(text: str) -> float | None:
    try:
        value = float(text.removesuffix("i").removesuffix("u"))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None


def _seconds(time_number: int) -> int:
    """Times have nanoseconds, unless somebody chose coarser ones."""
    digits = len(str(abs(time_number)))
    for limit, divisor in ((11, 1), (14, 1000), (17, 1_000_000)):
        if digits < limit:
            return time_number // divisor
    return time_number // 1_000_000_000


FORMAT = Format(
    name="influx",
    summary="InfluxDB line protocol, also compressed (.gz), as loggers of gateways and batteries write it",
    is_like=is_like,
    read=read,
)

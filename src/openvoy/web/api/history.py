"""History by column: every array of a reply has the same length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Literal, TypeVar, cast

from openvoy.codec import doc
from openvoy.model.together import fold_shared, share_pct
from openvoy.ports import Columns, HistoryStatus
from openvoy.web.backend import Backend
from openvoy.web.operation import End, GatewayName, Operation, Start
from openvoy.web.query import MAX_POINTS, Span, check_length, check_step, find_serial, parse_span

T = TypeVar("T")

Numbers = Sequence[float | None]

DAY_S = 86_400
HOUR_S = 3_600
LEAST_PERIOD_S = {
    "hour": HOUR_S,
    "day": DAY_S - HOUR_S,
    "week": 7 * DAY_S - HOUR_S,
    "month": 28 * DAY_S,
    "year": 365 * DAY_S,
}
REPORT_S = 300
"""An inverter reports every 5 minutes at most."""
ALL_INVERTERS_S = 2 * DAY_S
"""Two days of a hundred inverters are some 30,000 reports, of which the night is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerColumns:
    """Mean powers over the step that starts at `at` (Unix seconds)."""

    at: Sequence[int]
    solar_w: Numbers
    grid_w: Numbers
    battery_w: Numbers
    generator_w: Numbers
    load_w: Numbers
    soc_pct: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyColumns:
    """Energies of the local period that starts at `start` (Unix seconds)."""

    start: Sequence[int]
    solar_wh: Numbers
    import_wh: Numbers
    export_wh: Numbers
    charge_wh: Numbers
    discharge_wh: Numbers
    load_wh: Numbers
    house_load_wh: Numbers
    """Load of gateways, and in longer periods of days, of which load and import are both known."""
    house_import_wh: Numbers
    """Import of the same: a share is to be taken of these two, as what a gateway does not measure is not 0."""
    sun_solar_wh: Numbers
    """Solar energy of gateways, and in longer periods of days, of which it and export are both known."""
    sun_export_wh: Numbers
    """Export of the same."""
    autarky_pct: Numbers
    """Share of that load that was not imported."""
    self_consumption_pct: Numbers
    """Share of that solar energy that was not exported."""
    residual_wh: Numbers
    """What the meters' energies leave unexplained; it grows and falls, and is in none of the others."""
    estimated: Sequence[bool | None]
    charge_estimated: Sequence[bool | None]
    """Charge and discharge are integrated from power, as nothing counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterColumns:
    """Reports of inverters; `at` is the end of the reported interval (Unix seconds)."""

    at: Sequence[int]
    serial: Sequence[str]
    power_w: Numbers
    dc_voltage_v: Numbers
    dc_current_a: Numbers
    ac_voltage_v: Numbers
    ac_current_a: Numbers
    frequency_hz: Numbers
    temperature_c: Numbers


async def read_power(
    backend: Backend,
    *,
    start: Start,
    end: End,
    step_s: Annotated[int, doc("s", "Length of a step, 1 or more.")] = 300,
    gateway: GatewayName = None,
) -> PowerColumns:
    """Mean powers by step; several gateways are added up."""
    span = parse_span(start, end, zone=backend.zone)
    check_step(span, step_s)
    serial = await find_serial(backend.feed, backend.store, gateway)
    columns = await backend.store.read_power(start=span.start, end=span.end, step_s=step_s, gateway=serial)
    return _build_columns(PowerColumns, columns)


async def read_energy(
    backend: Backend,
    *,
    start: Start,
    end: End,
    by: Annotated[
        Literal["hour", "day", "week", "month", "year"],
        doc("", "hour, day, week (from Monday), month or year, in the site's time."),
    ] = "day",
    exact: Annotated[
        bool, doc("", "The first and the last period only as far as they lie between start and end; else each whole.")
    ] = False,
    gateway: GatewayName = None,
) -> EnergyColumns:
    """Energies by hour, day, week, month or year of the site's time zone; several gateways are added up."""
    span = parse_span(start, end, zone=backend.zone)
    check_length(
        span, MAX_POINTS * LEAST_PERIOD_S[by], hint="Give a longer period with by=, or a shorter time to read."
    )
    serial = await find_serial(backend.feed, backend.store, gateway)
    columns = await backend.store.read_energy(
        start=span.start, end=span.end, by=by, time_zone=backend.site.time_zone, gateway=serial
    )
    if exact and columns["start"]:
        columns = await _cut_ends(backend, columns, span, serial)
    flags = {name: [_flag(value) for value in columns[name]] for name in ("estimated", "charge_estimated")}
    shares = {
        "autarky_pct": _shares(columns, "house_load_wh", "house_import_wh"),
        "self_consumption_pct": _shares(columns, "sun_solar_wh", "sun_export_wh"),
    }
    return _build_columns(EnergyColumns, {**columns, **flags, **shares})


def _shares(columns: Columns, total: str, exchanged: str) -> Numbers:
    pairs = zip(columns[total], columns[exchanged], strict=True)
    return [share_pct(*cast("tuple[float | None, float | None]", pair)) for pair in pairs]


async def _cut_ends(backend: Backend, columns: Columns, span: Span, serial: str | None) -> Columns:
    """Replace the first and the last period by the part of them that lies in the span."""
    starts = [int(cast("float", at)) for at in columns["start"]]
    midnights = _midnights(span, backend.zone)
    bounds = [int(span.start.timestamp()), *starts[1:], int(span.end.timestamp())]
    last = len(starts) - 1
    cut = {name: list(values) for name, values in columns.items()}
    for row in {0, last}:
        ends = bounds[row : row + 2]
        part = await backend.store.read_energy_between(bounds=ends, gateway=serial)
        days = [ends[0], *(at_s for at_s in midnights if ends[0] < at_s < ends[1]), ends[1]]
        by_day = await backend.store.read_energy_between(bounds=days, gateway=serial) if len(days) > 2 else part
        found = {**part, **fold_shared(by_day, [len(days) - 1])}
        for name in cut.keys() & found.keys():
            cut[name][row] = found[name][0]
    return cut


def _midnights(span: Span, zone: tzinfo) -> Sequence[int]:
    """Give when local days begin that touch a span, in Unix seconds."""
    first, last = (at.astimezone(zone).date() for at in (span.start, span.end))
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [int(datetime.combine(day, time(), zone).timestamp()) for day in days]


async def read_inverters(
    backend: Backend,
    *,
    start: Start,
    end: End,
    serial: Annotated[str | None, doc("", "Serial of one inverter.")] = None,
    gateway: GatewayName = None,
) -> InverterColumns:
    """Reports of inverters as they came, every 5 to 15 minutes: of all for 2 days at most, of one for 69 days."""
    span = parse_span(start, end, zone=backend.zone)
    if serial:
        check_length(span, MAX_POINTS * REPORT_S // DAY_S * DAY_S, hint="Read it in parts.")
    else:
        check_length(span, ALL_INVERTERS_S, hint="Name one inverter with serial=, or read it in parts.")
    columns = await backend.store.read_inverters(
        start=span.start,
        end=span.end,
        gateway=await find_serial(backend.feed, backend.store, gateway),
        serial=serial or None,
    )
    return _build_columns(InverterColumns, columns)


async def read_history_state(backend: Backend) -> HistoryStatus:
    """Whether what is collected is kept, since when it is not, and how many minutes wait in memory."""
    return backend.feed.history()


def _build_columns(shape: type[T], columns: Columns | dict[str, Any]) -> T:
    return shape(**{field.name: columns[field.name] for field in fields(shape)})  # type: ignore[arg-type]


def _flag(value: float | str | None) -> bool | None:
    return None if value is None else bool(value)


OPERATIONS = (
    Operation(path="/api/v1/history/power", handler=read_power, tag="History"),
    Operation(path="/api/v1/history/energy", handler=read_energy, tag="History"),
    Operation(path="/api/v1/history/inverters", handler=read_inverters, tag="History"),
    Operation(path="/api/v1/history/state", handler=read_history_state, tag="History"),
)

"""History by column: every array of a reply has the same length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, TypeVar, cast

from openvoy.codec import doc
from openvoy.ports import Columns, HistoryStatus
from openvoy.web.backend import Backend
from openvoy.web.operation import End, GatewayName, Operation, Start
from openvoy.web.query import MAX_POINTS, Span, check_length, check_step, find_serial, parse_span

T = TypeVar("T")

Numbers = Sequence[float | None]

DAY_S = 86_400
LEAST_PERIOD_S = {"hour": 3_600, "day": 23 * 3_600, "month": 28 * DAY_S, "year": 365 * DAY_S}
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
    serial = find_serial(backend.feed, gateway)
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
    serial = find_serial(backend.feed, gateway)
    columns = await backend.store.read_energy(
        start=span.start, end=span.end, by=by, time_zone=backend.site.time_zone, gateway=serial
    )
    if exact and columns["start"]:
        columns = await _cut_ends(backend, columns, span, serial)
    flags = {name: [_flag(value) for value in columns[name]] for name in ("estimated", "charge_estimated")}
    return _build_columns(EnergyColumns, {**columns, **flags})


async def _cut_ends(backend: Backend, columns: Columns, span: Span, serial: str | None) -> Columns:
    """Replace the first and the last period by the part of them that lies in the span."""
    starts = [int(cast("float", at)) for at in columns["start"]]
    bounds = [int(span.start.timestamp()), *starts[1:], int(span.end.timestamp())]
    last = len(starts) - 1
    cut = {name: list(values) for name, values in columns.items()}
    for row in {0, last}:
        part = await backend.store.read_energy_between(bounds=bounds[row : row + 2], gateway=serial)
        for name in cut.keys() & part.keys():
            cut[name][row] = part[name][0]
    return cut


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
        start=span.start, end=span.end, gateway=find_serial(backend.feed, gateway), serial=serial or None
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

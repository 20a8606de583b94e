"""The array: how its panels lie, and what each of them gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from openvoy.codec import doc
from openvoy.model.layout import Layout, check_layout
from openvoy.ports.roof import Roof
from openvoy.web.access import Right
from openvoy.web.backend import Backend
from openvoy.web.operation import End, GatewayName, Operation, Start
from openvoy.web.problems import NothingThere
from openvoy.web.query import check_length, find_serial, parse_span

LEAST_PERIOD_S = {"hour": 3_600, "day": 23 * 3_600, "month": 28 * 86_400, "year": 365 * 86_400}
MOST_PERIODS = 400
"""Of a hundred panels these are 40,000 rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelEnergyColumns:
    """Energies of inverters by local period, accounted from their lifetime counters."""

    start: Sequence[int]
    serial: Sequence[str]
    energy_wh: Sequence[float | None]
    estimated: Sequence[bool | None]


async def read_layout(backend: Backend) -> Layout:
    """How the panels lie on the roof, as somebody laid them out; empty before."""
    return await _roof(backend).read_layout()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLayout(Layout):
    """How panels are to lie."""

    before: Layout | None = None
    """What it was made from; if another one is kept by now, that one stays."""


async def write_layout(backend: Backend, *, body: NewLayout) -> Layout:
    """Keep how the panels lie; what was kept before is replaced."""
    layout = check_layout(Layout(panels=body.panels, groups=body.groups))
    await _roof(backend).write_layout(layout, before=body.before)
    return layout


async def read_panel_energy(
    backend: Backend,
    *,
    start: Start,
    end: End,
    by: Annotated[
        Literal["hour", "day", "month", "year"], doc("", "hour, day, month or year, in the site's time.")
    ] = "day",
    gateway: GatewayName = None,
) -> PanelEnergyColumns:
    """Energies of all panels by period."""
    span = parse_span(start, end, zone=backend.zone)
    check_length(span, MOST_PERIODS * LEAST_PERIOD_S[by], hint="Give a longer period with by=, or a shorter time.")
    found: Any = await backend.store.read_device_energy(
        start=span.start,
        end=span.end,
        by=by,
        time_zone=backend.site.time_zone,
        gateway=await find_serial(backend.feed, backend.store, gateway),
    )
    rows = [row for row, kind in enumerate(found["kind"]) if kind == "inverter"]
    return PanelEnergyColumns(
        start=[found["start"][row] for row in rows],
        serial=[found["serial"][row] for row in rows],
        energy_wh=[found["energy_wh"][row] for row in rows],
        estimated=[None if (flag := found["estimated"][row]) is None else bool(flag) for row in rows],
    )


def _roof(backend: Backend) -> Roof:
    if backend.roof is None:
        raise NothingThere("This service keeps no layout.", hint="Start it with `openvoy run`.")
    return backend.roof


_LAYOUT = "/api/v1/layout"
OPERATIONS = (
    Operation(path=_LAYOUT, handler=read_layout, tag="Panels"),
    Operation(path=_LAYOUT, handler=write_layout, tag="Panels", method="PUT", right=Right.OWNER),
    Operation(path="/api/v1/history/panels", handler=read_panel_energy, tag="History"),
)

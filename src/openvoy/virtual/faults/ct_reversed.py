"""A current transformer that was turned round, or clamped on another phase, a moment ago: lifetimes are still right."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from openvoy.codec import changed, doc, each
from openvoy.protocol.endpoints.livedata import LIVEDATA_STATUS, STREAM_METER, LivePower, LiveStatus, StreamPhase
from openvoy.protocol.endpoints.meters import (
    GRID_READING,
    METER_READINGS,
    METER_REPORTS,
    PV_READING,
    MeterReading,
    MeterReport,
    QuickReading,
)
from openvoy.protocol.endpoints.production import ProductionPage, ProductionRow
from openvoy.protocol.http import Request
from openvoy.protocol.registry import find_endpoint
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_rows
from openvoy.virtual.fault_meters import meters_of, readings_of
from openvoy.virtual.fault_wiring import Turn, added, live_added, steps
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_DATA = b"data: "
_PHASES = ("ph-a", "ph-b", "ph-c")
_FLOWS = {"production": "solar", "net-consumption": "grid", "storage": "storage"}


@fault("ct-reversed")
@dataclass(frozen=True, kw_only=True)
class CtReversed(DataFault):
    """Turns the power of a meter by an angle: 180 degrees is turned round, 120 the neighbouring phase of three.

    Wherever the gateway tells it, and in what is worked out from it: total consumption, the load of the live values. An
    event stream that is open when this is switched on or off goes on as it began.
    """

    kind: Annotated[str, doc("", "production, net-consumption, total-consumption or storage")] = "production"
    phase: Annotated[int, doc("", "1, 2 or 3; 0 is all")] = 0
    degrees: Annotated[float, doc("°", "angle between current and the voltage it is measured against")] = 180.0

    @property
    def _turn(self) -> Turn:
        return Turn(self.degrees, self.phase)

    def edits(self, stage: Stage) -> Edits:
        """Change the readings of the meter, and what repeats them."""
        quick = {"production": PV_READING, "net-consumption": GRID_READING}.get(self.kind)
        return {
            **dict.fromkeys(PAGES, partial(self._on_page, stage)),
            METER_READINGS: partial(self._on_readings, stage),
            METER_REPORTS: partial(self._on_reports, stage),
            LIVEDATA_STATUS: partial(self._on_live, stage),
            **({} if quick is None else {quick: self._on_quick}),
        }

    async def _on_readings(self, stage: Stage, readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
        eids = {reading.eid for reading in await readings_of(stage, self.kind)}
        return tuple(self._turned(reading) if reading.eid in eids else reading for reading in readings)

    async def _on_page(self, stage: Stage, page: ProductionPage) -> ProductionPage:
        derived, sign = await self._derived(stage)
        rows = [row for row in (*each(page.production), *each(page.consumption)) if row.measurement == self.kind]
        if not rows:
            return page
        lines = tuple(each(rows[0].lines))
        whole, turned = self._turn.block(rows[0], lines)
        step_w = sign * sum(steps([rows[0]], [whole]))
        lines_w = [sign * step for step in steps(lines, turned)]

        def edit(row: ProductionRow) -> ProductionRow:
            if row.measurement == self.kind:
                return changed(whole, lines=None if row.lines is None else tuple(turned))
            return _moved(row, step_w, lines_w) if row.measurement == derived else row

        return map_rows(page, edit, kind="eim")

    async def _on_reports(self, stage: Stage, reports: tuple[MeterReport, ...]) -> tuple[MeterReport, ...]:
        derived, sign = await self._derived(stage)
        mine = next((one for one in reports if one.report_type == self.kind), None)
        if mine is None or mine.cumulative is None:
            return reports
        lines = tuple(each(mine.lines))
        whole, turned = self._turn.block(mine.cumulative, lines)
        step_w = sign * sum(steps([mine.cumulative], [whole]))
        lines_w = [sign * step for step in steps(lines, turned)]

        def edit(report: MeterReport) -> MeterReport:
            if report is mine:
                return changed(report, cumulative=whole, lines=tuple(turned))
            if report.report_type != derived or report.cumulative is None:
                return report
            moved = tuple(added(line, step) for line, step in zip(each(report.lines), lines_w, strict=False))
            return changed(report, cumulative=added(report.cumulative, step_w), lines=moved)

        return tuple(map(edit, reports))

    async def _on_live(self, stage: Stage, status: LiveStatus) -> LiveStatus:
        name, meters = _FLOWS.get(self.kind, ""), status.meters
        flow: LivePower | None = getattr(meters, name, None)
        readings = await readings_of(stage, self.kind)
        if meters is None or flow is None or not readings:
            return status
        channels = tuple(each(readings[0].channels))
        changes = steps(channels, self._turn.parts(channels))
        load = None if meters.load is None else live_added(meters.load, changes)
        return changed(status, meters=changed(meters, **{name: live_added(flow, changes), "load": load}))

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Change the event stream too, record by record."""
        stream = reply.stream
        if stream is None or find_endpoint(request.path) is not STREAM_METER:
            return await super().spoil(reply, request, stage)
        derived, sign = await self._derived(stage)
        return replace(reply, stream=lambda: self._follow(stream, derived, sign))

    async def _follow(
        self, stream: Callable[[], AsyncIterator[bytes]], derived: str, sign: int
    ) -> AsyncIterator[bytes]:
        kept = b""
        async for piece in stream():
            *records, kept = (kept + piece).split(b"\n\n")
            for record in records:
                yield self._on_record(record, derived, sign) + b"\n\n"
        yield kept

    def _on_record(self, record: bytes, derived: str, sign: int) -> bytes:
        if not record.startswith(_DATA):
            return record
        told: dict[str, dict[str, dict[str, Any]]] = json.loads(record.removeprefix(_DATA))
        phases = [told[self.kind][name] for name in _PHASES] if self.kind in told else []
        before = [_phase(row) for row in phases]
        after = self._turn.parts(before)
        for row, new in zip(phases, after, strict=True):
            row |= {"p": new.power_w, "pf": new.power_factor}
        for name, step_w in zip(_PHASES, steps(before, after), strict=False):
            if derived in told:
                moved = added(_phase(told[derived][name]), sign * step_w)
                told[derived][name] |= {"p": moved.power_w, "pf": moved.power_factor}
        return _DATA + json.dumps(told, separators=(",", ":")).encode()

    async def _derived(self, stage: Stage) -> tuple[str, int]:
        """Name what is worked out from the meter, and whether it grows or shrinks with it."""
        meters = (await meters_of(stage)).values()
        kinds = {meter.measurement for meter in meters if meter.state == "enabled"}
        if "total-consumption" not in kinds:
            return "total-consumption", 1
        return "net-consumption", -1 if self.kind == "production" else 1

    def _turned(self, reading: MeterReading) -> MeterReading:
        if reading.channels is None:
            return self._turn.whole(reading)
        whole, channels = self._turn.block(reading, reading.channels)
        return changed(whole, channels=tuple(channels))

    def _on_quick(self, readings: tuple[QuickReading, ...]) -> tuple[QuickReading, ...]:
        return tuple(changed(one, channels=tuple(self._turn.parts(tuple(each(one.channels))))) for one in readings)


def _moved(row: ProductionRow, step_w: float, lines_w: Sequence[float]) -> ProductionRow:
    moved = added(row, step_w)
    if row.lines is None:
        return moved
    return changed(moved, lines=tuple(added(line, step) for line, step in zip(row.lines, lines_w, strict=False)))


def _phase(row: dict[str, Any]) -> StreamPhase:
    return StreamPhase(
        power_w=row["p"], reactive_var=row["q"], apparent_va=row["s"], power_factor=row["pf"], voltage_v=row["v"]
    )

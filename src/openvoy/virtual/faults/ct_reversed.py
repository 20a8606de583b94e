"""A current transformer that was turned round, or clamped on another phase, a moment ago: lifetimes are still right."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from openvoy.codec import changed, doc, each
from openvoy.protocol.endpoints.meters import METER_READINGS, METERS, ChannelReading, MeterReading
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault

Measured = TypeVar("Measured", MeterReading, ChannelReading)


@fault("ct-reversed")
@dataclass(frozen=True, kw_only=True)
class CtReversed(DataFault):
    """Turns the power of a meter by an angle: 180 degrees is turned round, 120 the neighbouring phase of three."""

    kind: Annotated[str, doc("", "production, net-consumption, total-consumption or storage")] = "production"
    phase: Annotated[int, doc("", "1, 2 or 3; 0 is all")] = 0
    degrees: Annotated[float, doc("°", "angle between current and the voltage it is measured against")] = 180.0

    def edits(self, stage: Stage) -> Edits:
        """Change the readings of the meter."""

        async def edit(readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
            meters = await stage.ask(METERS)
            eids = {meter.eid for meter in each(meters) if meter.measurement == self.kind and meter.state == "enabled"}
            return tuple(self._turn_meter(reading) if reading.eid in eids else reading for reading in readings)

        return {METER_READINGS: edit}

    def _turn_meter(self, reading: MeterReading) -> MeterReading:
        if reading.channels is None or self.phase == 0:
            channels = None if reading.channels is None else tuple(map(self._turned, reading.channels))
            return changed(self._turned(reading), channels=channels)
        channels = tuple(
            self._turned(channel) if number == self.phase else channel
            for number, channel in enumerate(reading.channels, 1)
        )
        before, after = (_sum_w(rows) for rows in (reading.channels, channels))
        total_w = None if reading.active_w is None else round(reading.active_w + after - before, 3)
        return changed(reading, active_w=total_w, demand_w=total_w, channels=channels)

    def _turned(self, measured: Measured) -> Measured:
        active_w, reactive_var = measured.active_w, measured.reactive_var
        if active_w is None:
            return measured
        angle = math.radians(self.degrees)
        turned_w = active_w * math.cos(angle) - (0.0 if reactive_var is None else reactive_var) * math.sin(angle)
        apparent_va = measured.apparent_va
        factor = measured.power_factor if not apparent_va else round(max(-1.0, min(1.0, turned_w / apparent_va)), 2)
        return changed(measured, active_w=round(turned_w, 3), demand_w=round(turned_w, 3), power_factor=factor)


def _sum_w(rows: Iterable[ChannelReading]) -> float:
    return sum(row.active_w for row in rows if row.active_w is not None)

"""Noise on channels that nothing is connected to: a few volts, and energies that grow over years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc, each
from openvoy.protocol.endpoints.meters import METER_READINGS, MeterReading
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.fault_meters import meters_of
from openvoy.virtual.faults import fault


@fault("channel-noise", "Q21")
@dataclass(frozen=True, kw_only=True)
class ChannelNoise(DataFault):
    """Gives unused channels of enabled meters voltage, power and energy; the totals do not count them."""

    voltage_v: Annotated[float, doc("V", "1 to 12 were measured")] = 6.124
    power_w: Annotated[float, doc("W", "power")] = 1.237
    energy_wh: Annotated[float, doc("Wh", "lifetime; 36 848 was measured")] = 36_848.0

    def edits(self, stage: Stage) -> Edits:
        """Disturb the channels beyond the phases in use."""

        async def in_readings(readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
            used = {
                eid: meter.phase_count
                for eid, meter in (await meters_of(stage)).items()
                if meter.state == "enabled" and meter.phase_count is not None
            }
            return map_each(readings, lambda row: self._disturb(row, used[row.eid]) if row.eid in used else row)

        return {METER_READINGS: in_readings}

    def _disturb(self, reading: MeterReading, phase_count: int) -> MeterReading:
        channels = tuple(each(reading.channels))
        noisy = (
            changed(
                channel,
                voltage_v=self.voltage_v,
                active_w=self.power_w,
                demand_w=self.power_w,
                delivered_wh=self.energy_wh,
            )
            for channel in channels[phase_count:]
        )
        return changed(reading, channels=(*channels[:phase_count], *noisy))

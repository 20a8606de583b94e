"""A meter that is read although nobody configured it: record number 1023410688, all zeros, since 8.3.5027."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.endpoints.meters import METER_READINGS, ChannelReading, MeterReading
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault

_FIRST_CHANNEL = 0x7D000201
_CHANNELS = 3
_LATE_S = 5
"""How much older than the others its sample is."""
_ZEROS = dict.fromkeys(
    (
        "delivered_wh",
        "received_wh",
        "apparent_vah",
        "lag_varh",
        "lead_varh",
        "demand_w",
        "active_w",
        "apparent_va",
        "reactive_var",
        "power_factor",
        "voltage_v",
        "current_a",
    ),
    0.0,
)


@fault("phantom-meter", "Q20")
@dataclass(frozen=True, kw_only=True)
class PhantomMeter(DataFault):
    """Adds the reading of a meter that is not in the list of meters."""

    eid: Annotated[int, doc("", "its record number")] = 1023410688

    def edits(self, stage: Stage) -> Edits:
        """Add a row, unless it is there."""
        return {METER_READINGS: self._add}

    def _add(self, readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
        if not readings or any(reading.eid == self.eid for reading in readings):
            return readings
        sampled_s = readings[0].timestamp_s
        late_s = None if sampled_s is None else sampled_s - _LATE_S
        frequency_hz = readings[0].frequency_hz
        channels = tuple(
            ChannelReading(eid=_FIRST_CHANNEL + row, timestamp_s=late_s, **_ZEROS, frequency_hz=frequency_hz)
            for row in range(_CHANNELS)
        )
        phantom = MeterReading(eid=self.eid, timestamp_s=late_s, **_ZEROS, frequency_hz=frequency_hz, channels=channels)
        return (*readings, phantom)

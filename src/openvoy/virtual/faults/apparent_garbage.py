"""Apparent energy that counts nothing: hundredths of a volt-ampere-hour after years, on 8.3.5433."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.meters import METER_READINGS, ChannelReading, MeterReading
from openvoy.protocol.endpoints.production import ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, edit_rows, map_each, map_lines
from openvoy.virtual.faults import fault


@fault("apparent-garbage", "Q9")
@dataclass(frozen=True, kw_only=True)
class ApparentGarbage(DataFault):
    """Replaces every apparent energy of meters that have counted."""

    vah: Annotated[float, doc("VAh", "what stands there")] = 0.013

    def edits(self, stage: Stage) -> Edits:
        """Change readings and page."""
        edits: Edits = {METER_READINGS: lambda readings: map_each(readings, self._in_reading)}
        return {**edits, **edit_rows(self._in_row, measured=True)}

    def _in_reading(self, reading: MeterReading) -> MeterReading:
        if not reading.apparent_vah:
            return reading
        channels = None if reading.channels is None else map_each(reading.channels, self._in_channel)
        return changed(reading, apparent_vah=self.vah, channels=channels)

    def _in_channel(self, channel: ChannelReading) -> ChannelReading:
        return changed(channel, apparent_vah=self.vah) if channel.apparent_vah else channel

    def _in_row(self, row: ProductionRow) -> ProductionRow:
        if not row.lifetime_vah:
            return row
        today_vah = self.vah if row.today_vah else row.today_vah
        row = changed(row, lifetime_vah=self.vah, today_vah=today_vah)
        return map_lines(row, lambda line: changed(line, lifetime_vah=self.vah) if line.lifetime_vah else line)

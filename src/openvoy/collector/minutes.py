"""Means over a minute; a value that was not said does not count, and a minute without any has none."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import datetime

from openvoy.model import Channel, Meter, Snapshot
from openvoy.model.records import MeterRecord, PowerRecord

MINUTE_S = 60

POWERS = ("solar_w", "grid_w", "battery_w", "generator_w", "load_w", "soc_pct")
METER_VALUES = (
    "active_power_w",
    "apparent_power_va",
    "reactive_power_var",
    "power_factor",
    "voltage_v",
    "current_a",
    "frequency_hz",
)


def powers_of(snapshot: Snapshot) -> dict[str, float | None]:
    """Give the values that a power record holds."""
    values = {name: getattr(snapshot.power, name) for name in POWERS[:-1]}
    return {**values, "soc_pct": None if snapshot.storage is None else snapshot.storage.soc_pct}


class MinuteMeans:
    """Adds up one minute's snapshots of one gateway."""

    def __init__(self, gateway: str, minute: datetime) -> None:
        self.minute = minute
        self._gateway = gateway
        self._sums: dict[tuple[Hashable, str], tuple[float, int]] = {}
        self._meters: dict[tuple[int, int], None] = {}

    def add(self, snapshot: Snapshot) -> None:
        """Take one snapshot of this minute."""
        self._add("power", powers_of(snapshot))
        for meter in snapshot.meters:
            if meter.state == "enabled":
                self._add_meter(meter.eid, 0, meter)
                for number, channel in enumerate(meter.channels, start=1):
                    self._add_meter(meter.eid, number, channel)

    def _add_meter(self, eid: int, number: int, reading: Meter | Channel) -> None:
        self._meters[eid, number] = None
        self._add((eid, number), {name: getattr(reading, name) for name in METER_VALUES})

    def _add(self, key: Hashable, values: Mapping[str, float | None]) -> None:
        for name, value in values.items():
            if value is not None:
                total, count = self._sums.get((key, name), (0.0, 0))
                self._sums[key, name] = (total + value, count + 1)

    def _mean(self, key: Hashable, name: str) -> float | None:
        total, count = self._sums.get((key, name), (0.0, 0))
        return total / count if count else None

    def power(self) -> PowerRecord:
        """Give the minute's mean powers."""
        means = {name: self._mean("power", name) for name in POWERS}
        return PowerRecord(gateway=self._gateway, at=self.minute, interval_s=MINUTE_S, **means)

    def meters(self) -> tuple[MeterRecord, ...]:
        """Give the minute's mean readings."""
        return tuple(
            MeterRecord(
                gateway=self._gateway,
                at=self.minute,
                eid=eid,
                channel=number,
                **{name: self._mean((eid, number), name) for name in METER_VALUES},
            )
            for eid, number in self._meters
        )

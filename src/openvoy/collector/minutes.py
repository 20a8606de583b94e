"""Means over a minute; a value that was not said does not count, and a minute without any has none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from openvoy.model import Snapshot
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


_flows_of = attrgetter(*POWERS[:-1])
_values_of = attrgetter(*METER_VALUES)
Row = tuple[float | None, ...]


def powers_of(snapshot: Snapshot) -> Row:
    """Give the values that a power record holds, in the order of `POWERS`."""
    storage = snapshot.storage
    flows: Row = _flows_of(snapshot.power)
    return (*flows, None if storage is None else storage.soc_pct)


class MinuteMeans:
    """Gathers one minute's snapshots of one gateway."""

    def __init__(self, gateway: str, minute: datetime) -> None:
        self.minute = minute
        self._gateway = gateway
        self._powers: list[Row] = []
        self._meters: dict[tuple[int, int], list[Row]] = {}

    def add(self, snapshot: Snapshot, powers: Row) -> None:
        """Take one snapshot of this minute, with its powers."""
        self._powers.append(powers)
        for meter in snapshot.meters:
            if meter.state == "enabled":
                for number, reading in enumerate((meter, *meter.channels)):
                    rows = self._meters.get((meter.eid, number))
                    if rows is None:
                        rows = self._meters[meter.eid, number] = []
                    rows.append(_values_of(reading))

    def power(self) -> PowerRecord:
        """Give the minute's mean powers."""
        means = dict(zip(POWERS, _means(self._powers), strict=True))
        return PowerRecord(gateway=self._gateway, at=self.minute, interval_s=MINUTE_S, **means)

    def meters(self) -> tuple[MeterRecord, ...]:
        """Give the minute's mean readings."""
        return tuple(
            MeterRecord(
                gateway=self._gateway,
                at=self.minute,
                eid=eid,
                channel=number,
                **dict(zip(METER_VALUES, _means(rows), strict=True)),
            )
            for (eid, number), rows in self._meters.items()
        )


def _means(rows: Sequence[Row]) -> list[float | None]:
    """Give the mean of each column; a value that was not said does not count."""
    columns = ([value for value in column if value is not None] for column in zip(*rows, strict=True))
    return [sum(column) / len(column) if column else None for column in columns]

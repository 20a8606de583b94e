"""The energy rows of one gateway: accounted counters, the raw ones they follow from, and what was found in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from openvoy.collector.shapes import build_reshaped
from openvoy.model import CounterSource, RawCounter
from openvoy.model.accounting import INTEGRATED, RULES_VERSION, Accounted, Devices, Notice
from openvoy.model.records import (
    Batch,
    CounterRecord,
    DeviceEnergyRecord,
    EnergyRecord,
    PhaseEnergyRecord,
    StepRecord,
)

ENERGY_EVERY_S = 300
"""Energies and counters are kept this often by the wall clock, at each noticed step, after gaps and at the end.

Nothing is lost by it: what a counter did since is in its next reading.
"""
DEVICES_EVERY_S = 1800
"""Accounted energies of devices and phases are kept this often; midnights are multiples of it, in nearly all zones."""
SILENT_AFTER = timedelta(seconds=120)
"""Where readings are further apart, the last one before becomes a row, so that only the silence is drawn as a line."""
ROWS_KEPT = 14 * 86_400 // ENERGY_EVERY_S
"""Energy rows of two weeks can be given another shape, should a counter turn out to have stood still."""
ENERGY_NAMES = (
    "solar_wh",
    "import_wh",
    "export_wh",
    "charge_wh",
    "discharge_wh",
    "load_wh",
    "generator_wh",
    "residual_wh",
)
INVERTER = "inverter"
_PHASES = {"aggregate": 0, "L1": 1, "L2": 2, "L3": 3}
_RECEIVED = frozenset({"standby", "export", "charge"})


class Ledger:
    """Gathers rows until a batch takes them."""

    def __init__(
        self,
        gateway: str,
        last_at: datetime | None = None,
        kept: Iterable[EnergyRecord] = (),
        *,
        silent_after: timedelta = SILENT_AFTER,
    ) -> None:
        """Go on after `last_at`; `kept` are the last energies, which may turn out to need another shape.

        No reading is missing where they are `silent_after` apart, or less.
        """
        self._gateway = gateway
        self._silent_after = silent_after
        self._estimated_after = timedelta(seconds=ENERGY_EVERY_S) + silent_after
        self._last_at = last_at
        self._slot = -1
        self._steps: list[StepRecord] = []
        self._energy: list[EnergyRecord] = []
        self._counters: list[CounterRecord] = []
        self._device_energy: list[DeviceEnergyRecord] = []
        self._phase_energy: list[PhaseEnergyRecord] = []
        self._kept: deque[EnergyRecord] = deque(kept, maxlen=ROWS_KEPT)
        self._written_wh: dict[CounterSource, float] = {}
        self._devices = Devices()
        self._newest: tuple[Accounted, Sequence[RawCounter], datetime, str] | None = None
        self._is_after_hole = False

    def note_hole(self) -> None:
        """What counters did since the last reading took longer than times say; a row follows at once, and is marked."""
        if self._newest is not None:
            self._write(with_devices=False)
        self._is_after_hole = True
        self._slot = -1

    def note_step(self, notice: Notice, at: datetime) -> None:
        """Take down how a step was classified; a row follows at once, and one of the last reading before the step."""
        if self._newest is not None:
            self._write(with_devices=False)
        self._slot = -1
        self._steps.append(
            StepRecord(
                gateway=self._gateway,
                at=at.replace(microsecond=0),
                source=notice.source,
                step=notice.step.value,
                before_wh=notice.before_wh,
                after_wh=notice.after_wh,
                added_wh=notice.added_wh,
                rules_version=RULES_VERSION,
            )
        )

    def take(self, accounted: Accounted, counters: Sequence[RawCounter], at: datetime, *, firmware: str) -> None:
        """Take what was read at a moment; it becomes rows as the first of its five minutes, or after a step.

        Where nothing of the site could be read, the next that can be becomes the row.
        """
        if self._newest is not None and self._newest[0].known and at - self._newest[2] > self._silent_after:
            self._write(with_devices=False)
        if accounted.known or self._newest is None:
            self._newest = (accounted, counters, at, firmware)
        slot = int(at.timestamp()) // ENERGY_EVERY_S
        is_device_time = slot * ENERGY_EVERY_S // DEVICES_EVERY_S != self._slot * ENERGY_EVERY_S // DEVICES_EVERY_S
        is_due = slot != self._slot and (bool(accounted.known) or is_device_time)
        if is_due or accounted.late_since:
            self._newest = (accounted, counters, at, firmware)
            self._slot = slot
            self._write(with_devices=is_device_time)

    def close(self) -> None:
        """Write the newest reading, unless that is done."""
        if self._newest is not None:
            self._write(with_devices=True)

    def take_entries(self) -> Batch:
        """Give the rows that have gathered."""
        batch = Batch(
            energy=tuple(self._energy),
            counters=tuple(self._counters),
            steps=tuple(self._steps),
            device_energy=tuple(self._device_energy),
            phase_energy=tuple(self._phase_energy),
        )
        self._energy, self._counters, self._steps = [], [], []
        self._device_energy, self._phase_energy = [], []
        return batch

    def _write(self, *, with_devices: bool) -> None:
        assert self._newest is not None
        (accounted, counters, at, firmware), self._newest = self._newest, None
        at = at.replace(microsecond=0)
        row = self._row(accounted, at)
        if accounted.late_since:
            self._reshape(row, accounted)
        if row is not None:
            self._energy.append(row)
            self._kept.append(row)
            self._last_at = at
        self._counters += self._changed(counters, at, firmware)
        if with_devices:
            self._write_devices(counters, at)

    def _row(self, accounted: Accounted, at: datetime) -> EnergyRecord | None:
        values = {name: value for name, value in _values_of(accounted) if name in accounted.known}
        if not values:
            return None
        is_far = self._is_after_hole or (self._last_at is not None and at - self._last_at > self._estimated_after)
        self._is_after_hole = False
        return EnergyRecord(
            gateway=self._gateway,
            at=at,
            estimated=is_far or accounted.is_stood_in_for or bool(accounted.late_since),
            charge_estimated=accounted.is_charge_integrated,
            rules_version=RULES_VERSION,
            **values,
        )

    def _reshape(self, row: EnergyRecord | None, accounted: Accounted) -> None:
        if row is None:
            return
        changed = {one.at: one for one in build_reshaped(self._kept, row, accounted.late_since)}
        self._kept = deque((changed.get(one.at, one) for one in self._kept), maxlen=ROWS_KEPT)
        self._energy = [one for one in self._energy if one.at not in changed] + list(changed.values())

    def _changed(self, counters: Sequence[RawCounter], at: datetime, firmware: str) -> Iterator[CounterRecord]:
        """Give every counter of the site, and those of inverters that have moved since."""
        for counter in counters:
            source, value_wh = counter.source, counter.value_wh
            if source.quantity == INVERTER:
                if self._written_wh.get(source) == value_wh:
                    continue
                self._written_wh[source] = value_wh
            yield CounterRecord(gateway=self._gateway, at=at, firmware=firmware, source=source, value_wh=value_wh)

    def _write_devices(self, counters: Sequence[RawCounter], at: datetime) -> None:
        self._devices.take(counters, at.timestamp())
        phases: dict[tuple[int, int], dict[str, Any]] = {}
        devices: dict[tuple[str, str], dict[str, Any]] = {}
        for counter in counters:
            source = counter.source
            total_wh = self._devices.total_wh(source)
            if source.quantity == INVERTER:
                if self._devices.is_told(source, at.timestamp()):
                    devices[INVERTER, source.device] = {"energy_wh": total_wh}
            elif source.block == INTEGRATED and source.device:
                name = "charge_wh" if source.quantity == "charge" else "energy_wh"
                devices.setdefault(("battery", source.device), {})[name] = total_wh
            elif source.block in _PHASES and source.device.isdecimal():
                is_received = source.quantity in _RECEIVED or source.quantity.endswith("-reverse")
                name = "received_wh" if is_received else "delivered_wh"
                phases.setdefault((int(source.device), _PHASES[source.block]), {})[name] = total_wh
        self._device_energy += [
            DeviceEnergyRecord(gateway=self._gateway, at=at, kind=kind, serial=serial, **values)
            for (kind, serial), values in devices.items()
        ]
        self._phase_energy += [
            PhaseEnergyRecord(gateway=self._gateway, at=at, eid=eid, channel=channel, **values)
            for (eid, channel), values in phases.items()
        ]


def _values_of(accounted: Accounted) -> Iterator[tuple[str, float | None]]:
    for name in ENERGY_NAMES[:6]:
        yield name, getattr(accounted.energy, name)
    yield "generator_wh", accounted.generator_wh
    yield "residual_wh", accounted.residual_wh

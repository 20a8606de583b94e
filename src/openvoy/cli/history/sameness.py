"""Whether rows accounted anew say what the rows say that are there, in whatever order they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openvoy.model.records import Batch, DeviceEnergyRecord, EnergyRecord, PhaseEnergyRecord
from openvoy.ports import Columns

_COMPARED = {"energy": EnergyRecord, "device_energy": DeviceEnergyRecord, "phase_energy": PhaseEnergyRecord}
_ELSE = {"gateway", "at", "rules_version"}
KINDS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(name for name in record.__struct_fields__ if name not in _ELSE) for kind, record in _COMPARED.items()
}
"""What is compared, by name in Batch; by which rules a row was accounted is not."""


@dataclass(slots=True)
class Fingerprint:
    """A number of all rows taken: the same rows give the same one, others all but surely another."""

    _sums: dict[str, tuple[int, int]] = field(default_factory=lambda: dict.fromkeys(KINDS, (0, 0)), init=False)
    """By kind of row, how many there were and what their values amount to."""

    def take_batch(self, batch: Batch) -> None:
        """Take what was accounted anew."""
        for kind, names in KINDS.items():
            for record in getattr(batch, kind):
                self._take(kind, record.at.timestamp(), [getattr(record, name) for name in names])

    def take_columns(self, kind: str, columns: Columns) -> None:
        """Take rows as the history keeps them."""
        for at_s, *values in zip(columns["at"], *(columns[name] for name in KINDS[kind]), strict=True):
            self._take(kind, float(str(at_s)), values)

    def _take(self, kind: str, at_s: float, values: list[Any]) -> None:
        plain = (round(value, 2) if isinstance(value, float) else value for value in values)
        count, total = self._sums[kind]
        self._sums[kind] = count + 1, total + hash((int(at_s), *plain))

"""A snapshot as other programs see it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from openvoy.model.devices import Battery, Contact, Generator, Grid, Inverter, Meter, Storage
from openvoy.model.equipment import Controller
from openvoy.model.reported import Reported
from openvoy.model.snapshot import Energy, GatewayInfo, MissingPart, Power, Snapshot
from openvoy.model.tariff import Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotView:
    """All of a snapshot except the raw counters, which are bookkeeping."""

    gateway: GatewayInfo
    at: datetime
    power: Power
    energy: Energy
    meters: tuple[Meter, ...]
    inverters: tuple[Inverter, ...]
    batteries: tuple[Battery, ...]
    storage: Storage | None
    grid: Grid | None
    contacts: tuple[Contact, ...]
    generator: Generator | None
    tariff: Tariff | None
    missing: tuple[MissingPart, ...]
    controllers: tuple[Controller, ...]
    reported: Reported


def build_snapshot_view(snapshot: Snapshot) -> SnapshotView:
    """Leave out of a snapshot what is not for other programs."""
    return SnapshotView(**{field.name: getattr(snapshot, field.name) for field in fields(SnapshotView)})

"""Tariff, storage mode and reserve, sleep, and what secondary control was told."""

from __future__ import annotations

from dataclasses import dataclass, field

from openvoy.protocol.endpoints.ensemble_service import SleepWindow
from openvoy.protocol.endpoints.site_settings import StorageOutput
from openvoy.protocol.endpoints.tariff import SleepingBattery, StorageSettings, TariffSettings
from openvoy.virtual.site.orders import StorageMode

MODES: dict[str | None, StorageMode] = {
    "backup": "backup",
    "self-consumption": "self-consumption",
    "economy": "savings",
    "savings-mode": "savings",
    None: "self-consumption",
}
"""What the modes of the tariff mean; economy is the newer word of savings-mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """What inverters are told to move their frequency and voltage by."""

    frequency_hz: float
    voltage_v: float
    since_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPoint:
    """A set point that somebody gave instead of the calculated one."""

    enabled: bool = False
    value_pct: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffState:
    """The tariff as stored, and what it says of batteries."""

    document: TariffSettings
    changed_s: int
    """When it was last written."""

    @property
    def storage(self) -> StorageSettings:
        """What it says of batteries; all unsaid where it says nothing."""
        return StorageSettings() if self.document.storage is None else self.document.storage

    @property
    def mode(self) -> StorageMode:
        """What the batteries are to do."""
        return MODES.get(self.storage.mode, "self-consumption")

    @property
    def reserve_pct(self) -> float:
        """Kept for an outage."""
        return 0.0 if self.storage.reserve_pct is None else self.storage.reserve_pct

    @property
    def very_low_pct(self) -> float:
        """Lower safety limit."""
        return 5.0 if self.storage.very_low_pct is None else self.storage.very_low_pct


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageState:
    """Everything else about batteries."""

    ac_asleep: tuple[SleepingBattery, ...] = ()
    """AC Batteries."""
    asleep: tuple[SleepWindow, ...] = ()
    """IQ Batteries."""
    output: StorageOutput = field(default_factory=lambda: StorageOutput(enabled=True))
    schedule_number: int = -1
    """Index of the mode that overrides the schedule; -1 is none."""
    setpoint: SetPoint = field(default_factory=SetPoint)
    bias: Bias | None = None
    """None: what secondary control works out."""

"""The bridge to the inverters: scan, reports, production switch."""

from __future__ import annotations

from dataclasses import dataclass, field

SCAN_MIN = 15
"""How long a scan takes that was not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSettings:
    """The last scan for new devices that somebody started."""

    started_s: int | None = None
    stopped_s: int | None = None
    duration_min: float = SCAN_MIN
    exclusive_min: float = 0.0
    forgets_all: bool = False

    def remaining_s(self, now_s: int) -> float:
        """Give the seconds that are left of it."""
        if self.started_s is None or self.stopped_s is not None:
            return 0.0
        return max(0.0, self.started_s + self.duration_min * 60 - now_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportState:
    """How often reports go to the cloud."""

    bandwidth: str = "high"
    diagnosis_min: float = 0.0
    diagnosed_s: int = 0
    """When the diagnosis began."""

    def diagnosis_remaining_s(self, now_s: int) -> int:
        """Give the seconds that are left of it."""
        return max(0, round(self.diagnosed_s + self.diagnosis_min * 60 - now_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """All of it."""

    scan: ScanSettings = field(default_factory=ScanSettings)
    reports: ReportState = field(default_factory=ReportState)
    production_off: bool = False
    cleared_faults: frozenset[int] = frozenset()
    """Channels whose ground fault is being cleared."""

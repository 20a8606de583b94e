"""What a gateway says of this second, without counters: streams and live data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openvoy.model.devices import Channel
from openvoy.model.snapshot import Power
from openvoy.units import measured


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSample:
    """One record of the meters' event stream; a meter that is off has no channels."""

    at: datetime
    """When it was measured, by this machine's clock: records carry no time."""
    production: tuple[Channel, ...] = ()
    """Positive: generating."""
    net: tuple[Channel, ...] = ()
    """Positive: import."""
    total: tuple[Channel, ...] = ()
    """Production plus net, battery charging included."""

    @property
    def solar_w(self) -> float | None:
        """Production of all phases; None without a meter."""
        return _sum_w(self.production)

    @property
    def grid_w(self) -> float | None:
        """Import of all phases, export below zero; None without a meter."""
        return _sum_w(self.net)


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePhase:
    """The flows of one phase, with the signs of `Power`."""

    phase: str
    """L1, L2 or L3."""
    solar_w: float | None = None
    grid_w: float | None = None
    battery_w: float | None = None
    generator_w: float | None = None
    load_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSample:
    """Live data: every flow of one second, as the gateway adds them up for the vendor's app."""

    at: datetime
    """When it was measured, by the gateway's clock."""
    power: Power
    phases: tuple[LivePhase, ...] = ()
    """Phases in use; none on firmware that tells totals only."""
    soc_pct: float | None = None
    """Of all batteries; None without one."""
    relay: str | None = None
    """`closed` (on grid) or `open` (islanded)."""


def _sum_w(channels: tuple[Channel, ...]) -> float | None:
    powers = [channel.active_power_w for channel in channels]
    known = [power_w for power_w in powers if power_w is not None]
    return measured(sum(known)) if known and len(known) == len(powers) else None

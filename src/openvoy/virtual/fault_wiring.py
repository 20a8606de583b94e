"""What wrong wiring of a meter does to powers, wherever a gateway tells them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from openvoy.codec import WireStruct, changed
from openvoy.protocol.endpoints.livedata import LivePower, StreamPhase
from openvoy.protocol.endpoints.meters import ChannelReading, MeterReading, PhaseReading, ReportValues
from openvoy.protocol.endpoints.production import ProductionLine, ProductionRow

T = TypeVar("T", bound=WireStruct)

POWERS: Mapping[type[WireStruct], tuple[str, ...]] = {
    MeterReading: ("active_w", "demand_w"),
    ChannelReading: ("active_w", "demand_w"),
    ProductionRow: ("now_w",),
    ProductionLine: ("now_w",),
    ReportValues: ("current_w", "active_w"),
    PhaseReading: ("active_w",),
    StreamPhase: ("power_w",),
}
"""Where each kind of block tells its active power."""
_LIVE_PHASES = ("power_a_mw", "power_b_mw", "power_c_mw")


@dataclass(frozen=True, slots=True)
class Turn:
    """An angle between the current and the voltage that it is measured against."""

    degrees: float
    phase: int
    """1, 2 or 3; 0 is all."""

    def parts(self, parts: Sequence[T]) -> list[T]:
        """Turn the phases that are meant, counted from 1."""
        return [self.whole(part) if self.phase in {0, number} else part for number, part in enumerate(parts, 1)]

    def block(self, whole: T, parts: Sequence[WireStruct]) -> tuple[T, list[Any]]:
        """Turn the sum of a meter and its phases."""
        turned = self.parts(parts)
        if self.phase == 0 or not parts:
            return self.whole(whole), turned
        return added(whole, sum(steps(parts, turned))), turned

    def whole(self, measured: T) -> T:
        """Turn one block."""
        power_w, reactive_var = power_of(measured), getattr(measured, "reactive_var", None)
        if power_w is None:
            return measured
        angle = math.radians(self.degrees)
        turned_w = power_w * math.cos(angle) - (0.0 if reactive_var is None else reactive_var) * math.sin(angle)
        return added(measured, turned_w - power_w)


def power_of(measured: WireStruct) -> float | None:
    """Give the active power of a block."""
    power_w: float | None = getattr(measured, POWERS[type(measured)][0])
    return power_w


def added(measured: T, step_w: float) -> T:
    """Add to the active power of a block; what is apparent stays, and the factor follows."""
    power_w, apparent_va = power_of(measured), getattr(measured, "apparent_va", None)
    if power_w is None or step_w == 0:
        return measured
    sum_w = round(power_w + step_w, 3)
    changes: dict[str, Any] = {name: sum_w for name in POWERS[type(measured)] if getattr(measured, name) is not None}
    if apparent_va and getattr(measured, "power_factor", None) is not None:
        changes["power_factor"] = round(max(-1.0, min(1.0, sum_w / apparent_va)), 2)
    return changed(measured, **changes)


def steps(before: Sequence[WireStruct], after: Sequence[WireStruct]) -> list[float]:
    """Tell by how much each block has changed; one without a power has not."""
    pairs = ((power_of(old), power_of(new)) for old, new in zip(before, after, strict=True))
    return [0.0 if old is None or new is None else new - old for old, new in pairs]


def live_added(flow: LivePower, steps_w: Sequence[float]) -> LivePower:
    """Add what each phase has changed by to a flow of the live values."""
    changes = {
        name: round(getattr(flow, name) + 1000 * step_w)
        for name, step_w in zip(("power_mw", *_LIVE_PHASES), (sum(steps_w), *steps_w), strict=False)
        if getattr(flow, name) is not None
    }
    return changed(flow, **changes)

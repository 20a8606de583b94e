"""The generator: it cranks, warms up, feeds, cools down, and exercises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from openvoy.virtual.site.orders import Exercise, GeneratorOrders, GeneratorRun
from openvoy.virtual.site.switchgear import CRANKS_S, GeneratorPosition

Stage = Literal["off", "cranking", "warming", "feeding", "cooling", "exercising"]


@dataclass(frozen=True, slots=True)
class Genset:
    """What it does, and since when."""

    stage: Stage = "off"
    since_s: float = 0.0

    @property
    def is_wanted(self) -> bool:
        """Whether it has been asked to feed."""
        return self.stage in {"cranking", "warming", "feeding"}

    @property
    def position(self) -> GeneratorPosition:
        """What can be seen of it."""
        return GeneratorPosition(
            running=self.stage not in {"off", "cranking"},
            feeding=self.stage == "feeding",
            exercising=self.stage == "exercising",
        )

    def told(self, orders: GeneratorOrders, now_s: float, *, asked: bool, exercises: bool) -> Genset:
        """Go on to what follows from being asked for, or not."""
        stage: Stage = self.stage
        if asked:
            if stage in {"off", "exercising"}:
                stage = "warming" if stage == "exercising" else "cranking"
            elif stage == "cooling":
                stage = "feeding"
        elif stage in {"cranking", "warming"}:
            stage = "off"
        elif stage == "feeding":
            stage = "cooling" if orders.cool_down_s else "off"
        elif stage in {"off", "exercising"}:
            stage = "exercising" if exercises else "off"
        moved = self if stage == self.stage else Genset(stage, now_s)
        return _matured(moved, orders, now_s)

    def due_s(self, orders: GeneratorOrders) -> float | None:
        """Tell when its present stage ends by itself."""
        lengths = {"cranking": float(CRANKS_S), "warming": orders.warm_up_s, "cooling": orders.cool_down_s}
        return self.since_s + lengths[self.stage] if self.stage in lengths else None


def _matured(genset: Genset, orders: GeneratorOrders, now_s: float) -> Genset:
    """Pass stages whose time is over."""
    following: dict[Stage, Stage] = {"cranking": "warming", "warming": "feeding", "cooling": "off"}
    due_s = genset.due_s(orders)
    if due_s is None or now_s < due_s:
        return genset
    return _matured(Genset(following[genset.stage], due_s), orders, now_s)


def run_at(orders: GeneratorOrders, weekday: int, minute: float) -> GeneratorRun | None:
    """Find the hours that permit it to start by itself; of several that fit, the last."""
    fitting = [run for run in orders.runs if _is_within(run.weekdays, run.start_min, run.duration_min, weekday, minute)]
    return fitting[-1] if fitting else None


def is_exercise(exercise: Exercise | None, day: date, minute: float) -> bool:
    """Whether it is time for a test run."""
    if exercise is None or day.isocalendar().week % exercise.every_weeks:
        return False
    until = exercise.start_min + exercise.duration_min
    return day.weekday() == exercise.weekday and exercise.start_min <= minute < until


def _is_within(weekdays: frozenset[int], start: float, length: float, weekday: int, minute: float) -> bool:
    """Whether a minute of the week lies in hours that may run over midnight."""
    if weekday in weekdays and start <= minute < start + length:
        return True
    return (weekday - 1) % 7 in weekdays and minute + 1440 < start + length

"""What a rule finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Topic = Literal["panel", "gateway", "token", "grid", "battery", "firmware", "store", "control"]
TOPICS: tuple[Topic, ...] = ("panel", "gateway", "token", "grid", "battery", "firmware", "store", "control")

MINUTE_S = 60.0
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that is wrong now, or goes on being so."""

    key: str
    """What it is and whom it concerns: the same as long as it is the same trouble."""
    topic: Topic
    title: str
    text: str
    """What is wrong, for people."""
    over: str
    """What is said when it has ended."""
    hint: str = ""
    """What helps."""
    patience_s: float = 0.0
    """It is worth telling once it has lasted this long."""
    is_urgent: bool = False
    """It is told at night, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a rule found, and what it cannot know at the moment: that neither begins nor ends."""

    conditions: tuple[Condition, ...] = ()
    undecided: tuple[str, ...] = ()
    """Beginnings of keys."""


def merge(judgements: Iterable[Judgement]) -> Judgement:
    """Put together what several rules found."""
    found = list(judgements)
    return Judgement(
        conditions=tuple(condition for one in found for condition in one.conditions),
        undecided=tuple(prefix for one in found for prefix in one.undecided),
    )

"""What a change of a raw counter means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from openvoy.model.counters import CounterSource

RULES_VERSION = 7
"""Raised with every change of the rules; energy that older ones accounted can be accounted anew from raw."""


class Step(Enum):
    """The class of a step; what it adds follows from it."""

    FIRST = "first"
    """The first reading of this source: counting begins, or goes on from another source."""
    NORMAL = "normal"
    LATE = "late"
    """Came at once after standing still for so long that it must have come before: only the total is known."""
    WRAP = "wrap"
    """Fell by k * 2^32 J: the overflow is put back."""
    RESTORED = "restored"
    """Rose by k * 2^32 J, or returned to a level that it had before: nothing is counted twice, and nothing is lost."""
    RESTART = "restart"
    """Began again near 0: what it counted since is added."""
    HELD = "held"
    """Not plausible, or more than ever before: nothing is added while it lasts, or until it is read again."""
    REBASED = "rebased"
    """Went on counting at another level that nothing explains: counting goes on there."""
    RETIRED = "retired"
    """A device left the sum; what it had counted stays."""
    ADDED = "added"
    """A device came into the sum; what it counted elsewhere does not count here."""
    SOURCE_CHANGED = "source_changed"
    """Another source counts from here on; what it counted since the last one fell silent is added."""


DIP_WH = 50.0
"""Falls of no more than this come and go within minutes (10 Wh were seen, every five minutes); nobody knows why yet."""

SILENT = frozenset({Step.FIRST, Step.NORMAL})
"""Steps that nobody needs to be told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A step that a person may want to know of."""

    source: CounterSource
    step: Step
    before_wh: float
    after_wh: float
    added_wh: float = 0.0
    since_s: float | None = None
    """Unix seconds from which on the shape of what was added is not known."""

    @property
    def is_dip(self) -> bool:
        """Whether a counter is only held that fell by next to nothing; where it stays there, another step tells it."""
        return self.step is Step.HELD and 0 <= self.before_wh - self.after_wh <= DIP_WH

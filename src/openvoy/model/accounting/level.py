"""What went into batteries and out of them while nobody looked, as far as their state of charge tells."""

from __future__ import annotations

SETTLED_S = 300.0
"""The state of charge is read at least this often; one that says the same for so long after a silence is no old one."""
LEAST_PCT = 1.0
"""Gateways say whole percents: a difference that is no larger says nothing."""
FASTEST_S = 3600.0
"""No battery of the field is filled or emptied in less time; a state of charge that says so is not believed."""


class Level:
    """Follows a state of charge beside powers that are added up, and tells what a silence of theirs left out."""

    def __init__(self) -> None:
        self._soc_pct: float | None = None
        self._read_s = 0.0
        self._again_s: float | None = None
        """When powers were there again after a silence that is not accounted for yet."""
        self._since_wh = 0.0
        """What was added up since."""

    def resume(self, soc_pct: float, at_s: float) -> None:
        """Go on from what was said last, before this process began."""
        self._soc_pct, self._read_s = soc_pct or None, at_s

    def end_silence(self, at_s: float) -> None:
        """Powers are there again."""
        if self._again_s is None:
            self._since_wh = 0.0
        if self._soc_pct is not None:
            self._again_s = at_s

    def take(self, charged_wh: float, soc_pct: float | None, capacity_wh: float | None, at_s: float) -> float | None:
        """Take what was added up since the last reading, and the state of charge now.

        Give what went in during a silence that has just become known, negative if it went out; 0 where there was none.
        None while it may become known yet. A state of charge of 0 is how gateways say that they do not know.
        """
        self._since_wh += charged_wh
        if self._again_s is None or self._soc_pct is None:
            if soc_pct:
                self._soc_pct, self._read_s = soc_pct, at_s
            return 0.0
        is_settled = at_s - self._again_s >= SETTLED_S
        if not is_settled and (not soc_pct or soc_pct == self._soc_pct or not capacity_wh):
            return None
        now_pct = soc_pct or self._soc_pct
        missed_wh = self._missed_wh(now_pct - self._soc_pct, capacity_wh, at_s) if capacity_wh else 0.0
        self._soc_pct, self._read_s, self._again_s = now_pct, at_s, None
        return missed_wh

    def _missed_wh(self, risen_pct: float, capacity_wh: float, at_s: float) -> float:
        missed_wh = capacity_wh * risen_pct / 100 - self._since_wh
        least_wh, most_wh = capacity_wh * LEAST_PCT / 100, capacity_wh * (at_s - self._read_s) / FASTEST_S
        return missed_wh if least_wh < abs(missed_wh) <= most_wh else 0.0

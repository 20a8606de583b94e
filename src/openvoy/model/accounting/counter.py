"""One raw counter: each step from one reading to the next is classified, and what is true of it is counted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from openvoy.model.accounting.steps import Step
from openvoy.units import WRAP_32_BIT_WH, wh_at_power

LARGEST_SITE_W = 100_000
"""No step may stand for more power than this; three phases of 80 A are 55 kW."""
LARGEST_INVERTER_W = 1_000
"""The largest microinverters give 640 VA."""
NOISE_WH = 2.0
"""Counters that are rounded or computed may step back by this much."""
LONGEST_STEP_S = 3600.0
"""Counters fed by reports move every 5 to 15 minutes, or hourly, and then by all of it."""
REPORT_S = 900.0
"""Reports of a site in order are at most this far apart."""
STILL_S = 4000.0
"""A counter that stands longer than the longest report interval, and then steps by a lot, is late."""
NIGHT_S = 72_000.0
"""The sun is not away for longer; what stood for more than a night missed a day, or had one without sun."""
FADED_SHARE = 0.02
"""The sun fades below this share of the highest rate before a counter stands for the night; else it was stopped."""
FADED_HOURLY_SHARE = 0.1
"""The same where the last step stands for a longer time, in which more may happen."""
SHORTEST_RESTART_S = 60.0
"""A counter that began again has had at least the time between two readings to count."""
RESTART_SHARE = 0.5
"""It is nowhere near where it stood; one that comes back a little lower goes on from what it had saved last."""
SUN_S = 43_200.0
"""The sun does not shine longer than this at full power, nor does anything else draw its most for so long."""
MOST_WRAPS = 20
SETTLED_READINGS = 3
"""A level at which a counter is read this often in a row, and counts, is the counter's, whatever led to it."""
SETTLED_S = 600.0
"""And for so long: readings are kept every five minutes, and who accounts those anew shall find the same."""
MOST_FORMER = 3
AWAY_S = 2 * 86_400.0
"""Over a longer time an overflow cannot be told from what a large site makes."""
LOST_WH = 50.0
"""How much a bridge may have been too long."""
RATE_MARGIN = 2.0
"""How much faster than ever before a counter may be when a step is ambiguous."""
HOUSEHOLD_W = 10_000
"""A house does this much all of a sudden; what is more, and more than ever before, has to be read twice."""
CONFIRMED_S = 30.0
"""What is read again this much later was not one reply's fault."""


@dataclass(frozen=True, slots=True)
class _Level:
    """Where a counter stood when it left for another level."""

    raw_wh: float
    net_wh: float
    at_s: float


@dataclass(slots=True)
class _Candidate:
    """A level that is not plausible yet."""

    first_wh: float
    first_s: float
    last_wh: float
    last_s: float
    readings: int = 1


class Counter:
    """Follows one raw counter. Its `total_wh` is what was counted since it was first read; it never falls."""

    __slots__ = (
        "_candidate",
        "_fade_wh",
        "_fades",
        "_former",
        "_missed_since_s",
        "_most_w",
        "_net_wh",
        "_peak_w",
        "_rate_w",
        "late_since_s",
        "moved_s",
        "raw_wh",
        "read_s",
        "total_wh",
    )

    def __init__(self, raw_wh: float, at_s: float, *, most_w: float = LARGEST_SITE_W, fades: bool = False) -> None:
        """Begin with the first reading; `most_w` is the power that it cannot exceed, `fades` says it is the sun's."""
        self.raw_wh = raw_wh
        """The last reading that counted."""
        self.moved_s = at_s
        """When it last moved."""
        self.read_s = at_s
        """When it was last read and counted."""
        self.total_wh = 0.0
        self._net_wh = 0.0
        """What is known to have been counted: less than the total where a bridge was too long, until more came."""
        self.late_since_s: float | None = None
        """Since when the shape of the last step is not known."""
        self._most_w = most_w
        self._fades = fades
        self._fade_wh: float | None = None
        """The most that a counter which was not stopped may still have had to count; None once it has faded out."""
        self._peak_w = self._rate_w = 0.0
        self._candidate: _Candidate | None = None
        self._former: tuple[_Level, ...] = ()
        self._missed_since_s: float | None = None
        """When the level was left that the step at hand leads back to."""

    @property
    def is_doubted(self) -> bool:
        """Whether its last reading did not count."""
        return self._candidate is not None

    def ahead_wh(self, raw_wh: float, at_s: float) -> float:
        """Tell how far another reading of what may be the same counter is ahead, or behind by being read an hour ago.

        0 where it cannot be the same.
        """
        change_wh = raw_wh - self.raw_wh
        if change_wh < 0:
            return change_wh if -change_wh <= wh_at_power(self._peak_w, LONGEST_STEP_S) else 0.0
        return change_wh if at_s > self.read_s and change_wh <= self._plausible_wh(at_s - self.read_s) else 0.0

    def take(self, raw_wh: float, at_s: float, *, asked_s: float | None = None) -> Step:
        """Take a reading; give the class of its step. `asked_s` is when it was last asked for, if it did not answer."""
        if raw_wh == self.raw_wh:
            self.read_s, self._candidate = at_s, None
            return Step.NORMAL
        before_wh, self.late_since_s, self._missed_since_s = self.raw_wh, None, None
        step, added_wh = self._classify(raw_wh, at_s, asked_s)
        if step is Step.HELD:
            step, added_wh = self._hold(raw_wh, at_s)
            if step is Step.HELD:
                return step
        if step is Step.LATE:
            self.late_since_s = self.moved_s
        elif step is Step.RESTORED and self._missed_since_s is not None and added_wh > NOISE_WH:
            self.late_since_s = self._missed_since_s
        elif step in {Step.RESTART, Step.REBASED}:
            level = _Level(before_wh, self._net_wh, self.read_s)
            self._former = (*self._former, level)[-MOST_FORMER:]
        self._advance(raw_wh, added_wh, at_s, step)
        return step

    def _advance(self, raw_wh: float, added_wh: float, at_s: float, step: Step) -> None:
        span_s = at_s - self.moved_s
        if step is Step.NORMAL and span_s > 0:
            self._rate_w = min(self._most_w, added_wh * 3600 / max(span_s, self._shortest_s()))
            self._peak_w = max(self._peak_w, self._rate_w)
            faded_share = FADED_SHARE if span_s <= REPORT_S else FADED_HOURLY_SHARE
            has_faded = self._rate_w <= faded_share * self._peak_w
            self._fade_wh = None if has_faded else wh_at_power(self._rate_w, max(span_s, 2 * REPORT_S))
        self._candidate = None
        # A step back by noise keeps the higher reading, so that the way up again does not count twice.
        kept_wh = max(raw_wh, self.raw_wh) if step is Step.NORMAL else raw_wh
        if kept_wh != self.raw_wh:
            self.moved_s = at_s
        self.raw_wh, self.read_s = kept_wh, at_s
        self._net_wh += added_wh
        self.total_wh = max(self.total_wh, self._net_wh)

    @staticmethod
    def _shortest_s() -> float:
        """Steps of counters fed by reports stand for an interval, however soon after a look they come."""
        return REPORT_S / 3

    def _classify(self, raw_wh: float, at_s: float, asked_s: float | None) -> tuple[Step, float]:
        change_wh, span_s = raw_wh - self.raw_wh, max(0.0, at_s - self.moved_s)
        if -NOISE_WH <= change_wh <= self._plausible_wh(span_s):
            if self._is_jump(change_wh, span_s) and (found := self._explained_jump(raw_wh, at_s)):
                return found
            if self._is_doubtful(change_wh, at_s) and not self._is_confirmed(raw_wh, at_s):
                return Step.HELD, 0.0
            known_s = self.read_s if asked_s is None else max(self.read_s, asked_s)
            is_late = at_s - known_s < span_s / 2 and self._is_late(change_wh, span_s)
            return Step.LATE if is_late else Step.NORMAL, max(0.0, change_wh)
        if raw_wh == 0:
            return Step.HELD, 0.0
        return self._wrapped(change_wh, at_s) or self._returned(raw_wh, at_s) or (Step.HELD, 0.0)

    def _is_late(self, change_wh: float, span_s: float) -> bool:
        """Whether what comes now must have come before, while the counter stood."""
        if span_s <= STILL_S or change_wh <= NOISE_WH:
            return False
        if change_wh > wh_at_power(self._most_w, REPORT_S):
            return True
        is_stopped = self._fade_wh is not None and change_wh > self._fade_wh
        has_missed_days = span_s > NIGHT_S and change_wh > wh_at_power(self._peak_w, REPORT_S)
        return self._fades and (is_stopped or has_missed_days)

    def _is_jump(self, change_wh: float, span_s: float) -> bool:
        """Whether a step that a site could do is more than this counter ever did; only its level tells what it is."""
        return change_wh > LOST_WH + RATE_MARGIN * wh_at_power(self._peak_w, max(span_s, REPORT_S))

    def _is_doubtful(self, change_wh: float, at_s: float) -> bool:
        """Whether a step that a site could do needs another reading to be believed."""
        known_w = max(HOUSEHOLD_W, RATE_MARGIN * self._peak_w)
        span_s = max(at_s - self.read_s, min(at_s - self.moved_s, LONGEST_STEP_S), REPORT_S)
        return bool(self._peak_w) and change_wh > LOST_WH + wh_at_power(known_w, span_s)

    def _explained_jump(self, raw_wh: float, at_s: float) -> tuple[Step, float] | None:
        """Recognise a former level, or an overflow that is no energy at the pace that is known."""
        found = self._returned(raw_wh, at_s)
        if found is None and self._peak_w and at_s - self.moved_s <= AWAY_S:
            found = self._wrapped(raw_wh - self.raw_wh, at_s)
        return found

    def _is_confirmed(self, raw_wh: float, at_s: float) -> bool:
        """Whether another reading said so before; one alone may be wrong."""
        known = self._candidate
        return known is not None and self._goes_on(known, raw_wh, at_s) and at_s - known.first_s >= CONFIRMED_S

    def _goes_on(self, known: _Candidate, raw_wh: float, at_s: float) -> bool:
        """Whether a reading may follow the last one that did not count."""
        return -NOISE_WH <= raw_wh - known.last_wh <= self._plausible_wh(at_s - known.last_s)

    def _plausible_wh(self, span_s: float) -> float:
        """The most that can have been counted in a time."""
        sunny_s = span_s if span_s <= SUN_S else SUN_S + (span_s - SUN_S) / 2
        return wh_at_power(self._most_w, max(sunny_s, LONGEST_STEP_S))

    def _wrapped(self, change_wh: float, at_s: float) -> tuple[Step, float] | None:
        """Explain a step by k * 2^32 J that went or came; the rest has to be what this counter can do."""
        if change_wh < 0:
            wraps = math.ceil((-change_wh - NOISE_WH) / WRAP_32_BIT_WH)
            rest_wh, step = change_wh + wraps * WRAP_32_BIT_WH, Step.WRAP
        else:
            wraps = math.floor((change_wh + NOISE_WH) / WRAP_32_BIT_WH)
            rest_wh, step = change_wh - wraps * WRAP_32_BIT_WH, Step.RESTORED
        span_s = max(at_s - self.moved_s, LONGEST_STEP_S)
        most_w = min(self._most_w, RATE_MARGIN * self._peak_w) if self._peak_w else self._most_w
        if 1 <= wraps <= MOST_WRAPS and rest_wh <= wh_at_power(most_w, span_s) + NOISE_WH:
            return step, max(0.0, rest_wh)
        return None

    def _returned(self, raw_wh: float, at_s: float) -> tuple[Step, float] | None:
        """Recognise a level that the counter had left; the step is what it counted since, less what was added."""
        for level in reversed(self._former):
            since_wh = self._net_wh - level.net_wh
            change_wh = raw_wh - level.raw_wh
            if change_wh < -NOISE_WH or change_wh > self._plausible_wh(at_s - level.at_s):
                continue
            if change_wh >= since_wh * 0.9 - LOST_WH:
                self._former = tuple(one for one in self._former if one is not level)
                self._missed_since_s = level.at_s
                return Step.RESTORED, change_wh - since_wh
        return None

    def _hold(self, raw_wh: float, at_s: float) -> tuple[Step, float]:
        """Wait until a level has settled: read several times in a row, and counting."""
        if raw_wh == 0:
            return Step.HELD, 0.0
        known = self._candidate
        if known is None or not self._goes_on(known, raw_wh, at_s):
            self._candidate = _Candidate(raw_wh, at_s, raw_wh, at_s)
            return Step.HELD, 0.0
        known.last_wh, known.last_s, known.readings = raw_wh, at_s, known.readings + 1
        grown_wh = raw_wh - known.first_wh
        if known.readings < SETTLED_READINGS or at_s - known.first_s < SETTLED_S or grown_wh <= 0:
            return Step.HELD, 0.0
        span_s = known.first_s - self.read_s
        most_wh = min(wh_at_power(self._most_w, max(span_s, SHORTEST_RESTART_S)), RESTART_SHARE * self.raw_wh)
        if known.first_wh <= most_wh:
            return Step.RESTART, raw_wh
        return Step.REBASED, grown_wh + self._bridged_wh(grown_wh, at_s - known.first_s, span_s)

    def _bridged_wh(self, grown_wh: float, grown_s: float, span_s: float) -> float:
        """What went by between two levels is not known; a short time is bridged by the rates at its ends."""
        if span_s > LONGEST_STEP_S or grown_s <= 0:
            return 0.0
        after_w = grown_wh * 3600 / grown_s
        return wh_at_power((self._rate_w + after_w) / 2, span_s)

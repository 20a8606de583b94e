"""The sum of all inverters, each counted for itself: who leaves takes nothing away, who comes brings nothing along."""

from __future__ import annotations

from collections.abc import Iterable

from openvoy.model.accounting.counter import LARGEST_INVERTER_W, LONGEST_STEP_S, Counter
from openvoy.model.accounting.steps import SILENT, Notice, Step
from openvoy.model.counters import CounterSource, RawCounter
from openvoy.units import wh_at_power

LATE_WH = 3.0
"""What comes late matters from here on: gateways round by as much, and it is 0.1 % of a dark day."""
GONE_S = 86_400.0
"""An inverter that a complete list leaves out for a day has left; until then it may be one reply's fault."""


class Fleet:
    """Follows the lifetime counters of inverters. `total_wh` is what all of them counted since each was first read."""

    def __init__(self) -> None:
        self.total_wh = 0.0
        self.late_since_s: float | None = None
        self.moved_s = 0.0
        """When it last moved."""
        self.members: dict[str, Counter] = {}
        self._sources: dict[str, CounterSource] = {}
        self._gone: set[str] = set()
        self._whole_s: float | None = None
        """When all were last read."""
        self.late_wh = 0.0
        """What inverters that had stood or been away added in the last step."""
        self._late: list[tuple[float, float]] = []
        """Since when, and how much each."""

    def seed(self, source: CounterSource, raw_wh: float, at_s: float) -> None:
        """Remember an inverter from an earlier reading; one of long ago has left, which was told then."""
        self._know(source, raw_wh, at_s)
        self._gone.add(source.device)

    def _know(self, source: CounterSource, raw_wh: float, at_s: float) -> None:
        self.members[source.device] = Counter(raw_wh, at_s, most_w=LARGEST_INVERTER_W, fades=True)
        self._sources[source.device] = source

    def take(
        self, readings: Iterable[RawCounter], at_s: float, *, is_whole: bool, has_unchanged: bool = True
    ) -> list[Notice]:
        """Take what inverters say.

        With `is_whole` nobody in service is left out, but those that did not move if not `has_unchanged`.
        """
        notices: list[Notice] = []
        self._late = []
        seen: list[str] = []
        for reading in readings:
            serial, raw_wh = reading.source.device, reading.value_wh
            seen.append(serial)
            counter = self.members.get(serial)
            if counter is None:
                notices += self._add(reading, at_s)
            elif counter.raw_wh == raw_wh:
                counter.read_s = at_s
            else:
                notices += self._count(counter, reading, at_s)
        self.late_wh = sum(added_wh for _, added_wh in self._late)
        self.late_since_s = min(since_s for since_s, _ in self._late) if self.late_wh > LATE_WH else None
        if is_whole:
            self._whole_s = at_s
        return notices + (self._missed(seen, at_s) if is_whole and has_unchanged else [])

    def _count(self, counter: Counter, reading: RawCounter, at_s: float) -> list[Notice]:
        before_wh, counted_wh = counter.raw_wh, counter.total_wh
        step = counter.take(reading.value_wh, at_s, asked_s=self._whole_s)
        added_wh = counter.total_wh - counted_wh
        self.total_wh += added_wh
        if added_wh:
            self.moved_s = at_s
        if counter.late_since_s is not None:
            self._late.append((counter.late_since_s, added_wh))
        if step in SILENT or step in {Step.HELD, Step.LATE}:
            return []
        return [
            Notice(source=reading.source, step=step, before_wh=before_wh, after_wh=reading.value_wh, added_wh=added_wh)
        ]

    def _add(self, reading: RawCounter, at_s: float) -> list[Notice]:
        """Take in an inverter: a new one has counted here, one that comes with a history counts from now on."""
        raw_wh = reading.value_wh
        self._know(reading.source, raw_wh, at_s)
        if self._whole_s is None:
            return []
        since_s = at_s - self._whole_s + LONGEST_STEP_S
        is_new = raw_wh <= wh_at_power(LARGEST_INVERTER_W, since_s)
        added_wh = max(0.0, raw_wh) if is_new else 0.0
        self.total_wh += added_wh
        return [Notice(source=reading.source, step=Step.ADDED, before_wh=0.0, after_wh=raw_wh, added_wh=added_wh)]

    def _missed(self, seen: list[str], at_s: float) -> list[Notice]:
        if len(seen) == len(self.members):
            self._gone.clear()
            return []
        left = self.members.keys() - set(seen)
        gone = [serial for serial in sorted(left - self._gone) if at_s - self.members[serial].read_s > GONE_S]
        self._gone = (self._gone & left) | set(gone)
        return [self._retired(serial) for serial in gone]

    def _retired(self, serial: str) -> Notice:
        raw_wh = self.members[serial].raw_wh
        return Notice(source=self._sources[serial], step=Step.RETIRED, before_wh=raw_wh, after_wh=raw_wh)

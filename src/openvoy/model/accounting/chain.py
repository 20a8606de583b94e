"""One quantity of a site, from whatever source counts it best at the time, as one series without jump or hole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openvoy.model.accounting.counter import LARGEST_SITE_W, LOST_WH, NOISE_WH, Counter
from openvoy.model.accounting.feed import FED
from openvoy.model.accounting.fleet import Fleet
from openvoy.model.accounting.steps import SILENT, Notice, Step
from openvoy.model.counters import CounterSource
from openvoy.units import wh_at_power

PATIENCE_S = 7200.0
"""A source that is silent for longer, while another one counts, no longer leads; most silences are shorter."""
FROZEN_WH = 250.0
"""A source that stands while another counts this much is as good as silent."""
RETURN_SHARE = 0.1
"""A source that comes back and counted this share less than the one that stood in for it did not count meanwhile."""

RANKS: Mapping[tuple[str, str], int] = {
    ("meter_readings", "aggregate"): 0,
    ("production_details", "production.eim"): 1,
    ("device_data", "inverters"): 2,  # joules of each inverter, which do not wrap
    ("production_v1", "total"): 3,
    ("production_table", "total"): 4,
    ("production_details", "production.inverters"): 5,  # wraps: as a whole before 8.2.4264, inverter by inverter since
    ("power", FED): 6,
}
INTEGRATED = "integrated"
"""The block of counters that were added up from powers, as nothing counts them."""
LAST_RANK = 9


def rank_of(source: CounterSource) -> int:
    """How far down the list of trust a source stands."""
    return RANKS.get((source.endpoint, source.block), LAST_RANK)


def build_counter(source: CounterSource, raw_wh: float, at_s: float) -> Counter:
    """Begin to follow a source."""
    return Counter(raw_wh, at_s, fades=source.quantity == "solar")


AWAY_S = 2 * 86_400.0
"""A source that was away for longer begins anew where the other one is; two never agree to the last percent."""
READ_AGAIN_S = 1800.0
"""Sources are read at least this often while they answer."""


def most_wh(silent_s: float) -> float:
    """The most that may have gone by unseen; nothing while sources were read as usual."""
    return 0.0 if silent_s <= READ_AGAIN_S else wh_at_power(LARGEST_SITE_W, silent_s)


@dataclass(slots=True)
class _Track:
    counter: Counter | Fleet
    source: CounterSource
    offset_wh: float
    """The series less what this source counted, as both were when it was last told."""
    first_s: float
    read_s: float
    left_s: float = 0.0
    """When it stopped leading."""
    left_wh: float = 0.0
    """What the series stood at then."""
    anchored_s: float = 0.0
    """When it was last told what the series stands at."""
    still_wh: float | None = None
    """What it stood at when it began to count while the leader stands, for longer than reports lag."""
    still_s: float | None = None
    """When it had moved last as the leader was found standing."""

    @property
    def rank(self) -> int:
        """How far down the list of trust it stands."""
        return rank_of(self.source)

    @property
    def value_wh(self) -> float:
        """What the series stands at by this source."""
        return self.offset_wh + self.counter.total_wh


class Chain:
    """One quantity. Sources follow each other by rank; each is watched while another leads."""

    def __init__(self) -> None:
        self.total_wh: float | None = None
        """The accounted counter, which never falls."""
        self.grown_wh = 0.0
        """By how much the last readings made it grow."""
        self.lead: CounterSource | None = None
        self.late_since_s: float | None = None
        """Since when the shape of the last step is not known."""
        self._tracks: dict[CounterSource, _Track] = {}

    def shift(self, total_wh: float) -> None:
        """Let the series stand at a value; what sources count from now on is added to it."""
        by_wh = total_wh - (0.0 if self.total_wh is None else self.total_wh)
        self.total_wh = total_wh
        for track in self._tracks.values():
            track.offset_wh += by_wh

    def is_stood_in_for(self, at_s: float) -> bool:
        """Whether a better source fell silent lately, or is back and has yet to reach what another one made of it."""
        if self.lead is None or self.total_wh is None:
            return False
        lead = self._tracks[self.lead]
        if len(self._tracks) == 1:
            return lead.value_wh < self.total_wh - NOISE_WH
        return lead.value_wh < self.total_wh - NOISE_WH or any(
            track.left_s and track.rank < lead.rank and at_s - track.left_s <= AWAY_S for track in self._tracks.values()
        )

    def remember(self, source: CounterSource, raw_wh: float, at_s: float, total_wh: float) -> None:
        """Know a source that has been silent for long, and what the series stood at when it last spoke."""
        if source in self._tracks:
            return
        track = _Track(build_counter(source, raw_wh, at_s), source, total_wh, at_s, at_s)
        self._tracks[source] = track
        if self.total_wh is None:
            self.total_wh, self.lead = total_wh, source
        else:
            track.left_s, track.left_wh = at_s, total_wh

    def take(
        self, readings: list[tuple[CounterSource, float]], at_s: float, *, fleet: Fleet | None = None
    ) -> tuple[bool, list[Notice]]:
        """Take what the sources say now; give whether the series is known at this moment, and what is to be told.

        `fleet` stands in for the source that sums inverters up.
        """
        notices: list[Notice] = []
        before_wh = self.total_wh
        self.late_since_s, self.grown_wh = None, 0.0
        if len(readings) == 1 and self._stands(*readings[0], at_s):
            return True, notices
        counted: list[CounterSource] = []
        for source, raw_wh in readings:
            track = self._tracks.get(source)
            if track is None:
                self._begin(source, raw_wh, at_s, fleet)
                counted.append(source)
            elif self._follow(track, source, raw_wh, at_s, notices):
                counted.append(source)
        if counted:
            notices += self._choose(counted, at_s)
        notices = [one for one in notices if one.step is not Step.LATE or one.source == self.lead]
        if self.lead is None or self.lead not in counted:
            return False, notices
        self._settle(self._tracks[self.lead], counted, at_s)
        self.grown_wh = 0.0 if before_wh is None or self.total_wh is None else self.total_wh - before_wh
        return True, notices

    def _stands(self, source: CounterSource, raw_wh: float, at_s: float) -> bool:
        """Take a reading of the leader that is as it was; whether it is. Much of what is read has not moved."""
        track = self._tracks.get(source)
        if track is None or source != self.lead or not isinstance(track.counter, Counter):
            return False
        counter = track.counter
        if raw_wh != counter.raw_wh or counter.is_doubted or track.value_wh != self.total_wh:
            return False
        counter.read_s = track.read_s = at_s
        return True

    def _begin(self, source: CounterSource, raw_wh: float, at_s: float, fleet: Fleet | None) -> None:
        rank = rank_of(source)
        counter = fleet if rank == _FLEET_RANK and fleet is not None else build_counter(source, raw_wh, at_s)
        if self.total_wh is None:
            self.total_wh = raw_wh
        offset_wh = self.total_wh - counter.total_wh
        lead = None if self.lead is None else self._tracks[self.lead]
        if lead is not None and isinstance(lead.counter, Counter) and max(lead.rank, rank) <= _METER_RANK:
            # The meter's counter, told by another endpoint.
            offset_wh += lead.counter.ahead_wh(raw_wh, at_s)
        self._tracks[source] = _Track(counter, source, offset_wh, at_s, at_s)

    def _follow(self, track: _Track, source: CounterSource, raw_wh: float, at_s: float, notices: list[Notice]) -> bool:
        """Let a source count; whether it did."""
        counter = track.counter
        if isinstance(counter, Fleet):
            track.read_s = at_s
            if self._is_lead_alive(source, at_s):
                track.offset_wh -= counter.late_wh
            return True
        if raw_wh == counter.raw_wh and not counter.is_doubted:
            counter.read_s = track.read_s = at_s
            return True
        before_wh, counted_wh, was_doubted = counter.raw_wh, counter.total_wh, counter.is_doubted
        step = counter.take(raw_wh, at_s)
        if step not in SILENT and not (step is Step.HELD and (was_doubted or not counter.is_doubted)):
            notices.append(
                Notice(
                    source=source,
                    step=step,
                    before_wh=before_wh,
                    after_wh=raw_wh,
                    added_wh=counter.total_wh - counted_wh,
                    since_s=counter.late_since_s,
                )
            )
        if step is Step.HELD:
            return False
        if step not in SILENT and self._is_lead_alive(source, at_s) and not self._knows_better(track, step):
            # What a source tells late or otherwise than others was counted by the leader when it happened.
            track.offset_wh -= counter.total_wh - counted_wh
        track.read_s = at_s
        return True

    def _knows_better(self, track: _Track, step: Step) -> bool:
        """Whether a source that is better than the leader tells what came since it was left."""
        is_better = self.lead is not None and track.rank < self._tracks[self.lead].rank
        return is_better and step in {Step.RESTART, Step.LATE}

    def _is_lead_alive(self, source: CounterSource, at_s: float) -> bool:
        """Whether another source leads and was read lately."""
        lead = self.lead
        return lead is not None and lead != source and at_s - self._tracks[lead].read_s <= PATIENCE_S

    def _choose(self, counted: list[CounterSource], at_s: float) -> list[Notice]:
        """Let the best source lead; a leader that falls silent is waited for."""
        lead = self.lead
        if lead is None:
            self.lead = min(counted, key=lambda source: self._tracks[source].rank)
            return []
        if len(counted) == 1 and counted[0] == lead:
            return []
        track = self._tracks[lead]
        is_silent = at_s - track.read_s > PATIENCE_S
        is_still = at_s - track.counter.moved_s > PATIENCE_S
        for source in sorted(counted, key=lambda one: self._tracks[one].rank):
            other = self._tracks[source]
            if source == lead:
                continue
            # What was never seen counting since it began, or since it was left, may be a number that just stands there.
            is_alive = other.counter.moved_s > max(other.first_s, other.left_s)
            is_better = is_alive and other.rank < track.rank
            if is_better or is_silent or (is_still and self._goes_on(other, track)):
                return [self._switch(lead, source, at_s)]
            if not is_still:
                other.still_wh = other.still_s = None
        return []

    @staticmethod
    def _goes_on(other: _Track, lead: _Track) -> bool:
        """Whether a source counts a lot while the leader stands.

        Reports that only lag behind have come by now; the first step of one that stood as well may be from before.
        """
        moved_s = other.counter.moved_s
        if other.still_s is None:
            other.still_s, other.still_wh = moved_s, other.value_wh
        elif moved_s != other.still_s:
            if other.still_s <= lead.counter.moved_s or moved_s - other.still_s > PATIENCE_S:
                other.still_wh = other.value_wh
            other.still_s = moved_s
        assert other.still_wh is not None, "set together with its time"
        return other.value_wh - other.still_wh > FROZEN_WH

    def _switch(self, lead: CounterSource, best: CounterSource, at_s: float) -> Notice:
        """Go on with another source, from where the series stood when the two were last known together."""
        track, other = self._tracks[lead], self._tracks[best]
        assert self.total_wh is not None, "a series with a leader has begun"
        self.total_wh = total_wh = max(self.total_wh, track.value_wh)
        if other.rank < track.rank and other.left_s and self._is_replaced(other, track, at_s):
            # What happened while neither counted is not known but from the one that comes back.
            missed_wh = min(max(0.0, other.value_wh - total_wh), most_wh(at_s - track.read_s))
            other.offset_wh += total_wh + missed_wh - other.value_wh
        track.left_s, track.left_wh = at_s, total_wh
        self.lead = best
        value_wh = max(total_wh, other.value_wh)
        return Notice(
            source=best,
            step=Step.SOURCE_CHANGED,
            before_wh=total_wh,
            after_wh=value_wh,
            added_wh=value_wh - total_wh,
            since_s=track.read_s,
        )

    def _is_replaced(self, other: _Track, lead: _Track, at_s: float) -> bool:
        """Whether one that comes back did not count while the leader did, or was away for too long to compare."""
        if at_s - lead.counter.moved_s <= AWAY_S < at_s - other.left_s:
            return True
        total_wh = lead.value_wh
        stood_in_wh = total_wh - other.left_wh
        return total_wh - other.value_wh > LOST_WH + RETURN_SHARE * stood_in_wh

    def _settle(self, lead: _Track, counted: list[CounterSource], at_s: float) -> None:
        """Let the series follow its leader, and the other sources stand beside it."""
        assert self.total_wh is not None, "a series with a leader has begun"
        if lead.value_wh > self.total_wh:
            self.total_wh = lead.value_wh
            self.late_since_s = lead.counter.late_since_s
        for source in counted:
            other = self._tracks[source]
            # What is not new says nothing of now; and beside a leader that stands, it must not be told what that says.
            if other is lead or other.counter.moved_s != at_s or lead.counter.moved_s <= other.anchored_s:
                continue
            # A better one that was left keeps its place: it knows best what it missed.
            if other.rank > lead.rank or not other.left_s:
                other.offset_wh, other.left_s = self.total_wh - other.counter.total_wh, 0.0
                other.anchored_s = at_s


_METER_RANK = RANKS["production_details", "production.eim"]
_FLEET_RANK = RANKS["device_data", "inverters"]

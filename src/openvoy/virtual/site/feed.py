"""What sun, house and weather bring, at the marks of a day or of a stretch of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import GRAIN, Array, Mask, grained
from openvoy.virtual.site.calendar import MINUTE_S, LocalDay
from openvoy.virtual.site.house import Load
from openvoy.virtual.site.panels import ASLEEP_W, Plant


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feed:
    """Values at marks; all powers are of the grain, so that their sums are exact."""

    at_s: Array
    """[mark] Unix seconds."""
    potential_w: Array
    """[panel, mark] what inverters would feed in if nobody held them back."""
    draw_w: Array
    """[phase, mark] what sleeping inverters take."""
    gross_w: Array
    """[phase, mark] all that inverters would feed in."""
    load: Load
    error_w: Array
    """[mark] how much more surplus batteries see than there is."""
    air_c: Array
    plane_w_m2: Array
    """[array, mark]."""
    wander: Array
    """[mark] of the grid's voltage, normal."""
    hum: Array
    """[mark] of its frequency, normal."""
    inverters: float
    """How many are in service, for each phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Harness:
    """What holds inverters back, one by one, for a whole stretch."""

    limit_pct: float = 100.0
    """Of nameplate."""
    off: frozenset[str] = frozenset()
    """Serial numbers of those that are cut off."""

    def caps_w(self, plant: Plant) -> Array | None:
        """Give the most that each inverter may feed in; None where all may what they can."""
        if self.limit_pct >= 100 and not self.off:
            return None
        share = np.array([0.0 if serial in self.off else self.limit_pct / 100 for serial in plant.serials])
        caps: Array = np.floor(plant.rated_w * share * GRAIN) / GRAIN
        return caps


def gross_power(plant: Plant, potential_w: Array) -> Array:
    """Add up what inverters feed in, by phase."""
    fed: Array = plant.share @ potential_w
    return fed


def draw_power(plant: Plant, asleep: Mask) -> Array:
    """Add up what inverters take while they sleep, by phase."""
    taken: Array = plant.share @ (ASLEEP_W * asleep)
    return taken


def cut_feed(feed: Feed, plant: Plant, day: LocalDay, span: tuple[float, float], harness: Harness) -> Feed:
    """Take a stretch out of a day's feed: a mark at its beginning, then minutes until its end is reached or passed."""
    start_s, until_s = span
    place = (start_s - day.start_s) / MINUTE_S
    first, last = int(place), min(int(-(-(until_s - day.start_s) // MINUTE_S)), day.minutes) + 1
    part = feed
    if place > first:
        part = _stretch(feed, plant, _Cut(first, last, place - first))
        part.at_s[0] = start_s
    elif (first, last) != (0, day.minutes + 1):
        part = _stretch(feed, plant, _Cut(first - 1, last, 1.0))
    caps = harness.caps_w(plant)
    if caps is None:
        return part
    held = np.minimum(part.potential_w, caps[:, None])
    return replace(part, potential_w=held, gross_w=gross_power(plant, held))


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a stretch begins - on the way from a mark to the next - and before which mark it ends."""

    mark: int
    last: int
    way: float

    def take(self, values: Array, *, is_power: bool = True) -> Array:
        """Cut values along their last axis."""
        rest = values[..., self.mark + 1 : self.last]
        if self.way == 1.0:
            return rest
        start = flow.between(values[..., self.mark], values[..., self.mark + 1], self.way)
        return np.concatenate(((grained(start) if is_power else start)[..., None], rest), axis=-1)


def _stretch(feed: Feed, plant: Plant | None, cut: _Cut) -> Feed:
    potential = cut.take(feed.potential_w)
    return Feed(
        at_s=cut.take(feed.at_s, is_power=False),
        potential_w=potential,
        draw_w=cut.take(feed.draw_w),
        gross_w=cut.take(feed.gross_w) if plant is None or cut.way == 1.0 else gross_power(plant, potential),
        load=Load(cut.take(feed.load.active_w), cut.take(feed.load.reactive_var)),
        error_w=cut.take(feed.error_w, is_power=False),
        air_c=cut.take(feed.air_c, is_power=False),
        plane_w_m2=cut.take(feed.plane_w_m2, is_power=False),
        wander=cut.take(feed.wander, is_power=False),
        hum=cut.take(feed.hum, is_power=False),
        inverters=feed.inverters,
    )


def cut_short(feed: Feed, count: int) -> Feed:
    """Keep the first marks."""
    cut = _Cut(-1, count, 1.0)
    return _stretch(feed, None, cut)

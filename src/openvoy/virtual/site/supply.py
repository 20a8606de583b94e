"""When there is no grid: outages that are written down, and others drawn from the seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from openvoy.virtual.site.calendar import MINUTE_S, LocalDay, local_day
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.noise import Stream, generator

MOST_MIN = 2880
"""Nobody stays without grid for longer."""
LOOK_BACK_DAYS = 3
"""An outage that began earlier is over."""
LONGEST_DAYS = 15
"""The same for those that are written down."""


@dataclass(frozen=True, slots=True)
class Outages:
    """Times without grid around a day: from, until, Unix seconds, in order and apart."""

    spans: tuple[tuple[float, float], ...]

    def is_on(self, at_s: float) -> bool:
        """Whether the grid is there."""
        return not any(start <= at_s < end for start, end in self.spans)

    def back_since_s(self, at_s: float) -> float | None:
        """Tell when it last came back; None where that is long ago."""
        ends = [end for _, end in self.spans if end <= at_s]
        return ends[-1] if ends else None

    def edges(self, wait_s: float) -> Iterator[float]:
        """Yield when something changes, the end of the wait for a steady grid included."""
        for start, end in self.spans:
            yield from (start, end, end + wait_s)


def outages_around(site: SiteDefinition, seed: int, day: LocalDay) -> Outages:
    """Find the outages that touch a day or end shortly before it."""
    grid = site.grid
    spans: list[tuple[float, float]] = []
    if grid.outages_per_year:
        for back in range(LOOK_BACK_DAYS, -1, -1):
            spans += _drawn(site, seed, local_day(day.date - timedelta(days=back), site.zone))
    for outage in grid.outage:
        start_s = outage.start.replace(tzinfo=site.zone).timestamp()
        if abs(start_s - day.start_s) < LONGEST_DAYS * 86400:
            spans.append((start_s, start_s + outage.minutes * MINUTE_S))
    near = (span for span in spans if span[0] < day.end_s)
    return Outages(tuple(_merged(sorted(near))))


def _drawn(site: SiteDefinition, seed: int, day: LocalDay) -> list[tuple[float, float]]:
    chance = generator(seed, day.date.toordinal(), Stream.OUTAGES)
    count = int(chance.poisson(site.grid.outages_per_year / 365.25))
    starts = day.start_s + (chance.random(count) * day.minutes * MINUTE_S).round()
    lengths = chance.exponential(site.grid.outage_minutes, count).clip(1, MOST_MIN) * MINUTE_S
    return [(start, start + round(length)) for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)]


def _merged(spans: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    last: tuple[float, float] | None = None
    for start, end in spans:
        if last is not None and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last

"""The gateway's own event log: what happened, newest last, with the numbers that it gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

KEPT = 500
"""The log holds about so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that happened, or will have happened `after_s` from now."""

    text: str
    serial: str
    """Of the device that it happened to."""
    device: str = "envoy"
    """pcu, acb, nsrb, esub, encharge, enpower or envoy."""
    after_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the log."""

    at_s: int
    text: str
    serial: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """All rows that somebody caused, by time; those of the night come from the site itself."""

    events: tuple[Event, ...] = field(default=())

    def added(self, news: Iterable[News], now_s: int) -> EventLog:
        """Give the log with more rows."""
        rows = (Event(at_s=now_s + row.after_s, text=row.text, serial=row.serial, device=row.device) for row in news)
        events = sorted((*self.events, *rows), key=lambda event: event.at_s)
        return EventLog(events=tuple(events[-KEPT:]))

    def until(self, now_s: int) -> tuple[Event, ...]:
        """Give the rows of what has happened by now."""
        return tuple(event for event in self.events if event.at_s <= now_s)

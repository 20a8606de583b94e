"""Replies that were fetched, by path: bounded, the longest unused go first."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from openvoy.virtual.mirror.freshness import SETTLING, SETTLING_S, Freshness
from openvoy.virtual.source import Reply

MOST_REPLIES = 300
MOST_BYTES = 32 * 2**20
"""A gateway has some 150 endpoints, none with more than 50 kB; readers invent paths without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A reply and when the gateway gave it, by a stopwatch."""

    reply: Reply
    at_s: float
    freshness: Freshness
    is_good: bool = True
    """Something to stand in for a failed reply; otherwise it is the failure."""

    def is_fresh(self, now_s: float) -> bool:
        """Whether it answers the next reader."""
        return self.is_good and now_s - self.at_s < self.freshness.fresh_s

    def is_usable(self, now_s: float) -> bool:
        """Whether it may stand in for a reply that failed."""
        return self.is_good and now_s - self.at_s < self.freshness.lifetime_s


class Shelf:
    """The last good reply of each path."""

    def __init__(self) -> None:
        self._replies: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._settling: tuple[tuple[str, float], ...] = ()
        """Beginnings of paths that were just written, and until when."""

    def find(self, path: str) -> Kept | None:
        """Give what is there, fresh or not."""
        kept = self._replies.get(path)
        if kept is not None:
            self._replies.move_to_end(path)
        return kept

    def put(self, path: str, kept: Kept) -> None:
        """Keep a reply in place of the one before."""
        self._drop(path)
        self._settling = tuple(row for row in self._settling if row[1] > kept.at_s)
        if any(path.startswith(start) for start, _ in self._settling) and kept.freshness.fresh_s > SETTLING.fresh_s:
            kept = replace(kept, freshness=Freshness(SETTLING.fresh_s, kept.freshness.lifetime_s))
        self._replies[path] = kept
        self._bytes += len(kept.reply.body)
        while len(self._replies) > MOST_REPLIES or self._bytes > MOST_BYTES:
            self._drop(next(iter(self._replies)))

    def expire(self, start: str, now_s: float) -> None:
        """Let every path with this beginning be asked again; what is there only stands in for a failure."""
        self._settling = (*self._settling, (start, now_s + SETTLING_S))
        for path, kept in self._replies.items():
            if path.startswith(start):
                self._replies[path] = replace(kept, freshness=Freshness(0.0, kept.freshness.lifetime_s))

    def _drop(self, path: str) -> None:
        kept = self._replies.pop(path, None)
        if kept is not None:
            self._bytes -= len(kept.reply.body)

"""What runs straight from mark to mark. Orders, relays and outages cut lines off; the next one starts where it will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import Array, Ints
from openvoy.virtual.site.calendar import MINUTE_S

PER_GROUP = 60
"""Lines that are added up in advance, so that a moment is read without adding up the whole day."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Lines of one day, in the order of time. What a line was before it was cut stays readable to the last bit."""

    at_s: Array
    """[mark] Unix seconds."""
    first: Ints
    """[line] the mark with which each one begins; the next mark is its end."""
    span_s: Array
    """[line] how long each one holds."""
    is_whole: bool
    """Every mark joins two lines, and all hold to their ends."""

    @property
    def start_s(self) -> Array:
        """[line] Unix seconds."""
        started: Array = self.at_s[self.first]
        return started

    def find(self, at_s: float) -> tuple[int, float]:
        """Find the line that holds at a moment, and which share of its way has passed."""
        if self.is_whole:
            line = min(int((at_s - self.at_s[0]) // MINUTE_S), len(self.first) - 1)
        else:
            line = int(np.searchsorted(self.start_s, at_s, side="right")) - 1
        mark = int(self.first[line])
        return line, (at_s - float(self.at_s[mark])) / float(self.at_s[mark + 1] - self.at_s[mark])

    def ends(self, values: Array, begin: int = 0, end: int | None = None) -> tuple[Array, Array]:
        """Read where lines begin and where they are cut, along the last axis, for a range of lines."""
        if self.is_whole:
            last = len(self.first) if end is None else end
            return values[..., begin:last], values[..., begin + 1 : last + 1]
        marks = self.first[begin:end]
        start, stop = np.take(values, marks, axis=-1), np.take(values, marks + 1, axis=-1)
        held, length = self.span_s[begin:end], self.at_s[marks + 1] - self.at_s[marks]
        return start, np.where(held < length, flow.between(start, stop, held / length), stop)

    def places(self, times_s: Array) -> tuple[Ints, Ints, Array]:
        """Find line, mark and share of the way for many moments at once."""
        if self.is_whole:
            line = np.clip(((times_s - self.at_s[0]) / MINUTE_S).astype(np.int64), 0, len(self.first) - 1)
        else:
            line = np.clip(np.searchsorted(self.start_s, times_s, side="right") - 1, 0, None)
        mark = self.first[line]
        return line, mark, (times_s - self.at_s[mark]) / (self.at_s[mark + 1] - self.at_s[mark])

    def integrals(self, values: Array) -> Array:
        """Integrate straight lines along the last axis, [line]."""
        return flow.net(*self.ends(values), self.span_s)

    def minutes(self) -> Ints:
        """Tell with which line each minute of the day begins."""
        count = round((float(self.start_s[-1] + self.span_s[-1]) - float(self.at_s[0])) / MINUTE_S)
        if self.is_whole:
            return np.arange(count)
        passed = (self.start_s - self.at_s[0]) // MINUTE_S
        return np.searchsorted(passed, np.arange(count))

    def minute_means(self, values: Array) -> Array:
        """Mean of each minute, along the last axis."""
        if self.is_whole:
            mean: Array = (values[..., :-1] + values[..., 1:]) / 2
            return mean
        means: Array = np.add.reduceat(self.integrals(values), self.minutes(), axis=-1) / MINUTE_S
        return means

    def groups(self) -> Ints:
        """Tell with which lines the groups begin."""
        return np.arange(0, len(self.first), PER_GROUP)


@lru_cache(maxsize=8)
def _whole(count: int) -> tuple[Ints, Array]:
    """First marks and spans of a day that nothing cuts; most days share them."""
    first, span_s = np.arange(count), np.full(count, float(MINUTE_S))
    first.setflags(write=False)
    span_s.setflags(write=False)
    return first, span_s


def join_lines(pieces: Sequence[tuple[Array, float]]) -> Lines:
    """Join pieces, each with its marks and the moment at which it ends; the last line of a piece may be cut."""
    if len(pieces) == 1 and pieces[0][0][-1] == pieces[0][1]:
        at_s = pieces[0][0]
        return Lines(at_s, *_whole(len(at_s) - 1), is_whole=True)
    firsts, spans, offset = [], [], 0
    for marks, until_s in pieces:
        firsts.append(offset + np.arange(len(marks) - 1))
        spans.append(np.minimum(marks[1:], until_s) - marks[:-1])
        offset += len(marks)
    return Lines(
        np.concatenate([marks for marks, _ in pieces]), np.concatenate(firsts), np.concatenate(spans), is_whole=False
    )

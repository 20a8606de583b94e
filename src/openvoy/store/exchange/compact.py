"""Many energies in little memory: years by the minute are millions of them, and wait on the disk."""

from __future__ import annotations

import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, islice, pairwise
from operator import itemgetter
from typing import IO, Any, Literal, overload

from openvoy.errors import StorageError
from openvoy.store.exchange.steps import Interval
from openvoy.store.passing import passing_folder

BLOCK = 8192
"""Numbers that are written, and read again, together."""
RUN = 8 * BLOCK
"""Energies that are sorted together."""


class Spill:
    """A file without a name among the system's temporary ones, made when it is needed. For one thread at a time."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._size = 0

    def put(self, content: bytes, place: int | None = None) -> int:
        """Write in a place, or at the end; gives the place. Raises StorageError."""
        place = self._size if place is None else place
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=passing_folder())  # noqa: SIM115 - it lives as long as this
                weakref.finalize(self, self._file.close)
            self._file.seek(place)
            self._file.write(content)
        except OSError as error:
            raise StorageError(
                f"The folder for temporary files cannot be written: {error.strerror or error}.",
                hint="Make room in it, or name another one with TMPDIR.",
            ) from error
        self._size = max(self._size, place + len(content))
        return place

    def read(self, place: int, size_bytes: int) -> bytes:
        """Read what was put in a place."""
        assert self._file is not None
        self._file.seek(place)
        return self._file.read(size_bytes)


class Numbers:
    """Numbers of one kind in their order: whole ones, floats, or truths as whole ones."""

    def __init__(self, kind: Literal["q", "d", "b"], spill: Spill) -> None:
        """Begin with none; the names of kinds are those of arrays."""
        self._kind = kind
        self._spill = spill
        self._blocks: list[int] = []
        self._last: array[Any] = array(kind)

    def append(self, number: float) -> None:
        """Take one more."""
        self._last.append(number)
        if len(self._last) == BLOCK:
            self._blocks.append(self._spill.put(self._last.tobytes()))
            self._last = array(self._kind)

    def __len__(self) -> int:
        """How many there are."""
        return BLOCK * len(self._blocks) + len(self._last)

    def between(self, start: int, stop: int) -> Iterator[Any]:
        """Give those from a place until before another."""
        first = start // BLOCK
        wanted = chain.from_iterable(map(self._block, range(first, -(-stop // BLOCK))))
        return islice(wanted, start - first * BLOCK, stop - first * BLOCK)

    def __getitem__(self, place: slice) -> array[Any]:
        """Give some, in memory."""
        return array(self._kind, self.between(*place.indices(len(self))[:2]))

    def _block(self, number: int) -> array[Any]:
        if number == len(self._blocks):
            return self._last
        block: array[Any] = array(self._kind)
        block.frombytes(self._spill.read(self._blocks[number], BLOCK * block.itemsize))
        return block


class Repeated:
    """Words in their order, of which many are the same one after the other."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._ends: list[int] = []

    def append(self, word: str) -> None:
        """Take one more."""
        if self._words[-1:] == [word]:
            self._ends[-1] += 1
        else:
            self._words.append(word)
            self._ends.append(len(self) + 1)

    def __len__(self) -> int:
        """How many there are."""
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, place: slice) -> list[str]:
        """Give some."""
        start, stop, _ = place.indices(len(self))
        starts = [0, *self._ends]
        return [
            word
            for word, first, end in zip(self._words, starts, self._ends, strict=False)
            for _ in range(max(first, start), min(end, stop))
        ]


class Intervals(Sequence[Interval]):
    """Energies of times. A part of them shares what it is of, which then takes no more."""

    def __init__(self, intervals: Iterable[Interval] = ()) -> None:
        """Take some; more may be appended."""
        spill = Spill()
        self._columns = Numbers("q", spill), Numbers("q", spill), Numbers("d", spill), Numbers("b", spill)
        self._start = 0
        self._stop: int | None = None
        for one in intervals:
            self.append(one)

    def append(self, one: Interval) -> None:
        """Take one more."""
        for column, number in zip(self._columns, one, strict=True):
            column.append(number)

    def __len__(self) -> int:
        """How many there are."""
        return (len(self._columns[0]) if self._stop is None else self._stop) - self._start

    def __iter__(self) -> Iterator[Interval]:
        """Give one after the other."""
        stop = self._start + len(self)
        return map(Interval, *(column.between(self._start, stop) for column in self._columns))

    @overload
    def __getitem__(self, place: int) -> Interval: ...

    @overload
    def __getitem__(self, place: slice) -> Intervals: ...

    def __getitem__(self, place: int | slice) -> Interval | Intervals:
        """Give one, or some."""
        if isinstance(place, int):
            at = self._start + range(len(self))[place]
            return Interval(*(next(column.between(at, at + 1)) for column in self._columns))
        found = Intervals()
        start, stop, _ = place.indices(len(self))
        found._columns = self._columns
        found._start, found._stop = self._start + start, self._start + max(start, stop)
        return found

    @property
    def are_apart(self) -> bool:
        """Whether they are in their order, and none overlaps another."""
        return all(before.end_s <= after.start_s for before, after in pairwise(self))

    def sort(self) -> tuple[Intervals, int]:
        """Give them in their order, once each time, of which the last word counts; and how many were said again."""
        if all(before[:2] < after[:2] for before, after in pairwise(self)):
            return self, 0
        found, last = Intervals(), None
        for one in self.in_order():
            if last is not None and last[:2] != one[:2]:
                found.append(last)
            last = one
        if last is not None:
            found.append(last)
        return found, len(self) - len(found)

    def overruled(self) -> Iterator[tuple[Interval, Interval]]:
        """Give what was said of a time, and what was said of it next."""
        return ((before, after) for before, after in pairwise(self.in_order()) if before[:2] == after[:2])

    def in_order(self) -> Iterator[Interval]:
        """Give them by their start and end; those of one time as they came."""
        runs = Intervals()
        for start in range(0, len(self), RUN):
            for one in sorted(self[start : start + RUN], key=itemgetter(0, 1)):
                runs.append(one)
        return merge(*(runs[start : start + RUN] for start in range(0, len(runs), RUN)), key=itemgetter(0, 1))

"""Energies of periods that are over: remembered while no reading comes or goes that could have a part in them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from openvoy.store.boundaries import Extent, Kind
from openvoy.store.counting import Growth
from openvoy.store.database import Session
from openvoy.store.days import Kept, build_runs
from openvoy.store.standing import recall, remember

FEWEST, MOST = 28, 4_000
"""Periods that are remembered: fewer are read at once, more take too much memory."""

Counter = tuple[int, str]
"""An owner's id and a quantity."""


class _Over(NamedTuple):
    until_s: int
    """Readings from this moment on, in Unix s, have no part in it."""
    runs: Mapping[Counter, Sequence[Kept]]


class PeriodsOver:
    """What is remembered of one question, by counter; and what is found besides."""

    def __init__(self, session: Session, kind: Kind, extent: Extent, asked: Sequence[Hashable]) -> None:
        """Recall what stands; `asked` are the bounds, and what else it depends on: nothing if it is not to be kept."""
        self._session = session
        self._kind = kind
        self._state = extent.state if FEWEST < len(asked) <= MOST else None
        self._asked = tuple(asked)
        stood = None if self._state is None else recall(session, kind.table, self._state, self._asked)
        self._over: _Over = stood or _Over(0, {})
        self._until_s = self._over.until_s
        self._found: dict[Counter, list[Kept]] = {}

    def of(self, counter: Counter) -> Sequence[Kept]:
        """Give the periods of a counter that are known, those together that follow each other."""
        return self._over.runs.get(counter, ())

    def add(self, counter: Counter, first_index: int, growths: Sequence[Growth]) -> None:
        """Take what was found of periods that follow each other from the given one on."""
        for run in build_runs(growths, _is_over, first_index):
            self._found.setdefault(counter, []).append(run.kept)
            self._until_s = max(self._until_s, run.to_s)

    def keep(self) -> None:
        """Remember it all."""
        if self._found and self._state is not None:
            known = self._over.runs
            runs = {
                counter: [*known.get(counter, ()), *self._found.get(counter, ())]
                for counter in known.keys() | self._found.keys()
            }
            found = _Over(self._until_s, runs)
            remember(self._session, self._kind.table, self._state, self._asked, found, until_s=self._until_s)


def _is_over(growth: Growth) -> bool:
    return growth.from_s is not None and growth.to_s is not None

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
SILENT_S = 7 * 86_400
"""A counter that says nothing for longer is taken to have ended, until it says something."""

Counter = tuple[int, str]
"""An owner's id and a quantity."""


class _Over(NamedTuple):
    until_s: int
    """Readings from this moment on, in Unix s, have no part in it."""
    silent: Mapping[str, frozenset[int]]
    """The owners of counters that had ended, by quantity: their periods are over though no reading ends them."""
    runs: Mapping[Counter, Sequence[Kept]]


class PeriodsOver:
    """What is remembered of one question, by counter; and what is found besides."""

    def __init__(
        self, session: Session, kind: Kind, extent: Extent, bounds: Sequence[int], more: Sequence[Hashable]
    ) -> None:
        """Recall what stands of the periods between bounds; `more` is what else it depends on."""
        self._session = session
        self._kind = kind
        self._asked = (*bounds, *more)
        self._state = extent.state if FEWEST < len(bounds) <= MOST else None
        stood = None if self._state is None else recall(session, kind.table, self._state, self._asked)
        self._over: _Over = stood or _Over(0, {}, {})
        self._until_s = self._over.until_s
        self._found: dict[Counter, list[Kept]] = {}
        self._silent: dict[str, set[int]] = {}

    def of(self, counter: Counter) -> Sequence[Kept]:
        """Give the periods of a counter that are known, those together that follow each other."""
        return self._over.runs.get(counter, ())

    def add(self, counter: Counter, first_index: int, growths: Sequence[Growth]) -> None:
        """Take what was found of periods that follow each other from the given one on."""
        if self._state is None:
            return
        is_over = [_is_over(growth, self._state.last_s) for growth in growths]
        for run in build_runs(growths, is_over, first_index):
            self._found.setdefault(counter, []).append(run.kept)
            self._until_s = max(self._until_s, self._until_s if run.to_s is None else run.to_s)
        if any(over and growth.to_s is None for over, growth in zip(is_over, growths, strict=True)):
            owner_id, name = counter
            self._silent.setdefault(name, set()).add(owner_id)

    def keep(self) -> None:
        """Remember it all."""
        if not self._found or self._state is None:
            return
        known = self._over
        silent = {
            name: known.silent.get(name, frozenset()) | self._silent.get(name, frozenset())
            for name in known.silent.keys() | self._silent.keys()
        }
        runs = {
            counter: [*self.of(counter), *self._found.get(counter, ())]
            for counter in known.runs.keys() | self._found.keys()
        }
        over, table = _Over(self._until_s, silent, runs), self._kind.table
        remember(self._session, table, self._state, self._asked, over, until_s=self._until_s, silent=silent)


def _is_over(growth: Growth, now_s: int) -> bool:
    """Whether only rows of before, or of one who says nothing any more, could have a part in a period."""
    if growth.to_s is not None:
        return True
    return growth.from_s is None or now_s - growth.from_s > SILENT_S

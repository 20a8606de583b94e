"""Where a value is below what another was in the row before of the same owner: a portion of rows at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from openvoy.store.database import Session
from openvoy.store.names import NAMES, joined
from openvoy.store.tables import Table

Portions = Sequence[tuple[str, int]]
"""Sources in the order of time, and how many rows each has."""
_SAID = 5
"""What a portion says of one pair of values, see `_Falls`."""


class Pair(NamedTuple):
    """Two expressions: the first must not be below what the second was in the row before."""

    low: str
    high: str
    decimals: int | None = None
    """To how many places both were rounded, perhaps in two ways; None: they are exact."""

    @property
    def rounding(self) -> float:
        """By how much the first may be below, in the values' own unit: the last place, and less than two of it."""
        return 0.0 if self.decimals is None else 1.5 * 10.0**-self.decimals

    def is_below(self, value: Any, before: Any) -> bool:
        """Tell whether a value is below the one before."""
        return float(before - value) > self.rounding


@dataclass(frozen=True, slots=True)
class Fall:
    """How often, and when first."""

    count: int
    first: datetime


@dataclass(slots=True)
class _Falls:
    """What is known of one owner so far."""

    count: int = 0
    first: datetime | None = None
    last: Any = None

    def take(self, found: Sequence[Any], pair: Pair) -> None:
        """Take what a portion says, if it has any value."""
        begin, begin_at, end, count, first = found
        if end is None:
            return
        is_below = self.last is not None and pair.is_below(begin, self.last)
        self.count += count + is_below
        moments = [self.first, begin_at if is_below else first]
        self.first = min((at for at in moments if at is not None), default=None)
        self.last = end


def compare(session: Session, table: Table, portions: Portions, pairs: Sequence[Pair]) -> Sequence[Mapping[int, Fall]]:
    """Give by pair, and by owner's id, where the first is below what the second was in the row before.

    The row before is that of the same owner in which the second is known. All pairs are compared in one pass.
    """
    falls = [defaultdict[int, _Falls](_Falls) for _ in pairs]
    for source, _ in portions if pairs else ():
        for owner_id, *found in session.rows(_query(table, source, pairs)):
            for place, (pair, owners) in enumerate(zip(pairs, falls, strict=True)):
                owners[owner_id].take(found[_SAID * place : _SAID * (place + 1)], pair)
    return [
        {owner_id: Fall(one.count, one.first) for owner_id, one in sorted(owners.items()) if one.first is not None}
        for owners in falls
    ]


def _query(table: Table, source: str, pairs: Sequence[Pair]) -> str:
    inner = ", ".join(
        f"{pair.low} AS low_{place}, {pair.high} AS high_{place}, lag({pair.high} IGNORE NULLS) OVER before "
        f"AS before_{place}"
        for place, pair in enumerate(pairs)
    )
    outer = ", ".join(_outer(place, pair) for place, pair in enumerate(pairs))
    compared = f"SELECT {table.key[0]} AS owner, time, {inner} FROM {source} "
    window = f"WINDOW before AS (PARTITION BY {table.key[0]} ORDER BY time)"
    return f"SELECT owner, {outer} FROM ({compared}{window}) GROUP BY owner"


def _outer(place: int, pair: Pair) -> str:
    low, high, before = (f"{name}_{place}" for name in ("low", "high", "before"))
    is_known, is_below = f"{high} IS NOT NULL", f"{before} - {low} > {pair.rounding}"
    return (
        f"arg_min({low}, time) FILTER (WHERE {is_known}), min(time) FILTER (WHERE {is_known}), "
        f"arg_max({high}, time), count(*) FILTER (WHERE {is_below}), min(time) FILTER (WHERE {is_below})"
    )


def named(session: Session, table: Table, owner_id: int) -> str:
    """Name an owner as outsiders know it, such as "gateway 122300000001, eid 704643328, channel 1"."""
    names = NAMES[table]
    owner = f"(SELECT {owner_id} AS {table.key[0]}) {table.name}"
    (values,) = session.rows(f"SELECT {', '.join(names.values())} FROM {joined(table, owner)}")
    return ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))

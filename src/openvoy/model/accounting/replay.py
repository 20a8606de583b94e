"""Counters as they were kept, taken again: after a restart, and when energies are accounted anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from openvoy.model.accounting.accountant import Accountant, Accounted
from openvoy.model.counters import CounterSource, RawCounter

Columns = Mapping[str, Sequence[Any]]
Moment = tuple[datetime, tuple[RawCounter, ...]]


def parse_moments(columns: Columns) -> Iterator[Moment]:
    """Group the columns of raw counters, which are in the order of time, by the moment of their reading."""
    names = ("at", "quantity", "endpoint", "block", "device", "value_wh")
    known: dict[tuple[str, ...], CounterSource] = {}
    rows = zip(*(columns[name] for name in names), strict=True)
    for at_s, group in groupby(rows, key=lambda row: row[0]):
        counters = []
        for _, *key, value_wh in group:
            source = known.get(tuple(key))
            if source is None:
                quantity, endpoint, block, device = key
                source = known[tuple(key)] = CounterSource(
                    quantity=quantity, endpoint=endpoint, block=block, device=device
                )
            counters.append(RawCounter(source=source, value_wh=value_wh))
        yield datetime.fromtimestamp(at_s, UTC), tuple(counters)


def replay(accountant: Accountant, moments: Iterable[Moment]) -> Iterator[tuple[datetime, Accounted]]:
    """Account kept readings one after the other."""
    for at, counters in moments:
        yield at, accountant.account(counters, at)

"""Reads what the history has of the times of imported energy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from openvoy.store.chain_names import parse_chain_name
from openvoy.store.exchange.coverage import (
    Counted,
    Coverage,
    Energies,
    build_coverage,
    build_day_bounds,
    build_quarter_bounds,
    find_days,
    find_ends,
    find_partial,
)
from openvoy.store.exchange.observed import KEPT
from openvoy.store.exchange.steps import Interval
from openvoy.store.history import HistoryStore

LAST_DAY = timedelta(hours=25)
"""Quantities that a gateway counted so shortly before its last record are those that it will count on."""


async def read_coverage(
    store: HistoryStore, intervals: Mapping[str, Sequence[Interval]], gateway: str, *, is_gone: bool
) -> Coverage:
    """Read what the history has: day by day, and more closely where that begins and ends."""
    if not intervals:
        return Coverage({}, {})
    bounds = build_day_bounds(intervals)
    days = find_days(bounds, await _read(store, bounds, gateway), intervals)
    quarters = build_quarter_bounds({day for found in days.values() for day in find_ends(found)})
    open_from_s = {} if is_gone else await _read_open(store, gateway)
    return build_coverage(days, quarters, await _read(store, quarters, gateway), open_from_s)


async def read_counted(
    store: HistoryStore, intervals: Mapping[str, Sequence[Interval]], coverage: Coverage, gateway: str
) -> Counted:
    """Read what the history counted in times that it has a part of."""
    counted: dict[tuple[str, int, int], float] = {}
    for quantity, ones in intervals.items():
        partial = find_partial(ones, quantity, coverage)
        bounds = sorted({at_s for one in partial for at_s in one[:2]})
        places = {at_s: place for place, at_s in enumerate(bounds)}
        values = (await _read(store, bounds, gateway))[f"{quantity}_wh"] if bounds else ()
        for one in partial:
            value = values[places[one.start_s]]
            if value is None:
                counted[quantity, one.start_s, one.end_s] = 0.0
            elif not coverage.is_seam(quantity, one) or await _has_own_end(store, one, gateway):
                counted[quantity, one.start_s, one.end_s] = float(value)
    return counted


async def _has_own_end(store: HistoryStore, one: Interval, gateway: str) -> bool:
    """Whether records of a gateway, which come at any second, begin or end within a time."""
    start, end = (datetime.fromtimestamp(at_s, UTC) for at_s in one[:2])
    rows = await store.read_energy_rows(start=start, end=end + timedelta(seconds=1), gateway=gateway or None)
    times = [row.at for row in rows if parse_chain_name(row.gateway) is None]
    return bool(times) and (times[0] > start or times[-1] < end)


async def _read(store: HistoryStore, bounds: Sequence[int], gateway: str) -> Energies:
    """Read energies of a gateway and those that were imported for the whole site; of all gateways where none is named.

    What was imported before the first gateway was known belongs to the site.
    """
    found = await store.read_energy_between(bounds=bounds, gateway=gateway or None)
    if not gateway:
        return found
    of_site = await store.read_energy_between(bounds=bounds, gateway="")
    return {
        f"{quantity}_wh": [
            _plus(one, other) for one, other in zip(found[f"{quantity}_wh"], of_site[f"{quantity}_wh"], strict=True)
        ]
        for quantity in KEPT
    }


def _plus(one: float | str | None, other: float | str | None) -> float | None:
    known = [float(value) for value in (one, other) if value is not None]
    return sum(known) if known else None


async def _read_open(store: HistoryStore, gateway: str) -> dict[str, int]:
    """Read until when gateways have counted each quantity: what came later their counters will say themselves."""
    until_s: dict[str, int] = {}
    for serial in [gateway] if gateway else await store.read_gateways():
        last = await store.read_last_energy(serial)
        if last is None:
            continue
        start, end = last.at - LAST_DAY, last.at + timedelta(seconds=1)
        for row in await store.read_energy_rows(start=start, end=end, gateway=serial):
            at_s = int(row.at.timestamp())
            for quantity in KEPT:
                if getattr(row, f"{quantity}_wh") is not None:
                    until_s[quantity] = max(at_s, until_s.get(quantity, at_s))
    return until_s

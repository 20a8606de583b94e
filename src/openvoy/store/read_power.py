"""Mean powers by step, of one gateway or of several added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.power_steps import MEASURES, Found, Range
from openvoy.store.standing import State, read_state, recall, remember

SILENT_AFTER_S = 900
"""A gateway that said nothing for longer is no longer waited for."""
MOST_STEPS = 1_000_000
MOST_STANDING = 1_000
"""More steps than these are added up anew each time: a month by hour and years by day are fewer."""

Series = Sequence[float | None]


class _Steps(NamedTuple):
    """Steps that are over."""

    until: int
    """All of them are below this index."""
    found: Found


def read_power(session: Session, *, start_s: int, end_s: int, step_s: int, gateway_ids: Sequence[int]) -> Columns:
    """Read mean powers over steps that are counted from the start, from the first to the last step with a value.

    A row counts in each step that it reaches into, by the seconds that it has there. Gateways are added up. A sum is
    known only where every gateway is that is expected to contribute: one that reported this value before and after, or
    less than `SILENT_AFTER_S` ago. So an outage of one shows as a hole, never as a dip. States of charge are averaged.
    """
    wanted = Range(start_s=start_s, end_s=end_s, step_s=step_s, gateway_ids=gateway_ids)
    found = _read(session, wanted) if gateway_ids and end_s > start_s else {}
    if not found:
        return {"at": [], **{name: [] for name in MEASURES}}
    ends = [_ends(steps) for steps, *_ in found.values()]
    first, last = min(first for first, _ in ends), max(last for _, last in ends)
    if last - first >= MOST_STEPS:
        raise StoreFault(Fault.MEMORY, f"History: {last - first + 1} steps are too many to read at once.")
    columns: dict[str, Sequence[float | None]] = {
        "at": wanted.at_s or list(range(start_s + first * step_s, start_s + last * step_s + 1, step_s))
    }
    grace_steps = -(-SILENT_AFTER_S // step_s)
    for place, name in enumerate(MEASURES, 1):
        parts = [_dense(series[0], series[place], first, last) for series in found.values()]
        total = parts[0] if len(parts) == 1 else add_up(parts, grace_steps=grace_steps, mean=name == "soc_pct")
        columns[name] = total if wanted.is_rounded and len(parts) == 1 else [_rounded(value) for value in total]
    return columns


def _read(session: Session, wanted: Range) -> Found:
    state = read_state(session, tables.POWER) if wanted.is_partly_sealed(session) else None
    return wanted.read(session) if state is None else _read_on(session, wanted, state)


def _read_on(session: Session, wanted: Range, state: State) -> Found:
    """Take steps that were added up before as they stand, and add up the rest."""
    start_s, step_s, gateway_ids = asked = (wanted.start_s, wanted.step_s, wanted.gateway_ids)
    stood: _Steps = recall(session, tables.POWER, state, asked) or _Steps(0, {})
    first = min(stood.until, (wanted.end_s - start_s) // step_s)
    rest_s = start_s + first * step_s
    rest = Range(start_s=rest_s, end_s=wanted.end_s, step_s=step_s, gateway_ids=gateway_ids)
    known = stood.found if first == stood.until else _cut(stood.found, first)
    found = _joined(known, rest.read(session) if rest_s < wanted.end_s else {}, first)
    until = (min(wanted.end_s, state.last_s) - start_s) // step_s
    if stood.until < until <= MOST_STANDING:
        standing = _Steps(until, _cut(found, until))
        remember(session, tables.POWER, state, asked, standing, until_s=start_s + until * step_s)
    return found


def _ends(steps: Sequence[int]) -> tuple[int, int]:
    return (steps[0], steps[-1]) if isinstance(steps, range) else (min(steps), max(steps))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _dense(steps: Sequence[int], values: Sequence[float | None], first: int, last: int) -> list[float | None]:
    every = range(first, last + 1)
    if steps == every or (len(steps) == len(every) and list(steps) == list(every)):
        return values if isinstance(values, list) else list(values)
    known = dict(zip(steps, values, strict=True))
    return [known.get(step) for step in every]


def add_up(parts: Sequence[Series], *, grace_steps: int, mean: bool) -> Series:
    """Add series of one length, or average them; None where one that is expected is missing.

    One is expected from its first to its last value, and for `grace_steps` more, unless another took its place.
    """
    series = _chained(parts)
    spans = [_span(part, grace_steps) for part in series]
    total: list[float | None] = []
    for index, values in enumerate(zip(*series, strict=True)):
        expected = [value for value, span in zip(values, spans, strict=True) if index in span]
        known = [value for value in expected if value is not None]
        if not known or len(known) < len(expected):
            total.append(None)
        else:
            total.append(sum(known) / len(known) if mean else sum(known))
    return total


def _chained(parts: Sequence[Series]) -> Sequence[Series]:
    """Put a gateway that went on in the step in which another ended for good behind that one.

    Of the step that they share the mean is taken: neither was there for all of it.
    """
    chained: list[tuple[range, Series]] = []
    for own, part in sorted(((_span(part, 0), part) for part in parts), key=lambda one: one[0].start):
        for place, (span, before) in enumerate(chained):
            end = span.stop - 1
            if span.start < end == own.start < own.stop - 1:
                shared = [value for value in (before[end], part[end]) if value is not None]
                together = [*before[:end], sum(shared) / len(shared), *part[end + 1 :]]
                chained[place] = (range(span.start, own.stop), together)
                break
        else:
            chained.append((own, part))
    return [part for _, part in chained]


def _span(part: Series, grace_steps: int) -> range:
    known = [index for index, value in enumerate(part) if value is not None]
    return range(known[0], known[-1] + 1 + grace_steps) if known else range(0)


_NOTHING: Sequence[Sequence[Any]] = ((),) * (1 + len(MEASURES))


def _cut(found: Found, until: int) -> Found:
    """Give the steps below an index, in their order."""
    kept = {}
    for number, (steps, *columns) in found.items():
        places = sorted((place for place, step in enumerate(steps) if step < until), key=steps.__getitem__)
        if places:
            kept[number] = [[values[place] for place in places] for values in (steps, *columns)]
    return kept


def _joined(found: Found, later: Found, first: int) -> Found:
    """Put steps that are counted from `first` behind those below it."""
    moved = {number: [[step + first for step in steps], *columns] for number, (steps, *columns) in later.items()}
    return {
        number: [
            [*before, *after]
            for before, after in zip(found.get(number, _NOTHING), moved.get(number, _NOTHING), strict=True)
        ]
        for number in found.keys() | moved.keys()
    }

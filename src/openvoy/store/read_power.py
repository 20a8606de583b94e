"""Mean powers by step, of one gateway or of several added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.times import utc

MEASURES = tuple(measure.name for measure in tables.POWER.measures)
FINE_STEP_S = 60
"""Steps below this are made of live rows, as far back as there are any."""
LONGEST_INTERVAL_S = 3600
"""Rows that begin this long before the range may reach into it; imports are hourly at most."""
SILENT_AFTER_S = 900
"""A gateway that said nothing for longer is no longer waited for."""
MOST_STEPS = 1_000_000

Series = list[float | None]
Steps = Mapping[int, Sequence[float | None]]
"""By step's index the means of `MEASURES`."""


def read_power(session: Session, *, start_s: int, end_s: int, step_s: int, gateway_ids: Sequence[int]) -> Columns:
    """Read mean powers over steps that are counted from the start, from the first to the last step with a value.

    A row counts in each step that it reaches into, by the seconds that it has there. Gateways are added up. A sum is
    known only where every gateway is that is expected to contribute: one that reported this value before and after, or
    less than `SILENT_AFTER_S` ago. So an outage of one shows as a hole, never as a dip. States of charge are averaged.
    """
    wanted = _Range(start_s=start_s, end_s=end_s, step_s=step_s, gateway_ids=gateway_ids)
    rows = wanted.read(session) if gateway_ids and end_s > start_s else []
    if not rows:
        return {"at": [], **{name: [] for name in MEASURES}}
    by_gateway: dict[int, dict[int, Sequence[float | None]]] = {}
    for gateway_id, index, *means in rows:
        by_gateway.setdefault(gateway_id, {})[index] = means
    first, last = min(row[1] for row in rows), max(row[1] for row in rows)
    if last - first >= MOST_STEPS:
        raise StoreFault(Fault.MEMORY, f"History: {last - first + 1} steps are too many to read at once.")
    at_s = range(start_s + first * step_s, start_s + last * step_s + 1, step_s)
    columns: dict[str, Sequence[float | None]] = {"at": list(at_s)}
    grace_steps = -(-SILENT_AFTER_S // step_s)
    for place, name in enumerate(MEASURES):
        parts = [_dense(steps, place, first, last) for steps in by_gateway.values()]
        total = parts[0] if len(parts) == 1 else add_up(parts, grace_steps=grace_steps, mean=name == "soc_pct")
        columns[name] = [None if value is None else round(value, 1) for value in total]
    return columns


def _dense(steps: Steps, place: int, first: int, last: int) -> Series:
    found: Series = [None] * (last - first + 1)
    for index, means in steps.items():
        found[index - first] = means[place]
    return found


def add_up(parts: Sequence[Series], *, grace_steps: int, mean: bool) -> Series:
    """Add series of one length, or average them; None where one that is expected is missing.

    One is expected from its first to its last value, and for `grace_steps` more.
    """
    spans = [_span(part, grace_steps) for part in parts]
    total: Series = []
    for index, values in enumerate(zip(*parts, strict=True)):
        expected = [value for value, span in zip(values, spans, strict=True) if index in span]
        known = [value for value in expected if value is not None]
        if not known or len(known) < len(expected):
            total.append(None)
        else:
            total.append(sum(known) / len(known) if mean else sum(known))
    return total


def _span(part: Series, grace_steps: int) -> range:
    known = [index for index, value in enumerate(part) if value is not None]
    return range(known[0], known[-1] + 1 + grace_steps) if known else range(0)


class _Range:
    """The time that is asked for, as conditions and sources of queries."""

    def __init__(self, *, start_s: int, end_s: int, step_s: int, gateway_ids: Sequence[int]) -> None:
        self._start_s = start_s
        self._end_s = end_s
        self._step_s = step_s
        self._gateways = ", ".join(map(str, gateway_ids))

    def read(self, session: Session) -> list[tuple[Any, ...]]:
        """Read gateway, step and the means of each."""
        source = self._fine_source(session) if self._step_s < FINE_STEP_S else f"power WHERE {self._where()}"
        args = self._args(source, self._start_s - LONGEST_INTERVAL_S)
        ((longest_s,),) = session.rows(f"SELECT max(interval_s) FROM {source}", args)
        if longest_s is None:
            return []
        if self._start_s % longest_s == 0 and self._step_s % longest_s == 0:
            return session.rows(self._aligned(source), self._args(source, self._start_s))
        return session.rows(self._overlapping(source), args)

    def _args(self, source: str, from_s: int) -> list[object]:
        return [utc(from_s), utc(self._end_s)] * source.count("time >= ?")

    def _where(self) -> str:
        return f"time >= ? AND time < ? AND gateway_id IN ({self._gateways})"

    def _fine_source(self, session: Session) -> str:
        """Live rows, and before the first of them minutes."""
        first = session.rows("SELECT gateway_id, CAST(epoch(min(time)) AS BIGINT) FROM live GROUP BY 1")
        cases = " ".join(f"WHEN {gateway_id} THEN {first_s}" for gateway_id, first_s in first)
        until_s = f"CASE gateway_id {cases} ELSE {self._end_s} END" if first else str(self._end_s)
        measures = ", ".join(MEASURES)
        live = f"SELECT gateway_id, time, interval_s, {measures} FROM live WHERE {self._where()}"
        minutes = (
            f"SELECT gateway_id, time, least(interval_s, {until_s} - CAST(epoch(time) AS BIGINT)), {measures} "
            f"FROM power WHERE {self._where()} AND epoch(time) < {until_s}"
        )
        return f"({live} UNION ALL {minutes})"

    def _aligned(self, source: str) -> str:
        """The query where no row can reach into two steps."""
        step = f"(CAST(epoch(time) AS BIGINT) - {self._start_s}) // {self._step_s}"
        return f"SELECT gateway_id, {step} AS step, {_means('interval_s')} FROM {source} GROUP BY gateway_id, step"

    def _overlapping(self, source: str) -> str:
        """The query where rows may reach into several steps, and beyond the ends."""
        measures, step_s = ", ".join(MEASURES), self._step_s
        rows = (
            f"SELECT gateway_id, {measures}, CAST(epoch(time) AS BIGINT) - {self._start_s} AS at_s, "
            f"greatest(at_s, 0) AS from_s, least(at_s + interval_s, {self._end_s - self._start_s}) AS to_s "
            f"FROM {source}"
        )
        parts = (
            f"SELECT gateway_id, {measures}, from_s, to_s, "
            f"unnest(range(from_s // {step_s}, (to_s - 1) // {step_s} + 1)) AS step FROM rows WHERE to_s > from_s"
        )
        weight = f"(least(to_s, (step + 1) * {step_s}) - greatest(from_s, step * {step_s}))"
        means = f"SELECT gateway_id, step, {_means(weight)} FROM parts GROUP BY gateway_id, step"
        return f"WITH rows AS MATERIALIZED ({rows}), parts AS ({parts}) {means}"


def _means(weight: str) -> str:
    return ", ".join(
        f"sum(CAST({name} AS DOUBLE) * {weight}) / sum(CASE WHEN {name} IS NOT NULL THEN {weight} END)"
        for name in MEASURES
    )

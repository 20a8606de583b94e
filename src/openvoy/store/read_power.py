"""Mean powers by step, of one gateway or of several added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.catalog import literal
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.quarters import QUARTER_S
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
Found = Mapping[int, Sequence[Sequence[Any]]]
"""By gateway the indexes of steps, and for each of `MEASURES` their means."""


def read_power(session: Session, *, start_s: int, end_s: int, step_s: int, gateway_ids: Sequence[int]) -> Columns:
    """Read mean powers over steps that are counted from the start, from the first to the last step with a value.

    A row counts in each step that it reaches into, by the seconds that it has there. Gateways are added up. A sum is
    known only where every gateway is that is expected to contribute: one that reported this value before and after, or
    less than `SILENT_AFTER_S` ago. So an outage of one shows as a hole, never as a dip. States of charge are averaged.
    """
    wanted = _Range(start_s=start_s, end_s=end_s, step_s=step_s, gateway_ids=gateway_ids)
    found = wanted.read(session) if gateway_ids and end_s > start_s else {}
    if not found:
        return {"at": [], **{name: [] for name in MEASURES}}
    ends = [_ends(steps) for steps, *_ in found.values()]
    first, last = min(first for first, _ in ends), max(last for _, last in ends)
    if last - first >= MOST_STEPS:
        raise StoreFault(Fault.MEMORY, f"History: {last - first + 1} steps are too many to read at once.")
    columns: dict[str, Sequence[float | None]] = {
        "at": list(range(start_s + first * step_s, start_s + last * step_s + 1, step_s))
    }
    grace_steps = -(-SILENT_AFTER_S // step_s)
    for place, name in enumerate(MEASURES, 1):
        parts = [_dense(series[0], series[place], first, last) for series in found.values()]
        total = parts[0] if len(parts) == 1 else add_up(parts, grace_steps=grace_steps, mean=name == "soc_pct")
        columns[name] = total if wanted.is_rounded and len(parts) == 1 else [_rounded(value) for value in total]
    return columns


def _ends(steps: Sequence[int]) -> tuple[int, int]:
    return (steps[0], steps[-1]) if isinstance(steps, range) else (min(steps), max(steps))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _dense(steps: Sequence[int], values: Sequence[float | None], first: int, last: int) -> Series:
    every = range(first, last + 1)
    if steps == every:
        return list(values)
    if len(steps) == len(every) and list(steps) == list(every):
        return list(values)
    known = dict(zip(steps, values, strict=True))
    return [known.get(step) for step in every]


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
        self._ids = frozenset(gateway_ids)
        self._gateways = ", ".join(map(str, gateway_ids))
        self.is_rounded = False
        """Whether what was read has no more digits than are kept."""

    def read(self, session: Session) -> Found:
        """Read steps and their means."""
        from_s = self._start_s - LONGEST_INTERVAL_S
        if self._step_s < FINE_STEP_S:
            return self._from_rows(session, self._fine_source(session, from_s))
        if self._step_s == FINE_STEP_S and (found := self._single_rows(session, from_s)) is not None:
            self.is_rounded = True
            return found
        if not self._fits_quarters(session) or not session.catalog.files(tables.POWER, from_s, self._end_s):
            return self._from_rows(session, session.of(tables.POWER, from_s, self._end_s))
        hot = f"(SELECT * FROM power WHERE time >= {literal(from_s)} AND time < {literal(self._end_s)})"
        return self._from_rows(session, hot, quarters=self._quarters())

    def _fits_quarters(self, session: Session) -> bool:
        """Whether no quarter of an hour of a sealed month lies in two steps, or partly outside of the range."""
        until = session.catalog.until(tables.POWER)
        is_end_even = self._end_s % QUARTER_S == 0 or (until is not None and until <= utc(self._end_s))
        return self._start_s % QUARTER_S == 0 and self._step_s % QUARTER_S == 0 and is_end_even

    def _single_rows(self, session: Session, from_s: int) -> Found | None:
        """Read rows that are a step each, as they are; None where one reaches beyond its step, or two share one."""
        columns: Sequence[Sequence[Any]] | None = session.catalog.columns(tables.POWER, from_s, self._end_s)
        if columns is None:
            measures = ", ".join(f"CAST({name} AS DOUBLE)" for name in MEASURES)
            selected = f"CAST(epoch(time) AS BIGINT), gateway_id, interval_s, {measures}"
            columns = _turned(session.rows_of(tables.POWER, selected, from_s, self._end_s))
        if not columns:
            return {}
        at_s, ids, *rest = columns
        since_start_s = [at - self._start_s for at in at_s]
        every = {n: found for n, found in _by_gateway([ids, since_start_s, *rest]).items() if n in self._ids}
        found = {number: self._single_steps(*columns) for number, columns in every.items()}
        whole = {number: columns for number, columns in found.items() if columns is not None}
        return {number: columns for number, columns in whole.items() if columns[0]} if whole == found else None

    def _single_steps(
        self, ats_s: Sequence[int], lengths_s: Sequence[int], *columns: Sequence[Any]
    ) -> list[Sequence[Any]] | None:
        step_s = self._step_s
        if _is_grid(ats_s, step_s) and max(lengths_s) <= step_s:
            first = max(0, -ats_s[0] // step_s)
            return [range(ats_s[0] // step_s + first, ats_s[-1] // step_s + 1), *(values[first:] for values in columns)]
        if any(at_s % step_s + length_s > step_s for at_s, length_s in zip(ats_s, lengths_s, strict=True)):
            return None
        is_inside = [at_s >= 0 for at_s in ats_s]
        steps = [at_s // step_s for at_s in compress(ats_s, is_inside)]
        if len(set(steps)) < len(steps):
            return None
        return [steps, *(list(compress(values, is_inside)) for values in columns)]

    def _from_rows(self, session: Session, source: str, quarters: str | None = None) -> Found:
        """Read means, the quick way where no row can reach into two steps, and beyond the ends."""
        rows = session.rows(self._means(self._aligned(source), quarters))
        if any(reach_s > 0 for *_, reach_s in rows):
            rows = session.rows(self._means(self._overlapping(source), quarters))
        return _by_gateway(_turned([row[:-1] for row in rows if row[1] >= 0]))

    def _means(self, parts: str, quarters: str | None) -> str:
        """Means by step of parts of it: all are added up at once, since planning more takes longer than adding."""
        means = ", ".join(f"sum({name}_sum) / sum({name}_s)" for name in MEASURES)
        both = parts if quarters is None else f"{parts} UNION ALL {quarters}"
        return f"SELECT gateway_id, step, {means}, max(reach_s) FROM ({both}) GROUP BY gateway_id, step"

    def _quarters(self) -> str:
        """Sums of what is sealed."""
        columns = ", ".join(f"{name}_sum, {name}_s" for name in MEASURES)
        return (
            f"SELECT gateway_id, (CAST(epoch(time) AS BIGINT) - {self._start_s}) // {self._step_s} AS step, {columns}, "
            f"-1 AS reach_s FROM power_quarter WHERE time >= {literal(self._start_s)} "
            f"AND time < {literal(self._end_s)} AND gateway_id IN ({self._gateways})"
        )

    def _fine_source(self, session: Session, from_s: int) -> str:
        """Live rows, and before the first of them minutes."""
        first = session.rows("SELECT gateway_id, CAST(epoch(min(time)) AS BIGINT) FROM live GROUP BY 1")
        cases = " ".join(f"WHEN {gateway_id} THEN {first_s}" for gateway_id, first_s in first)
        until_s = f"CASE gateway_id {cases} ELSE {self._end_s} END" if first else str(self._end_s)
        measures = ", ".join(MEASURES)
        live = f"SELECT gateway_id, time, interval_s, {measures} FROM {session.of(tables.LIVE, from_s, self._end_s)}"
        minutes = (
            f"SELECT gateway_id, time, least(interval_s, {until_s} - CAST(epoch(time) AS BIGINT)), {measures} "
            f"FROM {session.of(tables.POWER, from_s, self._end_s)} WHERE epoch(time) < {until_s}"
        )
        return f"({live} UNION ALL {minutes})"

    def _aligned(self, source: str) -> str:
        """Rows in the steps that they begin in; `reach_s` > 0 says that one reaches beyond it."""
        measures, step_s = ", ".join(MEASURES), self._step_s
        rows = (
            f"SELECT gateway_id, interval_s, {measures}, CAST(epoch(time) AS BIGINT) - {self._start_s} AS at_s "
            f"FROM {source} WHERE gateway_id IN ({self._gateways})"
        )
        reach = f"CASE WHEN at_s < 0 THEN at_s + interval_s ELSE at_s % {step_s} + interval_s - {step_s} END"
        step = f"CASE WHEN at_s < 0 THEN -1 ELSE at_s // {step_s} END"
        return f"SELECT gateway_id, {step} AS step, {_weighted('interval_s')}, {reach} AS reach_s FROM ({rows})"

    def _overlapping(self, source: str) -> str:
        """Rows in each step that they reach into, as far as they do, and not beyond the ends."""
        measures, step_s = ", ".join(MEASURES), self._step_s
        rows = (
            f"SELECT gateway_id, {measures}, CAST(epoch(time) AS BIGINT) - {self._start_s} AS at_s, "
            f"greatest(at_s, 0) AS from_s, least(at_s + interval_s, {self._end_s - self._start_s}) AS to_s "
            f"FROM {source} WHERE gateway_id IN ({self._gateways})"
        )
        parts = (
            f"SELECT gateway_id, {measures}, from_s, to_s, "
            f"unnest(range(from_s // {step_s}, (to_s - 1) // {step_s} + 1)) AS step FROM ({rows}) WHERE to_s > from_s"
        )
        weight = f"(least(to_s, (step + 1) * {step_s}) - greatest(from_s, step * {step_s}))"
        return f"SELECT gateway_id, step, {_weighted(weight)}, -1 AS reach_s FROM ({parts})"


def _turned(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))


def _by_gateway(columns: Sequence[Sequence[Any]]) -> Found:
    """Divide columns, of which the first says whose values they are, by gateway."""
    if not columns:
        return {}
    owners, *rest = columns
    gateways = set(owners)
    if len(gateways) == 1:
        return {gateways.pop(): rest}
    return {
        number: [list(compress(values, [owner == number for owner in owners])) for values in rest]
        for number in gateways
    }


def _is_grid(ats_s: Sequence[int], step_s: int) -> bool:
    """Whether there is a row at the beginning of each step, in their order."""
    return ats_s[0] % step_s == 0 and list(ats_s) == list(range(ats_s[0], ats_s[-1] + step_s, step_s))


def _weighted(weight: str) -> str:
    return ", ".join(
        f"CAST({name} AS DOUBLE) * {weight} AS {name}_sum, CASE WHEN {name} IS NOT NULL THEN {weight} END AS {name}_s"
        for name in MEASURES
    )

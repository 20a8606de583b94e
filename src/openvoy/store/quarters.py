"""Powers of sealed months by quarter of an hour: derived from the minutes, so that years are added up quickly."""

from __future__ import annotations

from openvoy.store import tables
from openvoy.store.catalog import month_bounds
from openvoy.store.database import Session

QUARTER_S = 900
MEASURES = tuple(measure.name for measure in tables.POWER.measures)


def write_quarters(session: Session, month: str, source: str = "power") -> None:
    """Add up the rows of a month, each by the seconds that it has in a quarter, within the open transaction."""
    start, end = month_bounds(month)
    session.run("DELETE FROM power_quarter WHERE month = ?", [month])
    names = ", ".join(MEASURES)
    from_s, to_s = "CAST(epoch(time) AS BIGINT)", "CAST(epoch(time) AS BIGINT) + interval_s"
    parts = (
        f"SELECT gateway_id, {names}, {from_s} AS from_s, {to_s} AS to_s, "
        f"unnest(range({from_s} // {QUARTER_S}, ({to_s} - 1) // {QUARTER_S} + 1)) AS quarter "
        f"FROM {source} WHERE time >= ? AND time < ?"
    )
    weight = f"(least(to_s, (quarter + 1) * {QUARTER_S}) - greatest(from_s, quarter * {QUARTER_S}))"
    sums = ", ".join(
        f"sum(CAST({name} AS DOUBLE) * {weight}), sum(CASE WHEN {name} IS NOT NULL THEN {weight} END)"
        for name in MEASURES
    )
    session.run(
        f"INSERT INTO power_quarter SELECT gateway_id, make_timestamp(quarter * {QUARTER_S} * 1000000), '{month}', "
        f"{sums} FROM ({parts}) GROUP BY gateway_id, quarter ORDER BY gateway_id, quarter",
        [start, end],
    )

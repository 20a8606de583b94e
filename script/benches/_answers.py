"""What the histories under test answer, in one form, so that a figure compares the same answer.

Keys are the column, the panel where there is one, and Unix seconds (of a day: its number).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benches._site_year import START_S

Answer = Mapping[tuple[str, str, int], float]
Told = Mapping[str, Any]
"""Columns, as our store answers."""
TOLERANCE = 0.06
"""Half of what the last digit is worth that each of them keeps, and of what is added up."""
DAY_S = 86_400


def ours(figure: str, told: Told) -> Answer:
    """Read what our store answers."""
    panels = told.get("serial") or [""] * len(told["start" if "start" in told else "at"])
    times = told["start"] if "start" in told else told["at"]
    names = told.keys() - {"start", "at", "serial", "gateway", "kind", "estimated"}
    return {
        (_column(figure, name), panel, _when(figure, at)): value
        for name in names
        for at, panel, value in zip(times, panels, told[name], strict=True)
        if value is not None
    }


def victoria_metrics(figure: str, told: Any) -> Answer:
    """Read what VictoriaMetrics answers to a query, or to an export."""
    return dict(_of_metrics(figure, told))


def _of_metrics(figure: str, told: Any) -> Iterator[tuple[tuple[str, str, int], float]]:
    for one in told if isinstance(told, list) else told["data"]["result"]:
        name = one["metric"].get("__name__", "").partition("_")[2]
        pairs = one["values"] if isinstance(told, dict) else zip(one["timestamps"], one["values"], strict=True)
        for at, value in pairs:
            at_s = int(at) if isinstance(told, dict) else at // 1000
            yield (_column(figure, name), one["metric"].get("serial", ""), _when(figure, at_s)), float(value)


def influxdb(figure: str, told: Any) -> Answer:
    """Read what InfluxDB answers."""
    found = {}
    for series in told["results"][0]["series"]:
        columns = [name.removeprefix("mean_") for name in series["columns"]]
        for row in series["values"]:
            named = dict(zip(columns, row, strict=True))
            panel = named.pop("serial", None) or series.get("tags", {}).get("serial", "")
            at_s = named.pop("time")
            for name, value in named.items():
                if value is not None:
                    found[_column(figure, name), panel, _when(figure, at_s)] = value
    return found


def _column(figure: str, name: str) -> str:
    return "" if figure == "a year of panels by day" or not name else name


def _when(figure: str, at_s: int) -> int:
    return (at_s - START_S) // DAY_S if figure.startswith("a year") else at_s


def differ(one: Answer, other: Answer) -> int:
    """Count values that are not in both, or not the same; nights in which a panel says nothing count as nothing."""
    return sum(abs(one.get(key, 0.0) - other.get(key, 0.0)) > TOLERANCE for key in one.keys() | other.keys())

"""Energies that came late all at once: the rows since then get a straight line in place of a step, and say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from openvoy.model.records import EnergyRecord


def build_reshaped(
    rows: Iterable[EnergyRecord], now: EnergyRecord, since: Mapping[str, datetime]
) -> Iterator[EnergyRecord]:
    """Give the rows that change: those after the moment since which the shape of an energy is not known."""
    rows = list(rows)
    starts = {name: _last_value(rows, name, start) for name, start in since.items()}
    for row in rows:
        changes: dict[str, Any] = {
            name: _on_line(row.at, since[name], now.at, start_wh, end_wh)
            for name, start_wh in starts.items()
            if since[name] < row.at < now.at
            and start_wh is not None
            and (end_wh := getattr(now, name)) is not None
            and getattr(row, name) is not None
        }
        if changes:
            yield replace(row, estimated=True, **changes)


def _last_value(rows: Iterable[EnergyRecord], name: str, at: datetime) -> float | None:
    """The counter at a moment: that of the last row until then, else of the first one after it."""
    value_wh: float | None = None
    for row in rows:
        if getattr(row, name) is None:
            continue
        if value_wh is not None and row.at > at:
            break
        value_wh = getattr(row, name)
        if row.at > at:
            break
    return value_wh


def _on_line(at: datetime, start: datetime, end: datetime, start_wh: float, end_wh: float) -> float:
    share = (at - start) / (end - start)
    return start_wh + share * (end_wh - start_wh)

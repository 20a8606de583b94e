"""Energies that came late all at once: the rows since then share the step along a straight line, and say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from openvoy.model.records import EnergyRecord


def build_reshaped(
    rows: Iterable[EnergyRecord], now: EnergyRecord, since: Mapping[str, datetime]
) -> Iterator[EnergyRecord]:
    """Give the rows that change: those after the moment since which the shape of an energy is not known."""
    rows = list(rows)
    lasts = {name: _last_value(rows, name) for name in since}
    for row in rows:
        changes: dict[str, Any] = {
            name: value_wh + (row.at - since[name]) / (now.at - since[name]) * (end_wh - last_wh)
            for name, last_wh in lasts.items()
            if since[name] < row.at < now.at
            and last_wh is not None
            and (end_wh := getattr(now, name)) is not None
            and (value_wh := getattr(row, name)) is not None
        }
        if changes:
            yield replace(row, estimated=True, **changes)


def _last_value(rows: Sequence[EnergyRecord], name: str) -> float | None:
    """The counter as it was last known before the step."""
    return next((value for row in reversed(rows) if (value := getattr(row, name)) is not None), None)

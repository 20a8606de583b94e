"""What the house used: the one rule by which the energies of its parts add up to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from openvoy.units import measured

SIGNS: Mapping[str, float] = {
    "solar": 1.0,
    "standby": -1.0,
    "import": 1.0,
    "export": -1.0,
    "discharge": 1.0,
    "charge": -1.0,
    "generator": 1.0,
    "total": 1.0,
}
"""How each part goes into the house's use; standby is what inverters draw at night."""

_METERED: tuple[str, ...] = ("total",)
_BALANCED: tuple[str, ...] = ("solar", "import", "export")
_STORAGE = ("charge", "discharge")
_BESIDE = (*_STORAGE, "standby", "generator")


def parts_of_load(present: Collection[str]) -> list[str]:
    """Name the parts that make up the house's use where `present` ones are counted; some may have yet to be."""
    first, beside = (_METERED, _STORAGE) if "total" in present else (_BALANCED, _BESIDE)
    return [*first, *(part for part in beside if part in present)]


def load_wh(counted_wh: Mapping[str, float | None]) -> float | None:
    """Add lifetime counters up to the house's use, in Wh; a part that is None is there, but not known."""
    parts = parts_of_load(counted_wh)
    known = {part: value_wh for part in parts if (value_wh := counted_wh.get(part)) is not None}
    return measured(total_of(known, known)) if len(known) == len(parts) else None


def total_of(parts: Iterable[str], values_wh: Mapping[str, float]) -> float:
    """Add up what parts add to the house's use, in Wh; all of them are known."""
    return sum(SIGNS[part] * values_wh[part] for part in parts)

"""What several gateways measured together: the one rule by which a share or a saving is taken of them. Pure.

The sum of one quantity is of the gateways that measure it. What compares two quantities is of those gateways, and of
those times, of which both are known: what a gateway does not measure is not 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Values = Sequence[float | int | str | None]
"""One value a period; None is "not said"."""

HOUSE = ("load_wh", "import_wh")
SUN = ("solar_wh", "export_wh")
GRID = ("import_wh", "export_wh")

SHARED: Mapping[str, tuple[str, tuple[str, str]]] = {
    "house_load_wh": ("load_wh", HOUSE),
    "house_import_wh": ("import_wh", HOUSE),
    "house_export_wh": ("export_wh", HOUSE),
    "sun_solar_wh": ("solar_wh", SUN),
    "sun_export_wh": ("export_wh", SUN),
    "grid_import_wh": ("import_wh", GRID),
    "grid_export_wh": ("export_wh", GRID),
}
"""By column: what it is the sum of, and which two quantities a gateway has to measure to have a part in it."""


def build_shared(gateways: Sequence[Mapping[str, Values]], count: int) -> dict[str, list[float | None]]:
    """Add up, in Wh, what belongs together; `gateways` holds the energies of each by name, of `count` periods."""
    nothing: Values = [None] * count
    found: dict[str, list[float | None]] = {}
    for column, (name, (one, other)) in SHARED.items():
        sums: list[float | None] = [None] * count
        for energies in gateways:
            parts = (energies.get(each, nothing) for each in (one, other, name))
            for place, (first, second, value_wh) in enumerate(zip(*parts, strict=True)):
                if first is not None and second is not None and value_wh is not None:
                    sums[place] = add_wh(sums[place], float(value_wh))
        found[column] = sums
    return found


def fold_shared(energies: Mapping[str, Values], sizes: Sequence[int]) -> dict[str, list[float | None]]:
    """Add days up to longer periods, in Wh; `sizes` says how many of them follow each other in each period."""
    found: dict[str, list[float | None]] = {column: [] for column in SHARED}
    for column, sums in found.items():
        at = 0
        for size in sizes:
            total_wh: float | None = None
            for value_wh in energies[column][at : at + size]:
                total_wh = add_wh(total_wh, None if value_wh is None else float(value_wh))
            sums.append(total_wh)
            at += size
    return found


def add_wh(one_wh: float | None, other_wh: float | None) -> float | None:
    """Add what is known, to a hundredth of a Wh."""
    if one_wh is None or other_wh is None:
        return other_wh if one_wh is None else one_wh
    return round(one_wh + other_wh, 2)


def share_pct(total_wh: float | None, exchanged_wh: float | None) -> float | None:
    """Share of a total that was not exchanged with the grid: of load autarky, of solar self-consumption."""
    if total_wh is None or exchanged_wh is None or total_wh <= 0:
        return None
    return max(0.0, 100 * (float(total_wh) - float(exchanged_wh)) / float(total_wh))

"""How the panels lie on the roof: places and groups, as a person laid them out."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from openvoy.errors import ConfigError

MOST_PANELS = 1000
MOST_GROUPS = 100
FARTHEST = 500.0
"""Panel widths from the middle; no roof is larger."""
LONGEST_NAME = 60
_SERIAL = re.compile(r"[\w-]{1,40}")
_HINT = "Lay the panels out anew on the page Panels, or send what GET gave with changes."


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPlace:
    """Where one panel lies. Lengths count in widths of a panel, to the right and downwards."""

    serial: str
    x: float
    y: float
    """Of its middle."""
    turn_deg: float = 0.0
    """Clockwise, 0 stands upright."""
    group: str = ""
    """Name of its group; empty is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All panels that have been laid out; others are put beside them by whoever draws."""

    panels: tuple[PanelPlace, ...] = ()
    groups: tuple[str, ...] = ()
    """Names of groups, such as "South roof", in their order."""


def check_layout(layout: Layout) -> Layout:
    """Give the layout back if it can be kept; raise ConfigError that says what is wrong with it."""
    for wrong in (_wrong_groups(layout), *(_wrong_place(place, layout.groups) for place in layout.panels)):
        if wrong is not None:
            raise ConfigError(wrong, hint=_HINT)
    if len(layout.panels) > MOST_PANELS:
        raise ConfigError(f"These are more than {MOST_PANELS} panels.", hint=_HINT)
    if len({place.serial for place in layout.panels}) < len(layout.panels):
        raise ConfigError("A panel is laid out twice.", hint=_HINT)
    return layout


def _wrong_groups(layout: Layout) -> str | None:
    if len(layout.groups) > MOST_GROUPS:
        return f"These are more than {MOST_GROUPS} groups."
    if len(set(layout.groups)) < len(layout.groups):
        return "Two groups have the same name."
    if any(not 1 <= len(name.strip()) <= LONGEST_NAME or not name.isprintable() for name in layout.groups):
        return f"The name of a group has 1 to {LONGEST_NAME} characters."
    return None


def _wrong_place(place: PanelPlace, groups: tuple[str, ...]) -> str | None:
    if not _SERIAL.fullmatch(place.serial):
        return "A serial has 1 to 40 letters and digits."
    if not all(math.isfinite(value) and abs(value) <= FARTHEST for value in (place.x, place.y)):
        return f"Panel {place.serial} lies farther than {FARTHEST:g} panels from the middle."
    if not (math.isfinite(place.turn_deg) and 0 <= place.turn_deg < 360):
        return f"Panel {place.serial} is turned by {place.turn_deg:g}°; 0 to below 360 is possible."
    if place.group and place.group not in groups:
        return f"Panel {place.serial} is in the group '{place.group}', which is not listed."
    return None

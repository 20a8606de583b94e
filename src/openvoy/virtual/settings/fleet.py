"""Devices that were added and removed since the commissioning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openvoy.virtual.settings.equipment import board_kind
from openvoy.virtual.settings.mappings import nothing
from openvoy.virtual.site.definition import SiteDefinition

BATTERY_TYPE = 13
CONTROLLER_TYPE = 17
COLLAR_TYPE = 27
COMBINER_TYPE = 125
REVENUE_METER_TYPE = 115
BOARD_TYPES = {CONTROLLER_TYPE, COLLAR_TYPE}
JOINS_AFTER_S = 45
"""From being registered to being part of the radio network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joiner:
    """A storage device that was registered."""

    serial: str
    device_type: int
    since_s: int
    phase: int | None = None
    der_index: int | None = None
    link_key: str | None = None
    """A secret; kept to be told to who may provision."""
    is_wired: bool = False
    """On the control bus instead of the radio."""

    def is_joined(self, now_s: int) -> bool:
        """Whether it is part of the network by now."""
        return now_s >= self.since_s + (0 if self.is_wired else JOINS_AFTER_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSettings:
    """What is different from the day of the commissioning."""

    joiners: tuple[Joiner, ...] = ()
    removed: frozenset[str] = frozenset()
    """Serial numbers of storage devices that were there and were removed."""
    sealed_s: int | None = None
    """When the radio network was sealed."""
    has_radio_config: bool = True
    phases: Mapping[str, int] = field(default_factory=nothing)
    """Phases that somebody set, by serial number of the battery."""
    added_inverters: Mapping[str, int] = field(default_factory=nothing)
    """Moments (Unix seconds) by serial number; nobody heard of them yet."""
    removed_inverters: frozenset[str] = frozenset()
    reset: Mapping[str, int] = field(default_factory=nothing)
    """When devices were last reset, by serial number."""


def has_relay(fleet: FleetSettings, site: SiteDefinition) -> bool:
    """Whether something can part the house from the grid."""
    return board_kind(site) is not None or any(row.device_type in BOARD_TYPES for row in fleet.joiners)


def has_contacts(fleet: FleetSettings, site: SiteDefinition) -> bool:
    """Whether there is a system controller, which has contacts and a generator's relay; a collar has neither."""
    is_there = board_kind(site) == "system-controller"
    return is_there or any(row.device_type == CONTROLLER_TYPE for row in fleet.joiners)

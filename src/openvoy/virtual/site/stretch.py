"""A stretch of a day on which nothing switches: what holds on it, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from openvoy.virtual.site.arrays import Array
from openvoy.virtual.site.battery import Bank
from openvoy.virtual.site.contacts import Contacts
from openvoy.virtual.site.feed import Feed
from openvoy.virtual.site.genset import Genset
from openvoy.virtual.site.orders import Orders, StorageAction
from openvoy.virtual.site.relay import Relay
from openvoy.virtual.site.switchgear import RelayState

Kind = Literal["grid", "island", "reviving", "dark", "generator"]
"""On the grid; on batteries and sun; an island without load until the batteries have some charge; nothing at all."""

PARTS = 4096
"""Inverters are held back in so many steps."""
ON_OFF_S = 300.0
"""All inverters are off, or on again, within so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What holds on a stretch."""

    kind: Kind
    orders: Orders
    action: StorageAction
    relay: RelayState = "closed"
    contacts: Contacts
    genset: Genset
    is_held: bool = False
    """After an outage inverters and batteries wait for a steady grid."""
    recharges: bool = False
    """Batteries fetch their reserve from the grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a stretch hands to the next, over midnight too."""

    conditions: Conditions | None = None
    """None before the first one."""
    banks_w: tuple[float, ...]
    stored_j: tuple[float, ...]
    cap_w: float | None = None
    """How far a limit of the array has come down."""
    export_w: float | None = None
    """How far a limit of the export has come down."""
    on_share: float = 1.0
    """Inverters that are not forced off."""
    solar_w: float = 0.0
    grid_w: float = 0.0
    relay: Relay = field(default_factory=Relay)
    genset: Genset = field(default_factory=Genset)
    contacts: Contacts = field(default_factory=Contacts)
    kind: Kind = "grid"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """A stretch that is to be worked out."""

    conditions: Conditions
    feed: Feed
    banks: tuple[Bank, ...]
    standing: Standing
    goes_on: bool
    """Its first mark is the last one of the stretch before."""
    closed: Array
    """[part] 1 for parts of the load that are connected."""
    holds: bool
    """There are batteries that can hold an island, and a relay that parts it from the grid."""
    until_s: float
    levels_j: tuple[float, float]
    """Charge below and above which something switches."""

    @property
    def steps_s(self) -> list[float]:
        """How far apart the marks are."""
        steps: list[float] = np.diff(self.feed.at_s).tolist()
        return steps

    @property
    def load_w(self) -> Array:
        """[phase, mark] what is connected."""
        return connected(self.feed.load.active_w, self.closed)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """How far orders hold the array back, at each mark."""

    ceiling: Array
    """Share of what it could feed in."""
    cap_w: Array | None
    """How far a limit has come down."""
    on_share: Array | None
    """Inverters that are not forced off; None where all are on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solved:
    """What comes of it, at the marks that were reached."""

    factor: Array
    """[mark] share of what inverters could feed in."""
    served: Array
    """[mark] share of the connected load that gets what it wants."""
    banks_w: Array
    """[bank, mark]."""
    stored_j: Array
    """[bank, mark]."""
    held: Held
    export_w: Array | None = None
    """How far a limit of the export has come down."""
    until_s: float | None = None
    """Where it ended early."""
    becomes: Kind | None = None
    """What it turned into then."""


def connected(parts: Array, closed: Array) -> Array:
    """Add up the parts of a load that are connected, [phase, mark]."""
    if len(parts) == 1 and closed[0] == 1.0:
        whole: Array = parts[0]
        return whole
    summed: Array = np.tensordot(closed, parts, axes=1)
    return summed


def in_parts(share: Array) -> Array:
    """Round a share down to a step of inverters, so that its product with a power is exact."""
    stepped: Array = np.floor(share * PARTS) / PARTS
    return stepped


def ramp(start: float, end: float, slew_per_s: float | None, passed_s: Array) -> Array:
    """Go from a value to another at a rate; without one at once."""
    if slew_per_s is None or slew_per_s <= 0:
        return np.full(len(passed_s), end)
    way = np.minimum(slew_per_s * passed_s, abs(end - start))
    gone: Array = start + np.copysign(way, end - start)
    return gone

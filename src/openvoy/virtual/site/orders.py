"""What a gateway orders its site to do: the seam between the settings of the API and the physics of the site.

The contract. The gateway's settings are turned into one `Orders` value whenever one of them changes, and the site is
told by `Site.obey(orders, since)`:

- a site that was never told anything obeys `standing.build_orders(definition)` from its commissioning on;
- `since` is never earlier than that of the orders before, nor later than the moment that is asked for next;
- what was true before `since` stays true, to the last bit: state is a function of definition, seed, moment and the
  orders up to that moment, so that the same orders at the same times give the same site;
- orders say what is wanted. What is so (the relay synchronises first, a contact waits for its schedule, the generator
  warms up, power ramps) is the site's answer, given by `Site.switchgear(at)` and in the powers of its state;
- the balance solar + grid + battery + generator = load holds whatever is ordered; grid is 0 on an island, and what
  cannot be supplied there is not used.

Nothing in here knows of HTTP or of wire names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

Position = Literal["closed", "open"]
StorageMode = Literal["self-consumption", "savings", "backup"]
ContactAction = Literal["apply", "shed", "schedule", "none"]
"""Powered; not powered; powered within the window; left as it is."""
StorageAction = Literal[
    "idle",
    "zero-net",
    "charge-from-grid",
    "discharge-to-grid",
    "no-discharge",
    "discharge-to-load",
    "charge-from-solar",
]
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSlot:
    """What batteries do for a part of the day; of several that fit, the last one counts."""

    action: StorageAction
    start_min: int = 0
    """Minutes after local midnight."""
    duration_min: int = 1440
    weekdays: frozenset[int] = EVERY_DAY
    """Monday is 0."""
    from_date: tuple[int, int] = (1, 1)
    """Month and day from which it holds …"""
    to_date: tuple[int, int] = (1, 1)
    """… up to the day before this one, over the turn of the year where it is not later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageOrders:
    """What the batteries are to do."""

    mode: StorageMode
    reserve_pct: float
    """Kept for an outage: not discharged below it while the grid is there. Backup keeps everything."""
    very_low_pct: float
    """Never discharged below, on an island either."""
    charges_from_grid: bool
    plan: tuple[StorageSlot, ...] = (StorageSlot(action="zero-net"),)
    """What each moment of the week brings, in every mode."""
    enabled: bool = True
    """False: neither charges nor discharges."""
    asleep: frozenset[str] = frozenset()
    """Serial numbers of units that take no part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOrders:
    """What one dry contact of the system controller is to do."""

    name: str
    """NC1, NC2 (closed without power), NO1, NO2."""
    load: Literal["none", "load", "pv", "foreign-pv"] = "none"
    load_name: str = ""
    on_grid: ContactAction = "none"
    on_island: ContactAction = "none"
    on_generator: ContactAction = "none"
    window_start_s: float = 0.0
    """Seconds after local midnight, for the action `schedule`."""
    window_end_s: float = 86_400.0
    priority: float = 1.0
    """1 is shed last."""
    follows_charge: bool = False
    """Sheds below `soc_low_pct` and applies above `soc_high_pct`, on an island."""
    soc_low_pct: float = 30.0
    soc_high_pct: float = 70.0
    panels: frozenset[str] = frozenset()
    """Serial numbers of inverters behind it, for `pv`."""
    by_hand: Position | None = None
    """What a person switched it to; holds until the supply changes between grid, island and generator …"""
    holds_hand: bool = False
    """… or for as long as it is ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorRun:
    """When the generator may start by itself, and at which charge."""

    weekdays: frozenset[int] = EVERY_DAY
    start_min: float = 0.0
    duration_min: float = 1440.0
    start_pct: float = 100.0
    stop_pct: float = -1.0
    """With 100 and -1 it runs for as long as there is no grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """A test run without load."""

    weekday: int
    """Monday is 0."""
    start_min: float
    duration_min: float
    every_weeks: int = 1
    """Counted from the ISO week 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorOrders:
    """What the generator is to do."""

    command: Literal["on", "off", "auto"]
    """On feeds the house instead of the grid; auto starts without grid, by charge and time."""
    rated_w: float
    warm_up_s: float = 0.0
    """Runs so long before it feeds."""
    cool_down_s: float = 0.0
    charges_batteries: bool = True
    runs: tuple[GeneratorRun, ...] = (GeneratorRun(),)
    exercise: Exercise | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarOrders:
    """How much the array may produce; of several limits the lowest counts."""

    forced_off: bool = False
    """All inverters stop; up to five minutes pass until the last one did, and until it is back."""
    limit_pct: float = 100.0
    """Of nameplate."""
    limit_w: float | None = None
    slew_w_per_s: float | None = None
    """How fast `limit_w` is reached; None is at once."""
    removed: frozenset[str] = frozenset()
    """Serial numbers of inverters that the gateway forgot: they feed on, but nobody asks them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrders:
    """How much the site may feed into the grid; needs an enabled consumption meter."""

    limit: float
    """W, or VA where `is_apparent`; 0 is no export at all."""
    is_apparent: bool = False
    by_phase: bool = False
    """Each phase keeps its part of the limit; else their sum does."""
    slew_w_per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Everything that is ordered, from one moment until the next orders."""

    grid_relay: Position = "closed"
    """Open makes an island. Only a site with system controller can."""
    storage: StorageOrders | None = None
    contacts: tuple[ContactOrders, ...] = ()
    generator: GeneratorOrders | None = None
    solar: SolarOrders = field(default_factory=SolarOrders)
    export: ExportOrders | None = None
    meters: frozenset[int] = frozenset()
    """Record numbers of the meters that are enabled."""


@runtime_checkable
class Obedient(Protocol):
    """A site that can be ordered."""

    def obey(self, orders: Orders, since: datetime) -> None:
        """Take orders from a moment on (UTC); ValueError where it is earlier than that of the orders before."""
        ...

"""What is so of what was ordered: relay, contacts and generator at a moment.

`Site.switchgear(at)` answers with a `Switchgear`; a site that cannot yet is answered for by `build_switchgear`, which
knows the timing of the relays but neither load nor charge between two orders.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Literal, Protocol, runtime_checkable

from openvoy.virtual.site.orders import ContactOrders, GeneratorOrders, Orders, Position

RelayState = Literal["closed", "open", "open synchronizing", "open synchronized"]
Supply = Literal["grid", "island", "generator"]

OPENS_AFTER_S = 15
"""From the order to the open relay."""
SYNCHRONIZES_AFTER_S = 2
SYNCHRONIZED_AFTER_S = 18
CLOSES_AFTER_S = 24
"""From the order to the closed relay, by way of two other states."""
CRANKS_S = 12
"""From the order to a running generator."""
CONTACT_MOVES_S = 3
"""From the order to the contact in its new position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorPosition:
    """What the generator does."""

    running: bool = False
    feeding: bool = False
    """Its relay is closed."""
    exercising: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchgear:
    """Relay, contacts and generator in one moment."""

    relay: RelayState
    supply: Supply
    contacts: Mapping[str, Position]
    """By name; none without system controller."""
    generator: GeneratorPosition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """Orders with the moments (Unix seconds) from which they hold."""

    orders: tuple[Orders, ...]
    since_s: tuple[int, ...]
    """Ascending; the first ones hold before it too."""

    def at(self, now_s: int) -> Orders:
        """Give the orders of a moment."""
        return self.orders[max(bisect_right(self.since_s, now_s) - 1, 0)]

    def added(self, orders: Orders, since_s: int) -> OrderBook:
        """Give the book with new orders; those of the same second are replaced."""
        if since_s < self.since_s[-1]:
            message = "orders are given in the order of time"
            raise ValueError(message)
        keep = -1 if since_s == self.since_s[-1] else None
        return replace(self, orders=(*self.orders[:keep], orders), since_s=(*self.since_s[:keep], since_s))


@runtime_checkable
class HasSwitchgear(Protocol):
    """A site that knows its switches."""

    def switchgear(self, at: datetime) -> Switchgear:
        """Tell what is so of what was ordered."""
        ...


def build_switchgear(book: OrderBook, now_s: int, *, day_s: float, soc_pct: float | None) -> Switchgear:
    """Work out the switches from the orders alone; `day_s` is the local time of day, seconds after midnight."""
    orders = book.at(now_s)
    generator = None if orders.generator is None else _generator(book, orders.generator, now_s)
    feeds = generator is not None and generator.feeding
    relay: RelayState = "open" if feeds else _relay(book, now_s)
    supply: Supply = "generator" if feeds else "grid" if relay == "closed" else "island"
    moved = {row.name: row for row in (*orders.contacts, *book.at(now_s - CONTACT_MOVES_S).contacts)}
    contacts = {row.name: _contact(moved[row.name], supply, day_s=day_s, soc_pct=soc_pct) for row in orders.contacts}
    return Switchgear(relay=relay, supply=supply, contacts=contacts, generator=generator)


def _relay(book: OrderBook, now_s: int) -> RelayState:
    """Follow the last change of what is wanted; one that comes before the last was done starts from where it is."""
    wanted = [(since, orders.grid_relay) for since, orders in zip(book.since_s, book.orders, strict=True)]
    turns = [(since, new) for (_, old), (since, new) in pairwise(wanted) if new != old and since <= now_s]
    state: RelayState = "open" if wanted[0][1] == "open" else "closed"
    for number, (since, position) in enumerate(turns):
        until = turns[number + 1][0] if number + 1 < len(turns) else now_s
        state = _moved(state, position, until - since)
    return state


def _moved(state: RelayState, wanted: Position, passed_s: int) -> RelayState:
    if wanted == "open":
        return "open" if state != "closed" or passed_s >= OPENS_AFTER_S else state
    if state == "closed" or passed_s >= CLOSES_AFTER_S:
        return "closed"
    if passed_s >= SYNCHRONIZED_AFTER_S:
        return "open synchronized"
    return "open synchronizing" if passed_s >= SYNCHRONIZES_AFTER_S else state


def _generator(book: OrderBook, generator: GeneratorOrders, now_s: int) -> GeneratorPosition:
    """Only the command is known here: on runs, auto waits for what the site knows."""
    if generator.command != "on":
        return GeneratorPosition()
    started = now_s
    for since, orders in zip(reversed(book.since_s), reversed(book.orders), strict=True):
        if since > now_s:
            continue
        if orders.generator is None or orders.generator.command != "on":
            break
        started = since
    running = now_s - started >= CRANKS_S
    return GeneratorPosition(running=running, feeding=now_s - started >= CRANKS_S + generator.warm_up_s)


def _contact(contact: ContactOrders, supply: Supply, *, day_s: float, soc_pct: float | None) -> Position:
    if contact.by_hand is not None:
        return contact.by_hand
    action = {"grid": contact.on_grid, "island": contact.on_island, "generator": contact.on_generator}[supply]
    if contact.follows_charge and supply == "island" and soc_pct is not None:
        return "closed" if soc_pct > contact.soc_low_pct else "open"
    if action == "schedule":
        return "closed" if _is_within(day_s, contact.window_start_s, contact.window_end_s) else "open"
    if action == "none":
        return "closed" if contact.name.startswith("NC") else "open"
    return "closed" if action == "apply" else "open"


def _is_within(day_s: float, start_s: float, end_s: float) -> bool:
    """Whether a time of day lies in a window, which may run over midnight."""
    return start_s <= day_s < end_s if start_s <= end_s else day_s >= start_s or day_s < end_s

"""What the collector offers to dashboard and exporters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from openvoy.model import Snapshot

GatewayState = Literal["starting", "ok", "degraded", "unreachable", "needs_login", "quiet"]
"""`degraded`: some endpoints fail; `quiet`: the nightly outage, expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayStatus:
    """How collection from one gateway goes."""

    name: str
    """Its name in the configuration."""
    host: str
    serial: str | None
    state: GatewayState
    fresh_at: datetime | None
    """When live values last arrived."""
    is_fresh: bool
    """They arrived within the cadence that is promised."""
    problem: str | None = None
    """What is wrong, for people."""
    hint: str | None = None
    """What helps."""
    load_pct: float | None = None
    """Share of the gateway's time that collection takes."""
    login_trouble: str | None = None
    """What will end in a login that fails, although values still arrive."""
    settings_at: datetime | None = None
    """When a setting of it was last told to it from here, or seen to be another one; None: not since the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStatus:
    """Whether what is collected is kept."""

    is_kept: bool = True
    since: datetime | None = None
    """When the store began to refuse, or the clock was set to a time of which nothing is kept."""
    problem: str | None = None
    """Why it is not kept, for people."""
    hint: str | None = None
    """What helps."""
    waiting_count: int = 0
    """Minutes of gateways that wait in memory until the store takes them; they are lost if the service ends first."""
    lost_count: int = 0
    """Minutes that were given up since the start, as too many waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Something new from one gateway: a snapshot, a changed status, or both."""

    status: GatewayStatus
    snapshot: Snapshot | None = None


class Feed(Protocol):
    """Latest values and what changes, without asking any gateway."""

    def statuses(self) -> Sequence[GatewayStatus]:
        """All gateways, in the order of the configuration."""
        ...

    def latest(self, name: str) -> Snapshot | None:
        """The newest snapshot of the gateway of this name, energies accounted."""
        ...

    def history(self) -> HistoryStatus:
        """Whether what is collected is kept."""
        ...

    def updates(self) -> AsyncIterator[Update]:
        """Follow from now on; a slow reader gets the newest, never a backlog."""
        ...

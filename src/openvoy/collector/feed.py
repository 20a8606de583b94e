"""Latest values of all gateways, and whoever follows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Mapping, Sequence
from dataclasses import replace

from openvoy.errors import OpenvoyError
from openvoy.model import Snapshot
from openvoy.ports import GatewayStatus, HistoryStatus, Update

FindTrouble = Callable[[], OpenvoyError | None]


class _Follower:
    """The newest update by gateway that one follower has not yet taken; an older one is replaced."""

    def __init__(self) -> None:
        self._waiting: dict[str, Update] = {}
        self._changed = asyncio.Event()

    def offer(self, update: Update) -> None:
        known = self._waiting.get(update.status.name)
        if update.snapshot is None and known is not None:
            update = Update(status=update.status, snapshot=known.snapshot)
        self._waiting[update.status.name] = update
        self._changed.set()

    async def take(self) -> Update:
        while not self._waiting:
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.pop(next(iter(self._waiting)))


class LiveFeed:
    """Implements ports.Feed over what the pollers publish."""

    def __init__(
        self,
        names: Sequence[str],
        *,
        troubles: Mapping[str, FindTrouble] | None = None,
        history: Callable[[], HistoryStatus] = HistoryStatus,
    ) -> None:
        """Begin with nothing; `troubles` says by gateway what will go wrong although values arrive."""
        self._history = history
        self._troubles = {} if troubles is None else troubles
        self._statuses: dict[str, GatewayStatus | None] = dict.fromkeys(names)
        self._snapshots: dict[str, Snapshot] = {}
        self._followers: set[_Follower] = set()

    def arrange(self, names: Sequence[str], *, kept: Container[str], troubles: Mapping[str, FindTrouble]) -> None:
        """Go on with these gateways, in this order; of those that are not `kept` nothing is known yet."""
        self._troubles = troubles
        self._statuses = {name: self._statuses.get(name) if name in kept else None for name in names}
        known = self._snapshots
        self._snapshots = {name: known[name] for name in names if name in kept and name in known}

    def publish(self, status: GatewayStatus, snapshot: Snapshot | None = None) -> None:
        """Take a changed status, a new snapshot, or both."""
        status = self._with_trouble(status)
        if snapshot is None and self._statuses.get(status.name) == status:
            return
        self._statuses[status.name] = status
        if snapshot is not None:
            self._snapshots[status.name] = snapshot
        update = Update(status=status, snapshot=snapshot)
        for follower in self._followers:
            follower.offer(update)

    def _with_trouble(self, status: GatewayStatus) -> GatewayStatus:
        """Tell trouble to come while all else is well; what is wrong already comes first."""
        find = self._troubles.get(status.name)
        trouble = None if find is None or status.state not in {"ok", "degraded"} else find()
        if trouble is None:
            return status
        return replace(
            status,
            state="degraded",
            problem=trouble.message,
            hint=trouble.hint or None,
            login_trouble=trouble.message,
        )

    def statuses(self) -> Sequence[GatewayStatus]:
        """Give all gateways, in the order of the configuration."""
        return tuple(status for status in self._statuses.values() if status is not None)

    def latest(self, name: str) -> Snapshot | None:
        """Give the newest snapshot of a gateway."""
        return self._snapshots.get(name)

    def history(self) -> HistoryStatus:
        """Say whether what is collected is kept."""
        return self._history()

    async def updates(self) -> AsyncIterator[Update]:
        """Follow from now on, always with the newest."""
        follower = _Follower()
        self._followers.add(follower)
        try:
            while True:
                yield await follower.take()
        finally:
            self._followers.discard(follower)

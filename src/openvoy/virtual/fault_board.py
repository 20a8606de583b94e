"""The faults that are switched on, and what a firmware does by nature."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import TypeVar

from openvoy.protocol.http import Request
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.source import Reply, Source

FaultT = TypeVar("FaultT", bound=Fault)

Condition = Callable[[Stage], Awaitable[bool]]

_COMMON = {row.name: row.default for row in fields(Fault)}


@dataclass(slots=True, kw_only=True)
class _Active:
    name: str
    fault: Fault
    stage: Stage
    where: Condition | None
    seen: int = field(default=0)
    """Requests that it could have hit."""


class Visit:
    """One request and the faults that hit it."""

    def __init__(self, request: Request, hits: tuple[tuple[Fault, Stage], ...]) -> None:
        self._request = request
        self._hits = hits

    async def admit(self) -> Request | Reply:
        """Give the request that login and source see, or the reply of a fault in their place."""
        request = self._request
        for fault, stage in self._hits:
            admitted = await fault.admit(request, stage)
            if isinstance(admitted, Reply):
                return admitted
            request = admitted
        return request

    async def spoil(self, reply: Reply) -> Reply:
        """Give the reply that goes out."""
        for fault, stage in self._hits:
            reply = await fault.spoil(reply, self._request, stage)
        return reply


class FaultBoard:
    """Switches faults on and off; they act in the order in which they were switched on, traits first."""

    def __init__(self, source: Source, clock: VirtualClock) -> None:
        self._source = source
        self._clock = clock
        self._active: dict[tuple[str, str | None], _Active] = {}
        self._changed = asyncio.Event()

    def switch_on(self, name: str, fault: Fault, *, where: Condition | None = None) -> None:
        """Switch a fault on, from the beginning; one of the same name and path is replaced.

        With a condition it is a trait, which acts where that holds.
        """
        stage = Stage(source=self._source, clock=self._clock)
        self._active[name, fault.path] = _Active(name=name, fault=fault, stage=stage, where=where)
        self._tell()

    def switch_off(self, name: str | None = None) -> None:
        """Switch off the faults and traits of this name, or all faults; then traits stay."""
        for key, active in tuple(self._active.items()):
            if active.name == name or (name is None and active.where is None):
                del self._active[key]
        self._tell()

    async def visit(self, request: Request) -> Visit:
        """Find the faults that hit a request."""
        hits = [(row.fault, row.stage) for row in tuple(self._active.values()) if await self._is_hit(row, request)]
        return Visit(request, tuple(hits))

    def active(self, kind: type[FaultT]) -> tuple[tuple[FaultT, Stage], ...]:
        """Give the faults of a kind that are switched on, for those who ask them themselves."""
        return tuple((row.fault, row.stage) for row in self._active.values() if isinstance(row.fault, kind))

    @property
    def is_timed(self) -> bool:
        """Whether a fault is on that acts without a request."""
        kinds = [type(row.fault) for row in self._active.values()]
        return any(kind.is_refusing is not Fault.is_refusing or kind.act is not Fault.act for kind in kinds)

    async def act(self) -> None:
        """Let every fault do what is due without a request."""
        for row in tuple(self._active.values()):
            if type(row.fault).act is not Fault.act and await row.fault.is_on(row.stage):
                await row.fault.act(row.stage)

    async def is_refusing(self) -> bool:
        """Whether a fault wants connections refused now."""
        for row in tuple(self._active.values()):
            if row.fault.is_refusing(row.stage) and await row.fault.is_on(row.stage):
                return True
        return False

    async def until_changed(self) -> None:
        """Wait until a fault is switched on or off."""
        await self._changed.wait()

    def report(self) -> list[dict[str, object]]:
        """Give name and options of what is active, JSON-ready."""
        return [
            {"name": row.name, **dict(_options(row.fault)), **({} if row.where is None else {"trait": True})}
            for row in self._active.values()
        ]

    async def _is_hit(self, row: _Active, request: Request) -> bool:
        if not row.fault.is_for(request.path) or not await row.fault.is_on(row.stage):
            return False
        if row.where is not None and not await row.where(row.stage):
            return False
        row.seen += 1
        return row.seen % row.fault.every == 0

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _options(fault: Fault) -> Iterator[tuple[str, object]]:
    """Give what is special to the fault, and what all have where it was set."""
    for row in fields(fault):
        value = getattr(fault, row.name)
        if row.name not in _COMMON or value != _COMMON[row.name]:
            yield row.name, value

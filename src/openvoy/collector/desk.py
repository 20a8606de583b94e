"""Tells gateways things for dashboard and exporters: each change is watched, and stands in history as an event."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Self

from openvoy.errors import ConfigError, OpenvoyError, StorageError
from openvoy.model.control import AuditEntry, Offer, Outcome, Preview, Settings
from openvoy.model.records import Batch, EventRecord
from openvoy.ports import Store
from openvoy.ports.control import Audit, Controller
from openvoy.protocol.control_registry import find_control
from openvoy.protocol.endpoint import Endpoint

_LOG = logging.getLogger(__name__)


ReadAgain = Callable[[str, Iterable[Endpoint[Any]]], Awaitable[None]]
"""Told the gateway's name and what a change has changed: the poller asks some of it once an hour."""


_Watched = tuple[str, str]
"""The gateway's name and the control."""


async def _nobody_reads(_gateway: str, _endpoints: Iterable[Endpoint[Any]]) -> None:
    return


class ControlDesk:
    """The controllers of all gateways of a service. Implements ports.Desk; open it as a context."""

    def __init__(
        self,
        controllers: Mapping[str, Controller],
        *,
        audit: Audit,
        store: Store,
        is_enabled: bool = False,
        read_again: ReadAgain = _nobody_reads,
    ) -> None:
        """Take the controllers by the gateways' names in the configuration; `read_again` is told what has changed."""
        self._controllers, self._audit, self._store, self._read_again = controllers, audit, store, read_again
        self._watches: dict[_Watched, asyncio.Task[None]] = {}
        self.is_enabled = is_enabled

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for watched in tuple(self._watches):
            await self._end_watch(watched)

    async def take(self, controllers: Mapping[str, Controller], *, is_enabled: bool) -> None:
        """Go on with these controllers; what is watched of others is watched no longer."""
        for watched in tuple(self._watches):
            if controllers.get(watched[0]) is not self._controllers.get(watched[0]):
                await self._end_watch(watched)
        self._controllers, self.is_enabled = controllers, is_enabled

    async def offers(self, gateway: str) -> Sequence[Offer]:
        """Ask what a gateway can be told."""
        return await self._controller(gateway).offers()

    async def preview(self, gateway: str, name: str, arguments: Settings) -> Preview:
        """Work out what would be sent."""
        return await self._controller(gateway).preview(name, arguments)

    async def apply(self, gateway: str, name: str, arguments: Settings, *, by: str) -> AuditEntry:
        """Change something and watch it."""
        controller = self._controller(gateway)
        await self._end_watch((gateway, name))
        return await self._follow(gateway, await controller.apply(name, arguments, by=by), by)

    async def preview_undo(self, gateway: str, entry_id: str) -> Preview:
        """Work out what taking an entry back would send."""
        controller = self._controller(gateway)
        return await controller.preview(*await controller.plan_undo(entry_id))

    async def undo(self, gateway: str, entry_id: str, *, by: str) -> AuditEntry:
        """Restore what was before, and watch that."""
        controller = self._controller(gateway)
        name, _ = await controller.plan_undo(entry_id)
        await self._end_watch((gateway, name))
        return await self._follow(gateway, await controller.undo(entry_id, by=by), by)

    async def read_entries(self) -> Sequence[AuditEntry]:
        """Give all entries, newest first."""
        return tuple(reversed(await self._audit.read_entries()))

    def _controller(self, gateway: str) -> Controller:
        if gateway not in self._controllers:
            known = ", ".join(self._controllers) or "none"
            raise ConfigError(f"There is no gateway '{gateway}' to be told anything.", hint=f"Known are: {known}.")
        return self._controllers[gateway]

    async def _follow(self, gateway: str, entry: AuditEntry, by: str) -> AuditEntry:
        await self._tell(entry, by)
        if entry.outcome is not Outcome.UNCHANGED:
            await self._read_again(gateway, find_control(entry.control).reads)
        if entry.outcome in {Outcome.TOOK_EFFECT, Outcome.PENDING}:
            watch = self._watch(gateway, entry, by)
            self._watches[gateway, entry.control] = asyncio.create_task(watch, name=f"watch {entry.id}")
        return entry

    async def _end_watch(self, watched: _Watched) -> None:
        """Watch a change no longer: who sets the same anew is not somebody who takes it back."""
        watch = self._watches.pop(watched, None)
        if watch is not None:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def _watch(self, gateway: str, entry: AuditEntry, by: str) -> None:
        control = find_control(entry.control)
        try:
            later = await self._controller(gateway).watch(entry, seconds=control.watch_s)
        except OpenvoyError as error:
            _LOG.warning("%s can no longer be watched: %s", entry.control, error.message)
            return
        if later.outcome is not entry.outcome:
            _LOG.warning("%s: %s. %s", entry.control, later.outcome.value, later.detail)
            await self._tell(later, by)
        if later.outcome is not Outcome.TOOK_EFFECT:
            await self._read_again(gateway, control.reads)

    async def _tell(self, entry: AuditEntry, by: str) -> None:
        """Put it into history. The audit log has it already, so that trouble with history does not undo a change."""
        changes = ", ".join(f"{one.name}: {one.before} → {one.after}" for one in entry.changes) or "nothing to change"
        event = EventRecord(
            gateway=entry.gateway,
            at=entry.at,
            kind=f"control.{entry.outcome.value.replace(' ', '_')}",
            subject=" ".join(filter(None, (entry.control, entry.target))),
            text=f"{entry.control}, {changes}: {entry.outcome.value}.",
            details={"entry": entry.id, "by": by, "detail": entry.detail},
        )
        try:
            await self._store.write(Batch(events=(event,)))
        except StorageError as error:
            _LOG.error("A change could not be put into history: %s", error.message)

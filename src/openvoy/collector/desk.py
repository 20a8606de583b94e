"""Tells gateways things for dashboard and exporters: each change is watched, and stands in history as an event."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from typing import Self

from openvoy.errors import ConfigError, OpenvoyError, StorageError
from openvoy.model.control import AuditEntry, Offer, Outcome, Preview, Settings
from openvoy.model.records import Batch, EventRecord
from openvoy.ports import Store
from openvoy.ports.control import Audit, Controller
from openvoy.protocol.control_registry import find_control

_LOG = logging.getLogger(__name__)


class ControlDesk:
    """The controllers of all gateways of a service. Implements ports.Desk; open it as a context."""

    def __init__(
        self, controllers: Mapping[str, Controller], *, audit: Audit, store: Store, is_enabled: bool = False
    ) -> None:
        """Take the controllers by the gateways' names in the configuration."""
        self._controllers, self._audit, self._store = controllers, audit, store
        self._watches: set[asyncio.Task[None]] = set()
        self.is_enabled = is_enabled

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for watch in tuple(self._watches):
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def offers(self, gateway: str) -> Sequence[Offer]:
        """Ask what a gateway can be told."""
        return await self._controller(gateway).offers()

    async def preview(self, gateway: str, name: str, arguments: Settings) -> Preview:
        """Work out what would be sent."""
        return await self._controller(gateway).preview(name, arguments)

    async def apply(self, gateway: str, name: str, arguments: Settings, *, by: str) -> AuditEntry:
        """Change something and watch it."""
        controller = self._controller(gateway)
        return await self._follow(controller, await controller.apply(name, arguments, by=by), by)

    async def undo(self, gateway: str, entry_id: str, *, by: str) -> AuditEntry:
        """Restore what was before, and watch that."""
        controller = self._controller(gateway)
        return await self._follow(controller, await controller.undo(entry_id, by=by), by)

    async def read_entries(self) -> Sequence[AuditEntry]:
        """Give all entries, newest first."""
        return tuple(reversed(await self._audit.read_entries()))

    def _controller(self, gateway: str) -> Controller:
        if gateway not in self._controllers:
            known = ", ".join(self._controllers) or "none"
            raise ConfigError(f"There is no gateway '{gateway}' to be told anything.", hint=f"Known are: {known}.")
        return self._controllers[gateway]

    async def _follow(self, controller: Controller, entry: AuditEntry, by: str) -> AuditEntry:
        await self._tell(entry, by)
        if entry.outcome in {Outcome.TOOK_EFFECT, Outcome.PENDING}:
            watch = asyncio.create_task(self._watch(controller, entry, by), name=f"watch {entry.id}")
            self._watches.add(watch)
            watch.add_done_callback(self._watches.discard)
        return entry

    async def _watch(self, controller: Controller, entry: AuditEntry, by: str) -> None:
        try:
            later = await controller.watch(entry, seconds=find_control(entry.control).watch_s)
        except OpenvoyError as error:
            _LOG.warning("%s can no longer be watched: %s", entry.control, error.message)
            return
        if later.outcome is not entry.outcome:
            _LOG.warning("%s: %s. %s", entry.control, later.outcome.value, later.detail)
            await self._tell(later, by)

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

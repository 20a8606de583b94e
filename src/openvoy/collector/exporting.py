"""Runs exporters beside collection: a receiver that is dead, slow or mad disturbs nothing but itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Self

from openvoy.collector.supervisor import supervise
from openvoy.errors import ExportError, StorageError
from openvoy.ports.clock import Clock
from openvoy.ports.exporter import Exporter, ExporterStatus

_LOG = logging.getLogger(__name__)

FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0


class _Job:
    """One exporter: runs it again and again, and knows how it gets on."""

    def __init__(self, exporter: Exporter, *, name: str, kind: str, clock: Clock) -> None:
        self._exporter, self._clock = exporter, clock
        self._pause_s = FIRST_PAUSE_S
        self.status = ExporterStatus(name=name, kind=kind, receiver=exporter.receiver, state="starting")

    def note_delivered(self, count: int = 1, *, left_count: int = 0) -> None:
        self._pause_s = FIRST_PAUSE_S
        if self.status.state == "trouble":
            _LOG.info("%s: delivers again", self.status.name)
        self.status = replace(
            self.status,
            state="ok",
            delivered_count=self.status.delivered_count + count,
            left_count=left_count,
            delivered_at=self._clock.now() if count else self.status.delivered_at,
            problem=None,
            hint=None,
        )

    def note_earlier(self, at: datetime) -> None:
        if self.status.delivered_at is None:
            self.status = replace(self.status, delivered_at=at)

    def note_waiting(self, left_count: int) -> None:
        self.status = replace(self.status, left_count=left_count)

    async def run(self) -> None:
        while True:
            try:
                await self._exporter.run(self)
            except (ExportError, StorageError) as error:
                self._note_trouble(error)
            pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, LONGEST_PAUSE_S)
            await self._clock.sleep(pause_s)

    def _note_trouble(self, error: ExportError | StorageError) -> None:
        if self.status.problem != error.message:
            _LOG.warning("%s: %s", self.status.name, error)
        self.status = replace(self.status, state="trouble", problem=error.message, hint=error.hint)


class Exporting:
    """Runs exporters while the context is open. Implements ports.Exporters."""

    def __init__(self, exporters: Sequence[tuple[str, Exporter]], *, clock: Clock) -> None:
        """Take exporters with their kinds; several of a kind are numbered."""
        self._clock = clock
        total, number = Counter(kind for kind, _ in exporters), Counter[str]()
        self._jobs: list[_Job] = []
        for kind, exporter in exporters:
            number[kind] += 1
            name = kind if total[kind] == 1 else f"{kind} {number[kind]}"
            self._jobs.append(_Job(exporter, name=name, kind=kind, clock=clock))
        self._tasks: list[asyncio.Task[None]] = []

    def statuses(self) -> Sequence[ExporterStatus]:
        """Give all, in the order of the configuration."""
        return tuple(job.status for job in self._jobs)

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(supervise(job.status.name, job.run, self._clock), name=f"exporter {job.status.name}")
            for job in self._jobs
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

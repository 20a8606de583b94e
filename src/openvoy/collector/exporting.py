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

    def __init__(self, exporter: Exporter, *, kind: str, clock: Clock) -> None:
        self.exporter, self._clock = exporter, clock
        self.task: asyncio.Task[None] | None = None
        self._pause_s = FIRST_PAUSE_S
        self.status = ExporterStatus(name=kind, kind=kind, receiver=exporter.receiver, state="starting")

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

    def begin(self) -> None:
        """Run it, if it does not run already."""
        if self.task is None:
            name = self.status.name
            self.task = asyncio.create_task(supervise(name, self.run, self._clock), name=f"exporter {name}")

    async def run(self) -> None:
        while True:
            try:
                await self.exporter.run(self)
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

    def __init__(self, exporters: Sequence[tuple[str, Exporter]] = (), *, clock: Clock) -> None:
        """Take exporters with their kinds; several of a kind are numbered."""
        self._clock, self._exporters = clock, exporters
        self._jobs: list[_Job] = []

    def statuses(self) -> Sequence[ExporterStatus]:
        """Give all, in the order of the configuration."""
        return tuple(job.status for job in self._jobs)

    async def take(self, exporters: Sequence[tuple[str, Exporter]]) -> None:
        """Run these from now on, once those that are gone have ended; one that ran before goes on undisturbed."""
        kept = {id(job.exporter): job for job in self._jobs if any(job.exporter is one for _, one in exporters)}
        await _end([job for job in self._jobs if id(job.exporter) not in kept])
        total, number = Counter(kind for kind, _ in exporters), Counter[str]()
        self._jobs = []
        for kind, exporter in exporters:
            number[kind] += 1
            name = kind if total[kind] == 1 else f"{kind} {number[kind]}"
            job = kept.get(id(exporter)) or _Job(exporter, kind=kind, clock=self._clock)
            job.status = replace(job.status, name=name)
            self._jobs.append(job)
        for job in self._jobs:
            job.begin()

    async def __aenter__(self) -> Self:
        await self.take(self._exporters)
        return self

    async def __aexit__(self, *_: object) -> None:
        await _end(self._jobs)


async def _end(jobs: Sequence[_Job]) -> None:
    tasks = [job.task for job in jobs if job.task is not None]
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task

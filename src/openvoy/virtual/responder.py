"""From a request to the reply that goes out: login, page or source, faults, latency. No network in here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from openvoy.protocol.endpoint import Handler
from openvoy.protocol.http import Request
from openvoy.virtual.admin import PREFIX, Admin
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.latency import LatencyProfile, latency_s
from openvoy.virtual.login.gate import Gate
from openvoy.virtual.login.visitors import Visitors
from openvoy.virtual.source import Reply, Source
from openvoy.virtual.stats import Stats
from openvoy.virtual.ui.front import Front

_READING = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply, and what making it took."""

    reply: Reply
    busy_s: float | None = None
    """None: not counted."""


class Responder:
    """Answers the requests of all clients of one gateway."""

    def __init__(
        self,
        source: Source,
        gate: Gate,
        *,
        front: Front,
        admin: Admin,
        faults: FaultBoard,
        stats: Stats,
        clock: VirtualClock,
        latency: LatencyProfile,
        visitors: Visitors | None = None,
    ) -> None:
        self._source = source
        self._gate = gate
        self._front = front
        self._admin = admin
        self._faults = faults
        self._stats = stats
        self._real = clock.real
        self._latency: LatencyProfile = latency
        self._visitors = visitors
        self._scripts = asyncio.Lock()

    async def answer(self, request: Request) -> Answer:
        """Answer when a real gateway would: scripted replies one at a time, others at once."""
        if request.path.startswith(PREFIX):
            return Answer(reply=self._admin.answer(request))
        started_s = self._real.monotonic()
        reply = await self._spoilt(request)
        made_s = self._real.monotonic() - started_s
        delay_s = latency_s(self._latency, request.path, reply) + reply.hold_s
        if delay_s <= 0:
            return Answer(reply=reply, busy_s=made_s)
        if reply.handler is Handler.SCRIPTED:
            async with self._scripts:
                await self._real.sleep(delay_s)
        else:
            await self._real.sleep(delay_s)
        return Answer(reply=reply, busy_s=made_s + delay_s)

    def count(self, request: Request, answer: Answer, sent_bytes: int) -> None:
        """Count a reply once it is sent."""
        if answer.busy_s is not None:
            self._stats.add(request.path, busy_s=answer.busy_s, sent_bytes=sent_bytes)

    async def _spoilt(self, request: Request) -> Reply:
        visit = await self._faults.visit(request)
        admitted = await visit.admit()
        return await visit.spoil(admitted if isinstance(admitted, Reply) else await self._reply(admitted))

    async def _reply(self, request: Request) -> Reply:
        refusal = None if self._visitors is None else await self._visitors.greet(request)
        if refusal is not None:
            return refusal
        admission = self._gate.admit(request)
        reply = admission.reply
        if reply is None:
            reply = await self._front.reply(request, admission.role) or await self._source.reply(request)
        elif not self._gate.asks_first and request.method in _READING:
            reply = await self._refused_or_missing(request, reply)
        if admission.cookie is None:
            return reply
        return replace(reply, headers=(*reply.headers, ("Set-Cookie", admission.cookie)))

    async def _refused_or_missing(self, request: Request, refused: Reply) -> Reply:
        """Before 7 the module asks for the login, so that a path without module is 404 for strangers too."""
        if self._front.has_page(request):
            return refused
        found = await self._source.reply(request)
        return found if found.status == 404 else refused

"""`Mirror`: serves a live gateway's own replies to many readers, asking it one thing at a time, and nothing twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from openvoy.errors import BadPayload, ConfigError, EndpointRefused, OpenvoyError, Unavailable
from openvoy.ports import Clock
from openvoy.ports.upstream import Upstream
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request, Response
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.status import check_status
from openvoy.virtual.api.finding import endpoint_of
from openvoy.virtual.mirror.freshness import Freshness, freshness_of, shared_freshness
from openvoy.virtual.mirror.load import Load
from openvoy.virtual.mirror.patience import Patience
from openvoy.virtual.mirror.relay import Relay
from openvoy.virtual.mirror.replies import (
    aged,
    build_reply,
    is_data,
    marked,
    render_failed,
    render_forbidden,
    render_lost,
)
from openvoy.virtual.mirror.shelf import Kept, Shelf
from openvoy.virtual.pages import render_not_found
from openvoy.virtual.refusal import render_refused
from openvoy.virtual.routes import page_of
from openvoy.virtual.source import Framing, Reply

READING = {"GET", "HEAD"}

WITH_OLD_S = 5.0
"""How long a reader waits for a new reply while there is an old one that may stand in for it."""
WITHOUT_S = 60.0
"""The same where there is none: scripted pages take 1 to 14 s, 30 to 55 s on 8.3.6086."""

_NO_USE = Freshness(0.0, 0.0)
_REFUSED = Freshness(60.0, 60.0)
"""Single endpoints refuse a good login for a while (quirk Q45)."""
_SENDABLE = re.compile(r"/[\w.~!$&'()*+,;=:@/?%-]*", re.ASCII)
_CACHE_BUSTER = re.compile(r"([?&])_=\d*(&|$)")
_WRITTEN: Mapping[str, str] = {
    "/ivp/livedata/": "/ivp/livedata/",
    "/ivp/peb/": "/ivp/peb/",
    "/ivp/zb/": "/ivp/zb/",
    "/ivp/firmware_manager/": "/ivp/firmware_manager/",
}
"""What a write below a path changes; any other may change everything: an open relay is seen in every reply."""


@dataclass(slots=True, kw_only=True)
class _Work:
    """What goes on at the moment."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one request that is under way."""
    flights: dict[str, asyncio.Task[Kept]] = field(default_factory=dict)
    relays: dict[str, Relay] = field(default_factory=dict)
    heard_s: dict[str, float] = field(default_factory=dict)
    """When others who share the connection asked for a path, by a stopwatch."""


class Mirror:
    """Answers for a live gateway; implements `Source`, `Vouches` and `HasReport`.

    Only what somebody asks for is fetched. `clock` measures ages; `upstream` may be shared with other users of the
    same connection.
    """

    def __init__(
        self, upstream: Upstream, identity: Capabilities, *, clock: Clock, allows_writes: bool = False
    ) -> None:
        self.identity = identity
        self.replaced = asyncio.Event()
        """Set once the gateway says that it is another one, or has other firmware: then this mirror is outdated."""
        self.load = Load()
        self._upstream = upstream
        self._clock = clock
        self._allows_writes = allows_writes
        self._shelf = Shelf()
        self._patience = Patience(clock.monotonic)
        self._work = _Work()

    async def reply(self, request: Request) -> Reply:
        """Answer from what is fresh, else from the gateway, else from what is old but still of use."""
        self.load.replies += 1
        endpoint = endpoint_of(request.path, self.identity.firmware)
        if endpoint is not None and endpoint.is_acting and not self._allows_writes:
            return render_forbidden(self.identity)
        if endpoint is not None and endpoint.is_stream and request.method in READING:
            return await self._follow(endpoint)
        if not _SENDABLE.fullmatch(request.path) or {".", ".."}.intersection(page_of(request.path).split("/")):
            return render_not_found(self.identity, request.path)
        if request.method in READING:
            return await self._read(_CACHE_BUSTER.sub(_without_buster, request.path))
        return await self._write(request) if self._allows_writes else render_forbidden(self.identity)

    def overhear(self, request: Request, response: Response) -> None:
        """Take what another user of the same connection got: it serves the next reader, too."""
        path = request.path
        if request.method not in READING:
            self._expire(path)
        elif path not in self._work.flights and response.status == 200 and self._failure_in(path, response) is None:
            self._share(path, response)

    async def vouch(self, token: str) -> bool:
        """Have the gateway say whether it accepts a token."""
        async with self._work.turn:
            self.load.upstream_requests += 1
            return await self._upstream.accepts_token(token)

    def report(self) -> Mapping[str, object]:
        """Give what the mirror did, JSON-ready."""
        trouble = self._patience.trouble
        return {
            **self.load.report(),
            "trouble": None if trouble is None else trouble.message,
            "allows_writes": self._allows_writes,
        }

    async def close(self) -> None:
        """End what is under way; the gateway's connection is closed by whoever opened it."""
        for relay in self._work.relays.values():
            await relay.close()
        flights = tuple(self._work.flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _read(self, path: str) -> Reply:
        old = self._shelf.find(path)
        now_s = self._clock.monotonic()
        if old is not None and old.is_fresh(now_s):
            return self._told(old, "kept")
        usable = old if old is not None and old.is_usable(now_s) else None
        if not self._patience.may_ask(path) and path not in self._work.flights:
            return self._stale(usable)
        flight = self._work.flights.get(path) or self._take_off(path)
        await self._wait(flight, WITHOUT_S if usable is None else WITH_OLD_S)
        if not flight.done() or flight.cancelled():
            return self._stale(usable)
        kept = flight.result()
        return self._told(kept, "fetched") if kept.is_good or usable is None else self._stale(usable)

    async def _follow(self, endpoint: Endpoint[Any]) -> Reply:
        """Let a reader listen to a stream, which is the gateway's one more connection however many listen."""
        relay = self._work.relays.setdefault(endpoint.path, Relay(self._upstream, endpoint))
        try:
            async with self._work.turn:
                self.load.upstream_requests += not relay.is_open
                head, pieces = await relay.join()
        except EndpointRefused:
            return render_refused(self.identity, endpoint.path)
        except OpenvoyError:
            return render_failed(self.identity)
        reply = build_reply(head, endpoint.path, self.identity)
        return marked(replace(reply, framing=Framing.CHUNKED, stream=lambda: pieces), "fetched")

    def _told(self, kept: Kept, how: str) -> Reply:
        return aged(kept, how, self._clock.monotonic(), self._clock.now())

    def _stale(self, usable: Kept | None) -> Reply:
        if usable is None:
            return render_failed(self.identity)
        self.load.stale_replies += 1
        return self._told(usable, "stale")

    def _take_off(self, path: str) -> asyncio.Task[Kept]:
        flight = asyncio.create_task(self._fetch(path))
        self._work.flights[path] = flight
        flight.add_done_callback(lambda _: self._work.flights.pop(path, None))
        return flight

    async def _wait(self, flight: asyncio.Task[Kept], patience_s: float) -> None:
        """Wait for a flight that others may wait for too; who leaves does not end it."""
        bell = asyncio.ensure_future(self._clock.sleep(patience_s))
        try:
            await asyncio.wait({flight, bell}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            bell.cancel()
            await asyncio.gather(bell, return_exceptions=True)

    async def _fetch(self, path: str) -> Kept:
        """Ask the gateway, when it is this path's turn; a failure is an unusable reply, never an exception."""
        try:
            async with self._work.turn:
                self.load.upstream_requests += 1
                response = await self._upstream.fetch_raw(path)
                now_s = self._clock.monotonic()
        except EndpointRefused:
            return self._keep(path, render_refused(self.identity, path), _REFUSED, self._clock.monotonic())
        except OpenvoyError as error:
            return self._failed(path, error, render_failed(self.identity))
        self.load.upstream_busy_s += response.elapsed_s
        reply = build_reply(response, path, self.identity)
        failure = self._failure_in(path, response)
        if failure is not None:
            return self._failed(path, failure, reply)
        if self._patience.succeeded(path) and page_of(path) != INFO.path and INFO.path not in self._work.flights:
            # Firmware changes while a gateway is away.
            self._take_off(INFO.path)
        if page_of(path) == INFO.path and response.status == 200:
            self._identify(response)
        freshness = freshness_of(path, self.identity, response.elapsed_s)
        return self._keep(path, reply, freshness, now_s - response.elapsed_s)

    def _failure_in(self, path: str, response: Response) -> OpenvoyError | None:
        """What a reply says of trouble; a reply without data counts as long as there is a better one."""
        try:
            check_status(response, gateway=self.identity.serial, path=path)
        except Unavailable as error:
            return error
        except OpenvoyError:
            return None
        if is_data(endpoint_of(path, self.identity.firmware), response):
            return None
        old = self._shelf.find(path)
        is_better = old is not None and old.is_usable(self._clock.monotonic())
        return BadPayload(f"{path}: no data", hint="An older reply stands in.") if is_better else None

    def _keep(self, path: str, reply: Reply, freshness: Freshness, at_s: float) -> Kept:
        kept = Kept(reply=reply, at_s=at_s, freshness=freshness)
        self._shelf.put(path, kept)
        return kept

    def _share(self, path: str, response: Response) -> None:
        if page_of(path) == INFO.path:
            self._identify(response)
        now_s = self._clock.monotonic()
        freshness = freshness_of(path, self.identity, response.elapsed_s)
        before_s = self._work.heard_s.get(path)
        if before_s is not None:
            freshness = shared_freshness(freshness, path, self.identity, now_s - before_s)
        self._work.heard_s[path] = now_s
        self.load.overheard_replies += 1
        self._keep(path, build_reply(response, path, self.identity), freshness, now_s - response.elapsed_s)

    def _failed(self, path: str, error: OpenvoyError, reply: Reply) -> Kept:
        self.load.upstream_failures += 1
        self._patience.failed(path, error)
        return Kept(reply=reply, at_s=self._clock.monotonic(), freshness=_NO_USE, is_good=False)

    def _identify(self, response: Response) -> None:
        try:
            found = build_capabilities(INFO.decode(response.body).value)
        except BadPayload:
            return
        if found != self.identity:
            self.replaced.set()

    async def _write(self, request: Request) -> Reply:
        """Pass a write on, once; whatever came of it, what it may have changed is asked again."""
        try:
            async with self._work.turn:
                self.load.upstream_requests += 1
                response = await self._upstream.fetch_raw(
                    request.path,
                    method=request.method,
                    body=request.body,
                    content_type=request.headers.get("content-type"),
                )
        except EndpointRefused:
            return marked(render_refused(self.identity, request.path), "written")
        except ConfigError:
            return render_not_found(self.identity, request.path)
        except OpenvoyError:
            return render_lost(self.identity)
        finally:
            self._expire(request.path)
        self.load.upstream_busy_s += response.elapsed_s
        return marked(build_reply(response, request.path, self.identity), "written")

    def _expire(self, path: str) -> None:
        """Have everything asked again that a write to this path may have changed."""
        changed = next((what for start, what in _WRITTEN.items() if page_of(path).startswith(start)), "/")
        self._shelf.expire(changed, self._clock.monotonic())


def _without_buster(found: re.Match[str]) -> str:
    """Leave out a number that browsers' scripts add so that nobody keeps the reply."""
    return found[1] if found[2] else ""

"""Event streams of a gateway, each opened once however many listen, and only while somebody does."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from openvoy.errors import OpenvoyError
from openvoy.ports.upstream import Upstream
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.http import Response

MOST_PIECES = 200
"""What a listener may leave waiting, minutes of records; who is slower is cut off, as by a gateway that restarts."""

_EVENT_END = b"\n\n"
_LOG = logging.getLogger("openvoy.virtual")


class _Listener:
    """One reader of a stream; begins at an event's beginning."""

    def __init__(self, *, is_first: bool) -> None:
        self._pieces: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._is_aligned = is_first
        self.is_cut = False

    def give(self, piece: bytes) -> None:
        if not self._is_aligned:
            _, end, piece = piece.partition(_EVENT_END)
            self._is_aligned = bool(end)
        if piece and self._is_aligned:
            self._pieces.append(piece)
        if len(self._pieces) > MOST_PIECES:
            self.end()
        self._news.set()

    def end(self) -> None:
        self.is_cut = True
        self._news.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        while self._pieces or not self.is_cut:
            if self._pieces:
                yield self._pieces.popleft()
                continue
            self._news.clear()
            await self._news.wait()


class Relay:
    """One stream of a gateway, given on to all who listen."""

    def __init__(self, upstream: Upstream, endpoint: Endpoint[Any]) -> None:
        self._upstream, self._endpoint = upstream, endpoint
        self._listeners: list[_Listener] = []
        self._task: asyncio.Task[None] | None = None
        self._head: asyncio.Future[Response] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the gateway sends it now."""
        return self._task is not None and not self._task.done()

    async def join(self) -> tuple[Response, AsyncIterator[bytes]]:
        """Give the head of the gateway's reply and what comes from now on; raise an OpenvoyError if it sends none."""
        listener = _Listener(is_first=not self.is_open)
        self._listeners.append(listener)
        if not self.is_open or self._head is None:
            self._head = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._run(self._head), name=f"relay {self._endpoint.path}")
        try:
            head = await asyncio.shield(self._head)
        except (OpenvoyError, asyncio.CancelledError):
            await self._leave(listener)
            raise
        return head, self._listen(listener)

    async def close(self) -> None:
        """End it for everybody."""
        for listener in self._listeners:
            listener.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self, listener: _Listener) -> AsyncIterator[bytes]:
        try:
            async for piece in listener.pieces():
                yield piece
        finally:
            await self._leave(listener)

    async def _leave(self, listener: _Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
        if not self._listeners:
            await self.close()

    async def _run(self, head: asyncio.Future[Response]) -> None:
        try:
            async with self._upstream.open_stream(self._endpoint) as stream:
                head.set_result(stream.response)
                async for piece in stream.pieces:
                    self._give(piece)
                    if not self._listeners:
                        return
        except OpenvoyError as error:
            if not head.done():
                head.set_exception(error)
            _LOG.info("%s ended: %s", self._endpoint.path, error.message)
        finally:
            if not head.done():
                head.cancel()
            for listener in self._listeners:
                listener.end()

    def _give(self, piece: bytes) -> None:
        for listener in self._listeners:
            listener.give(piece)
        self._listeners = [one for one in self._listeners if not one.is_cut]

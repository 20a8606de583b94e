"""Event streams, resumed when they break off."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from openvoy.errors import BadPayload, GatewayBusy, OpenvoyError, Remedy
from openvoy.ports import Clock
from openvoy.ports.transport import OpenStream
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.events import EventParser

T = TypeVar("T")

_LOG = logging.getLogger("openvoy.client")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
"""Streams drop often, and each night (quirk Q71); a gateway that just started has better things to do."""
MOST_PATIENCE_S = 120.0
LASTED_S = 10.0
"""A stream that held this long worked: the next pause is the first again."""

Opener = Callable[[Endpoint[T]], AbstractAsyncContextManager[OpenStream]]


async def follow_events(endpoint: Endpoint[T], open_stream: Opener[T], clock: Clock) -> AsyncGenerator[tuple[T, ...]]:
    """Give the records of a stream as they arrive, those of a burst together; a slow reader slows the gateway down.

    Drops and silence are resumed with growing pauses; what a person or another login must mend is raised.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        started_s, wait_s = clock.monotonic(), 0.0
        try:
            async with open_stream(endpoint) as stream:
                parser = EventParser()
                async for piece in stream.pieces:
                    records = tuple(_decoded(endpoint, event.data) for event in parser.feed(piece) if not event.name)
                    known = tuple(record for record in records if record is not None)
                    if known:
                        yield known
            _LOG.debug("%s ended; it is opened again", endpoint.path)
        except OpenvoyError as error:
            if error.remedy not in {Remedy.BACK_OFF, Remedy.SKIP}:
                raise
            wait_s = _asked_s(error)
            _LOG.info("%s is opened again: %s", endpoint.path, error.message)
        if clock.monotonic() - started_s >= LASTED_S:
            pause_s = FIRST_PAUSE_S
        await clock.sleep(max(pause_s, wait_s))
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _asked_s(error: OpenvoyError) -> float:
    """Give how long the gateway asks to be left alone."""
    asked_s = error.retry_after_s if isinstance(error, GatewayBusy) else None
    return 0.0 if asked_s is None else min(asked_s, MOST_PATIENCE_S)


def _decoded(endpoint: Endpoint[T], data: bytes) -> T | None:
    """Decode one record; one that cannot be used is left out."""
    try:
        return endpoint.decode(data).value
    except BadPayload as error:
        _LOG.warning("%s", error.message)
        return None

"""Live data: switched on when needed, kept on, read as often as asked for, switched off again."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Protocol, TypeVar

from openvoy import codec
from openvoy.errors import EndpointMissing, EndpointRefused, OpenvoyError, Remedy
from openvoy.model.live import LiveSample
from openvoy.ports import Clock
from openvoy.protocol.endpoint import Decoded, Endpoint
from openvoy.protocol.endpoints.livedata import LIVEDATA_STATUS, LIVEDATA_STREAM, LiveStatus, LiveStreamRequest
from openvoy.protocol.http import Response
from openvoy.protocol.pacing import Breaker
from openvoy.protocol.status import is_refused
from openvoy.protocol.translate.live import build_live_sample

T = TypeVar("T")

_LOG = logging.getLogger("openvoy.client")

SHORTEST_S = 1.0
"""The gateway has a new value every second."""
FIRST_RETRY_S = 10.0
LONGEST_RETRY_S = 300.0
"""Some gateways do not switch it on (quirk Q70); asking again and again does not help."""
GIVE_UP_S = 60.0
"""Who had no value by then was never set up for live data."""


class Asker(Protocol):
    """What is needed of a gateway."""

    async def fetch(self, endpoint: Endpoint[T], *, timeout_s: float | None = None) -> Decoded[T]:
        """Read one endpoint."""
        ...

    async def fetch_raw(self, path: str, *, method: str = "GET", body: bytes = b"") -> Response:
        """Send any request."""
        ...


async def follow_live(gateway: Asker, clock: Clock, *, every_s: float) -> AsyncGenerator[LiveSample]:
    """Give each new sample once. Trouble of the gateway is waited out, what a person must mend is raised.

    Raises EndpointMissing where the gateway has no live data, EndpointRefused where this login may not switch it on.
    """
    switch = _Switch(gateway, clock)
    breaker, started_s = Breaker(), clock.monotonic()
    last_at: datetime | None = None
    try:
        while True:
            try:
                status = (await gateway.fetch(LIVEDATA_STATUS)).value
                await switch.keep_on(status)
            except OpenvoyError as error:
                if error.remedy not in {Remedy.BACK_OFF, Remedy.SKIP}:
                    raise
                await clock.sleep(breaker.trip(error))
                continue
            breaker.reset()
            sample = build_live_sample(status)
            if sample is not None and switch.is_on and sample.at != last_at:
                last_at = sample.at
                yield sample
            if last_at is None and clock.monotonic() - started_s > GIVE_UP_S:
                raise _never_came()
            await clock.sleep(max(SHORTEST_S, every_s))
    finally:
        # A gateway that is away switches it off by itself, and who leaves is not kept waiting for it.
        if not breaker.is_open:
            await switch.put_back()


class _Switch:
    """Keeps the stream on while it is wanted; it ends by itself after about 15 minutes."""

    def __init__(self, gateway: Asker, clock: Clock) -> None:
        self._gateway, self._clock = gateway, clock
        self._next_s, self._retry_s = float("-inf"), FIRST_RETRY_S
        self._is_ours = False
        self.is_on = False

    async def keep_on(self, status: LiveStatus) -> None:
        """Switch it on where it is off, not too often; 400 may come although it works."""
        self.is_on = status.connection is not None and status.connection.stream == "enabled"
        now_s = self._clock.monotonic()
        if self.is_on:
            self._retry_s = FIRST_RETRY_S
        elif now_s >= self._next_s:
            await self._send(1)
            self._is_ours = True
            self._next_s = now_s + self._retry_s
            self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)

    async def put_back(self) -> None:
        """Switch it off if it was off before."""
        if self._is_ours:
            self._is_ours = False
            with contextlib.suppress(OpenvoyError):
                await self._send(0)

    async def _send(self, enable: int) -> None:
        body = codec.encode_json(LiveStreamRequest(enable=enable))
        reply = await self._gateway.fetch_raw(LIVEDATA_STREAM.path, method="POST", body=body)
        if is_refused(reply):
            raise EndpointRefused(
                "The gateway does not let this login switch live data on.", hint="It may need an installer's login."
            )
        _LOG.debug("live data switched to %d: status %d", enable, reply.status)


def _never_came() -> EndpointMissing:
    return EndpointMissing(
        f"The gateway has had no new live data for {GIVE_UP_S:.0f} seconds.",
        hint="Open the live view of the vendor's app once, which sets it up; meters and panels are read without it.",
    )

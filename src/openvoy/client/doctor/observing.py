"""A transport that takes down how long each reply took and what time it was for the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from openvoy.client.address import Origin
from openvoy.client.connect import TransportFactory
from openvoy.ports.clock import Clock
from openvoy.ports.transport import Transport
from openvoy.protocol.dates import date_of
from openvoy.protocol.http import Request, Response


@dataclass(slots=True)
class Observations:
    """What was seen on the way."""

    latencies_s: dict[str, float] = field(default_factory=dict)
    gateway_at: datetime | None = None
    asked_at: datetime | None = None


class Observer:
    """Opens transports that are observed."""

    def __init__(self, open_transport: TransportFactory, clock: Clock) -> None:
        self._open_transport, self._clock = open_transport, clock
        self.seen = Observations()

    def open(self, origin: Origin) -> Transport:
        """Open a transport to an origin."""
        return _Observed(self._open_transport(origin), self.seen, self._clock)


class _Observed:
    def __init__(self, transport: Transport, seen: Observations, clock: Clock) -> None:
        self._transport, self._seen, self._clock = transport, seen, clock

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        response = await self._transport.send(request, timeout_s=timeout_s)
        self._seen.latencies_s[request.path] = response.elapsed_s
        moment = date_of(response)
        if moment is not None:
            self._seen.gateway_at, self._seen.asked_at = moment, self._clock.now()
        return response

    async def close(self) -> None:
        await self._transport.close()

"""Asks a gateway for everything that is known of its firmware, gently, and remembers each exchange as it was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openvoy.client.address import Origin
from openvoy.client.connect import TransportFactory
from openvoy.client.gateway import Gateway
from openvoy.errors import CredentialRejected, EndpointRefused, OpenvoyError, Unavailable
from openvoy.ports.clock import Clock
from openvoy.ports.transport import Transport
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.firmware import Firmware
from openvoy.protocol.http import Request, Response
from openvoy.protocol.registry import REGISTRY

MAX_FAILURES = 3
"""After so many in a row it is the gateway that does not answer, not the endpoint."""

_UNTOUCHED = {
    "wireless": "looks for the networks of the neighbours",
    "zigbee_commission": "tells the keys of the radio network",
}
"""Endpoints that say what is nobody else's business, beside those that do something when they are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its reply."""

    scheme: str
    path: str
    at: datetime
    response: Response


class Tape:
    """Remembers what goes through the transports that it opens."""

    def __init__(self, open_transport: TransportFactory, clock: Clock) -> None:
        self._open_transport = open_transport
        self._clock = clock
        self._exchanges: dict[str, Exchange] = {}

    def open(self, origin: Origin) -> Transport:
        """Open a transport that is listened to; a `TransportFactory`."""
        return _TapedTransport(self._open_transport(origin), origin.scheme, self.note)

    def note(self, scheme: str, request: Request, response: Response) -> None:
        """Keep a reply to a reading: the good one of each path, else the last."""
        known = self._exchanges.get(request.path)
        if request.method == "GET" and (known is None or known.response.status != 200 or response.status == 200):
            self._exchanges[request.path] = Exchange(
                scheme=scheme, path=request.path, at=self._clock.now(), response=response
            )

    def has(self, path: str) -> bool:
        """Whether a good reply of this path is kept."""
        kept = self._exchanges.get(path)
        return kept is not None and kept.response.status == 200

    def exchanges(self) -> tuple[Exchange, ...]:
        """Give what was kept, in the order in which it was first asked for."""
        return tuple(self._exchanges.values())


class _TapedTransport:
    """A transport that is listened to; implements `ports.Transport`."""

    def __init__(self, transport: Transport, scheme: str, note: Callable[[str, Request, Response], None]) -> None:
        self._transport = transport
        self._scheme = scheme
        self._note = note

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        """Send, and have the reply noted."""
        response = await self._transport.send(request, timeout_s=timeout_s)
        self._note(self._scheme, request, response)
        return response

    async def close(self) -> None:
        """Close the connection."""
        await self._transport.close()


def recorded_endpoints(firmware: Firmware, *, skipped: Collection[str] = ()) -> Iterator[Endpoint[Any]]:
    """List what is asked: every reading that this firmware is known to have, and that only reads."""
    for endpoint in REGISTRY.values():
        is_reading = "GET" in endpoint.methods and "{" not in endpoint.path and not endpoint.is_stream
        is_wanted = not endpoint.is_acting and endpoint.name not in _UNTOUCHED and endpoint.path not in skipped
        if is_reading and is_wanted and endpoint.exists_in(firmware):
            yield endpoint


async def record_gateway(
    gateway: Gateway,
    tape: Tape,
    *,
    clock: Clock,
    pause_s: float,
    skipped: Collection[str] = (),
    tell: Callable[[str], None],
) -> None:
    """Ask one endpoint after the other, with pauses; raise what ends it: a wrong login, a gateway that is away."""
    capabilities = await gateway.connect()
    endpoints = tuple(recorded_endpoints(capabilities.firmware, skipped=skipped))
    failures = 0
    for number, endpoint in enumerate(endpoints, 1):
        if tape.has(endpoint.path):
            continue
        await clock.sleep(pause_s)
        outcome = await _ask(gateway, endpoint.path)
        tell(f"{number}/{len(endpoints)} {endpoint.path}: {outcome}")
        failures = failures + 1 if isinstance(outcome, Unavailable) else 0
        if failures >= MAX_FAILURES:
            assert isinstance(outcome, Unavailable)
            raise outcome


async def _ask(gateway: Gateway, path: str) -> OpenvoyError | str:
    try:
        response = await gateway.fetch_raw(path)
    except CredentialRejected:
        raise
    except EndpointRefused:
        return "refused to this login"
    except OpenvoyError as error:
        return error
    return f"{response.status}, {len(response.body)} bytes, {response.elapsed_s:.2f} s"

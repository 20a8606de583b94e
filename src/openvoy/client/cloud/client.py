"""Asks the vendor's cloud for tokens: drives the flows of `protocol.cloud`, over TLS with known authorities."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from openvoy.client.address import Origin, parse_address
from openvoy.client.connect import TransportFactory
from openvoy.client.transport import AiohttpTransport
from openvoy.errors import BadPayload, CloudUnavailable, Unavailable
from openvoy.ports.clock import Clock
from openvoy.ports.transport import Transport
from openvoy.protocol.cloud import Account, CloudHost, CloudService, CloudStep, Route, TokenWish, obtain_token
from openvoy.protocol.http import Request, Response

TIMEOUT_S = 30.0
"""The cloud answers within some seconds, and slower when many ask."""

_HINT = "A saved token works without the cloud. Check this machine's internet connection, and [cloud] if it is set."


class CloudClient:
    """Obtains tokens; one at a time, never again by itself."""

    def __init__(
        self,
        service: CloudService | None = None,
        *,
        clock: Clock,
        open_transport: TransportFactory | None = None,
        random_text: Callable[[], str] = lambda: secrets.token_urlsafe(48),
    ) -> None:
        self._service = CloudService() if service is None else service
        self._clock = clock
        self._open_transport = self._open if open_transport is None else open_transport
        self._random_text = random_text

    async def fetch_token(
        self, account: Account, serial: str, *, role: str | None = None, route: Route | None = None
    ) -> str:
        """Log in and obtain a token for a gateway; raise CredentialRejected or CloudUnavailable."""
        wish = TokenWish(account=account, serial=serial, role=role, route=route, verifier=self._random_text())
        async with AsyncExitStack() as stack:
            lines: dict[CloudHost, tuple[Transport, str]] = {}
            flow = obtain_token(wish)
            step = next(flow)
            while True:
                if step.host not in lines:
                    lines[step.host] = self._line(step.host)
                    stack.push_async_callback(lines[step.host][0].close)
                response = await self._send(step, *lines[step.host])
                try:
                    step = flow.send(response)
                except StopIteration as end:
                    token: str = end.value
                    return token

    def _line(self, host: CloudHost) -> tuple[Transport, str]:
        url = self._service.base_url if host is CloudHost.ACCOUNTS else self._service.tokens_base_url
        address = parse_address(url)
        return self._open_transport(address.origin(address.scheme or "https")), urlsplit(url).path.rstrip("/")

    async def _send(self, step: CloudStep, transport: Transport, prefix: str) -> Response:
        asked = step.request
        request = Request(method=asked.method, path=prefix + asked.path, headers=asked.headers, body=asked.body)
        try:
            return await transport.send(request, timeout_s=TIMEOUT_S)
        except (Unavailable, BadPayload) as error:
            raise CloudUnavailable(f"The cloud gives no answer: {error.message}", hint=_HINT) from error

    def _open(self, origin: Origin) -> Transport:
        return AiohttpTransport(origin, pins=None, clock=self._clock)

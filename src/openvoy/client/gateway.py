"""The door to one gateway. It only delegates: to transport, login, endpoints, plan and translation."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar

from openvoy.client.address import Origin, parse_address
from openvoy.client.clock import SystemClock
from openvoy.client.connect import Found, TransportFactory, check_no_downgrade, fetch_identity
from openvoy.client.control import ControlSettings, GatewayController
from openvoy.client.conversation import Conversation, RenewingConversation
from openvoy.client.pins import MemoryPinStore, PinStore
from openvoy.client.reading import Reading
from openvoy.client.streaming.events import follow_events
from openvoy.client.streaming.live import follow_live
from openvoy.client.streaming.meters import follow_meters
from openvoy.client.streaming.readings import follow_readings
from openvoy.client.transport import AiohttpTransport
from openvoy.errors import ConfigError, EndpointRefused, OpenvoyError
from openvoy.model import Snapshot
from openvoy.model.live import LiveSample, MeterSample
from openvoy.model.log import LogEntry
from openvoy.ports.clock import Clock
from openvoy.ports.tokens import TokenSource
from openvoy.ports.transport import OpenStream, Transport
from openvoy.protocol.dates import date_of
from openvoy.protocol.endpoint import Decoded, Endpoint, Handler
from openvoy.protocol.endpoints.devices import EVENT_TABLE
from openvoy.protocol.endpoints.identity import CHECK_JWT
from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login import Credentials, Login, NoLogin, build_login, check_token, explain_token
from openvoy.protocol.registry import find_endpoint
from openvoy.protocol.status import check_status
from openvoy.protocol.translate import build_snapshot
from openvoy.protocol.translate.log import build_log

T = TypeVar("T")

_PATH = re.compile(r"/[\w.~!$&'()*+,;=:@/?%-]*", re.ASCII)
"""What is sent exactly as it is written; a digest is computed over it."""

NATIVE_TIMEOUT_S = 15.0
"""Native handlers take 0.02 to 0.4 s, and some seconds on a busy gateway."""
SCRIPTED_TIMEOUT_S = 60.0
"""Scripted pages take 1 to 14 s, 30 to 55 s on 8.3.6086."""
TIMEOUTS_S = {
    Handler.NATIVE: NATIVE_TIMEOUT_S,
    Handler.EMUWEB: NATIVE_TIMEOUT_S,
    Handler.SCRIPTED: SCRIPTED_TIMEOUT_S,
}


class Gateway:
    """One gateway, used as `async with Gateway("envoy.local", token=…) as gateway: await gateway.snapshot()`.

    Firmware 7 and later needs `token`, or `tokens` that renew themselves; firmware before needs nothing, or `user` and
    `password`, which may be a function that is asked at each login. The certificate that a gateway shows first is
    trusted from then on; `pins` keeps it, by default only as long as the process lives.
    """

    def __init__(
        self,
        host: str,
        *,
        token: str | None = None,
        user: str | None = None,
        password: str | Callable[[], str] | None = None,
        tokens: TokenSource | None = None,
        pins: PinStore | None = None,
        accept_new_certificate: bool = False,
        clock: Clock | None = None,
        open_transport: TransportFactory | None = None,
        control: ControlSettings | None = None,
    ) -> None:
        """Prepare it; nothing is sent yet. Raise ConfigError for what is no address, or two kinds of token."""
        self.address = parse_address(host)
        if token is not None and tokens is not None:
            raise ConfigError(f"{host} was given a token and a source of tokens.", hint="Give one of them.")
        self._credentials = Credentials(token=token, user=user, password=None if callable(password) else password)
        self._read_password = password if callable(password) else None
        self._tokens = tokens
        self._pins = MemoryPinStore() if pins is None else pins
        self._accept_new_certificate = accept_new_certificate
        self._clock = SystemClock() if clock is None else clock
        self._open_transport = self._open if open_transport is None else open_transport
        self._connecting = asyncio.Lock()
        self._found: Found | None = None
        self._conversation: Conversation | None = None
        self._reading = Reading()
        self.clock_ahead_s: float | None = None
        """By how many seconds the gateway's clock was ahead of ours at its newest reply; None: it did not say."""
        self._listeners: tuple[Callable[[Request, Response], None], ...] = ()
        self.control = GatewayController(
            self,
            clock=self._clock,
            settings=ControlSettings() if control is None else control,
            credentials=self._own_credentials,
        )
        """What the gateway can be told; off unless `control` enables it."""

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def capabilities(self) -> Capabilities:
        """What the gateway can do, once connected; ConfigError before."""
        if self._found is None:
            raise ConfigError(
                f"{self.address} is not connected.", hint="Use `async with Gateway(…)`, or await connect()."
            )
        return self._found.capabilities

    async def connect(self) -> Capabilities:
        """Find out what the gateway is and prepare the login, without sending any secret; does nothing if that is done.

        Raises GatewayUnreachable and its like, CredentialRejected for a token that cannot work, ConfigError for a
        login that is missing.
        """
        if self._conversation is None:
            async with self._connecting:
                if self._conversation is None:
                    await self._connect()
        return self.capabilities

    async def close(self) -> None:
        """Close the connection; the next request connects anew, and finds a changed firmware."""
        conversation, self._conversation = self._conversation, None
        self._reading = Reading()
        if conversation is not None:
            await conversation.close()

    async def fetch(self, endpoint: Endpoint[T], *, timeout_s: float | None = None) -> Decoded[T]:
        """Fetch one endpoint as typed value; raise one of `openvoy.errors`."""
        accept = "application/json" if endpoint.parse is None else "*/*"
        request = Request(path=endpoint.path, headers={"Accept": accept})
        response = await self._ask(request, timeout_s=TIMEOUTS_S[endpoint.handler] if timeout_s is None else timeout_s)
        check_status(response, gateway=str(self.address), path=endpoint.path)
        return endpoint.decode(response.body)

    async def fetch_raw(
        self, path: str, *, method: str = "GET", body: bytes = b"", content_type: str | None = None
    ) -> Response:
        """Send any request and give the reply as it is, whatever its status; sent once, never repeated if not a GET."""
        if not _PATH.fullmatch(path) or {".", ".."}.intersection(path.split("/")):
            raise ConfigError(
                f"{path!r} is no path.", hint="Give a path such as /ivp/meters, percent-encoded if need be."
            )
        endpoint = find_endpoint(path)
        is_json = endpoint is None or endpoint.parse is None
        headers = {"Accept": "application/json" if is_json else "*/*"}
        if content_type is not None:
            headers["Content-Type"] = content_type
        request = Request(method=method, path=path, body=body, headers=headers)
        return await self._ask(
            request, timeout_s=TIMEOUTS_S[Handler.SCRIPTED if endpoint is None else endpoint.handler]
        )

    async def accepts_token(self, token: str) -> bool:
        """Ask the gateway whether it accepts a token of somebody else; it may open a session for it."""
        await self.connect()
        assert self._conversation is not None
        request = Request(path=CHECK_JWT.path, headers={"Authorization": f"Bearer {token}"})
        try:
            response = await self._conversation.fetch_as(NoLogin(), request, timeout_s=NATIVE_TIMEOUT_S)
        except EndpointRefused:
            return False
        check_status(response, gateway=str(self.address), path=request.path)
        return True

    @contextmanager
    def overheard(self, listener: Callable[[Request, Response], None]) -> Iterator[None]:
        """Tell every request with its reply, whoever asks, for as long as the context is open."""
        self._listeners = (*self._listeners, listener)
        try:
            yield
        finally:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

    async def snapshot(self) -> Snapshot:
        """Read everything; what fails is listed in `missing`, unless nothing at all can be read."""
        capabilities = await self.connect()
        replies = await self._reading.fetch_all(capabilities, self.fetch, self._clock.sleep)
        return build_snapshot(capabilities, replies, self._clock.now())

    def _given_credentials(self) -> Credentials:
        if self._read_password is None:
            return self._credentials
        return replace(self._credentials, password=self._read_password())

    async def _own_credentials(self) -> Credentials:
        capabilities = await self.connect()
        if self._tokens is None or capabilities.login is not LoginKind.TOKEN:
            return self._given_credentials()
        return Credentials(token=await self._tokens.fetch_token(capabilities.serial))

    async def fetch_log(self, *, limit: int = 50) -> tuple[LogEntry, ...]:
        """Fetch the newest entries of the gateway's own event log; a slow page, from firmware 4 on."""
        table = await self.fetch(replace(EVENT_TABLE, path=f"{EVENT_TABLE.path}?start=0&length={max(1, limit)}"))
        return build_log(table.value)

    def readings(self, *, every_s: float = 5.0, streams: bool = True) -> AsyncGenerator[Snapshot]:
        """Read over and over, each endpoint at its own pace; give a snapshot whenever live values are new.

        With `streams` the meters' event stream is followed where this login may, which costs the gateway least.
        While it does not answer, snapshots name `gateway` in `missing`; what a person must mend is raised.
        """
        return follow_readings(self, self._clock, every_s=every_s, streams=streams)

    def meter_stream(self) -> AsyncGenerator[MeterSample]:
        """Follow the meters, a sample a second, resumed after drops; EndpointRefused where an installer must ask."""
        return follow_meters(self, self._clock)

    def live(self, *, every_s: float = 2.0) -> AsyncGenerator[LiveSample]:
        """Follow live data: every flow by phase, batteries and generator included, from firmware 7 on.

        It is switched on while this runs, which changes no setting of the site and needs no `control`, and off after.
        """
        return follow_live(self, self._clock, every_s=every_s)

    def stream(self, endpoint: Endpoint[T]) -> AsyncGenerator[tuple[T, ...]]:
        """Follow any event stream as it is declared; gives records as they arrive, those of a burst together."""
        return follow_events(endpoint, self.open_stream, self._clock)

    @asynccontextmanager
    async def open_stream(self, endpoint: Endpoint[T]) -> AsyncIterator[OpenStream]:
        """Open an event stream and give it byte by byte, until the context ends; raise one of `openvoy.errors`."""
        await self.connect()
        assert self._conversation is not None
        request = Request(path=endpoint.path, headers={"Accept": "text/event-stream"})
        async with self._conversation.stream(request, timeout_s=NATIVE_TIMEOUT_S) as stream:
            check_status(stream.response, gateway=str(self.address), path=endpoint.path)
            yield stream

    async def _ask(self, request: Request, *, timeout_s: float) -> Response:
        await self.connect()
        assert self._conversation is not None
        response = await self._conversation.fetch(request, timeout_s=timeout_s)
        gateway_at = date_of(response)
        self.clock_ahead_s = None if gateway_at is None else (gateway_at - self._clock.now()).total_seconds()
        for listener in self._listeners:
            listener(request, response)
        return response

    async def _connect(self) -> None:
        if self._credentials.token is not None:
            info = explain_token(self._credentials.token)
            check_token(info, gateway=str(self.address), serial=None, now=self._clock.now())
        found = await fetch_identity(self.address, self._open_transport)
        # What was accepted is the certificate of this connection, not that of every later one.
        self._accept_new_certificate = False
        try:
            check_no_downgrade(found, self.address)
            conversation = await self._converse(found)
        except OpenvoyError:
            await found.transport.close()
            raise
        self._found = found
        self._conversation = conversation

    async def _converse(self, found: Found) -> Conversation:
        capabilities, tokens = found.capabilities, self._tokens
        if tokens is None or capabilities.login is not LoginKind.TOKEN:
            return Conversation(found.transport, self._login(capabilities, self._given_credentials()))

        def build(token: str) -> Login:
            return self._login(capabilities, Credentials(token=token))

        token = await tokens.fetch_token(capabilities.serial)
        if explain_token(token).is_expired(self._clock.now()):
            # A session may outlive its token, but none begins with it.
            token = await tokens.fetch_token(capabilities.serial, refused=token)
        return RenewingConversation(found.transport, tokens, serial=capabilities.serial, build=build, token=token)

    def _login(self, capabilities: Capabilities, credentials: Credentials) -> Login:
        return build_login(capabilities, credentials, gateway=str(self.address), now=self._clock.now())

    def _open(self, origin: Origin) -> Transport:
        return build_transport(
            origin, pins=self._pins, clock=self._clock, accept_new_certificate=self._accept_new_certificate
        )


def build_transport(
    origin: Origin, *, pins: PinStore, clock: Clock, accept_new_certificate: bool = False
) -> AiohttpTransport:
    """Build what carries the requests to a gateway."""
    return AiohttpTransport(
        origin,
        pins=pins,
        clock=clock,
        accept_new_certificate=accept_new_certificate,
        # Firmware that speaks plain http resets connections that are used again.
        keep_alive=origin.scheme == "https",
    )

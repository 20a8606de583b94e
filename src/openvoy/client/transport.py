"""Requests over the network: TLS, one kept-alive connection, limits. The only file of the client that names aiohttp."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import aiohttp

from openvoy.client.address import Origin
from openvoy.client.pins import PinStore
from openvoy.errors import BadPayload, CertificateChanged, GatewayTimeout, GatewayUnreachable, NoHttpReply, OpenvoyError
from openvoy.ports.clock import Clock
from openvoy.ports.transport import OpenStream
from openvoy.protocol.http import Request, Response

MAX_BODY_BYTES = 16 * 2**20
"""The largest reply ever seen has 43 kB; this leaves room for sites of hundreds of panels and protects memory."""

CONNECT_TIMEOUT_S = 10.0
"""Name, connection and TLS: a gateway needs well under a second, a loaded one up to some."""

_CONNECT_SHARE = 0.75
"""Of a request's time; of 8 s it leaves 6 s, in which a lost first packet is sent again three times, TLS included."""

IDLE_S = 60.0
"""How long an idle connection is worth keeping; gateways close theirs after 75 s (nginx's default)."""

_UNKNOWN = bytes(32)
"""A fingerprint that no certificate has: the first handshake fails before anything is sent and tells the real one."""

_log = logging.getLogger("openvoy.client")


class _Pin(aiohttp.Fingerprint):
    """A certificate's fingerprint; a connection that shows another is cut, without waiting for a farewell."""

    def check(self, transport: asyncio.Transport) -> None:
        try:
            super().check(transport)
        except aiohttp.ServerFingerprintMismatch:
            # Later, because the library still asks the transport whom it was connected to.
            asyncio.get_running_loop().call_soon(transport.abort)
            raise


class AiohttpTransport:
    """Carries requests to one origin, one at a time; implements `ports.Transport`.

    Without `keep_alive` each request has its own connection, as firmware before 7 needs it. Without `pins` the
    certificate has to be one that this machine's authorities vouch for.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        pins: PinStore | None,
        clock: Clock,
        accept_new_certificate: bool = False,
        keep_alive: bool = True,
        max_body_bytes: int = MAX_BODY_BYTES,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
    ) -> None:
        self._origin = origin
        self._pins = pins
        self._clock = clock
        self._accepts_new = accept_new_certificate
        self._keep_alive = keep_alive
        self._max_body_bytes = max_body_bytes
        self._connect_timeout_s = connect_timeout_s
        self._url = origin.url
        self._lock = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._pin: _Pin | None = None
        self._may_be_stale = False

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        """Send and read the whole reply; a redirect is a reply like any other."""
        async with self._lock:
            if self._may_be_stale and request.method != "GET":
                # On a connection that the gateway has closed meanwhile nobody could tell whether a write arrived.
                await self._drop()
            try:
                return await self._send_trusted(request, timeout_s)
            except _ConnectionLostError as lost:
                if not self._may_be_stale or request.method != "GET":
                    raise self._failure(lost.error, request) from lost.error
                self._may_be_stale = False
            try:
                return await self._send_trusted(request, timeout_s)
            except _ConnectionLostError as lost:
                raise self._failure(lost.error, request) from lost.error

    @asynccontextmanager
    async def stream(self, request: Request, *, timeout_s: float, idle_s: float) -> AsyncIterator[OpenStream]:
        """Open a stream on a connection of its own, closed with the context."""
        session = self._build_session(keep_alive=False)
        patience = aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout_s, sock_read=idle_s)
        reply: aiohttp.ClientResponse | None = None
        try:
            async with asyncio.timeout(timeout_s):
                reply = await session.request(
                    request.method,
                    self._url + request.path,
                    headers=request.headers,
                    data=request.body or None,
                    allow_redirects=False,
                    timeout=patience,
                    ssl=self._trusted(),
                )
            _log.debug("%s %s%s: %d, a stream", request.method, self._url, request.path, reply.status)
            yield OpenStream(response=_build_response(reply, b"", 0.0), pieces=self._pieces(reply, request))
        except aiohttp.ServerFingerprintMismatch as mismatch:
            raise self._changed() from mismatch
        except _ConnectionLostError as lost:
            raise self._failure(lost.error, request) from lost.error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._failure(error, request) from error
        finally:
            await session.close()
            if reply is not None:
                # Only now: the session waits for connections that it closes itself.
                reply.close()

    async def _pieces(self, reply: aiohttp.ClientResponse, request: Request) -> AsyncIterator[bytes]:
        try:
            async for piece in reply.content.iter_any():
                yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._failure(error, request) from error

    async def close(self) -> None:
        """Close the connection; the next request opens another."""
        async with self._lock:
            await self._drop()

    async def _drop(self) -> None:
        self._may_be_stale = False
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def _send_trusted(self, request: Request, timeout_s: float) -> Response:
        """Send to the certificate that is pinned; pin what a new gateway shows."""
        try:
            return await self._send_once(request, timeout_s)
        except aiohttp.ServerFingerprintMismatch as mismatch:
            self._pin_shown(mismatch.got, is_first=mismatch.expected == _UNKNOWN)
        try:
            return await self._send_once(request, timeout_s)
        except aiohttp.ServerFingerprintMismatch as mismatch:
            raise self._changed() from mismatch

    async def _send_once(self, request: Request, timeout_s: float) -> Response:
        session = self._opened()
        start_s = self._clock.monotonic()
        try:
            async with session.request(
                request.method,
                self._url + request.path,
                headers=request.headers,
                data=request.body or None,
                allow_redirects=False,
                timeout=_timeout(timeout_s, self._connect_timeout_s),
                ssl=self._trusted(),
            ) as reply:
                body = await self._read(reply, request)
        except aiohttp.ServerFingerprintMismatch:
            raise
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._failure(error, request) from error
        self._may_be_stale = self._keep_alive
        response = _build_response(reply, body, self._clock.monotonic() - start_s)
        _log.debug(
            "%s %s%s: %d, %d bytes, %.3f s",
            request.method, self._url, request.path, response.status, len(body), response.elapsed_s,
        )  # fmt: skip
        return response

    async def _read(self, reply: aiohttp.ClientResponse, request: Request) -> bytes:
        """Read the body up to the cap; what is larger is not even received."""
        if reply.content_length is None or reply.content_length <= self._max_body_bytes:
            body = bytearray()
            async for piece in reply.content.iter_any():
                body += piece
                if len(body) > self._max_body_bytes:
                    break
            else:
                return bytes(body)
        reply.close()
        raise BadPayload(
            f"{self._origin.place} sends more than {self._max_body_bytes // 2**20} MiB for {request.path}.",
            endpoint=request.path,
            hint="No endpoint has that much to say: check that this address is a gateway's.",
        )

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = self._build_session(keep_alive=self._keep_alive)
        return self._session

    def _build_session(self, *, keep_alive: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=1,
            ssl=_build_tls(is_pinned=self._pins is not None) if self._origin.scheme == "https" else True,
            **({"keepalive_timeout": IDLE_S} if keep_alive else {"force_close": True}),
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "openvoy", "Accept-Encoding": "identity"},
            middlewares=(_send_no_second_time,),
        )

    def _trusted(self) -> aiohttp.Fingerprint | Literal[True]:
        if self._origin.scheme != "https" or self._pins is None:
            return True
        if self._pin is None:
            pinned = self._pins.read_pin(self._origin.place)
            self._pin = _Pin(_UNKNOWN if pinned is None else bytes.fromhex(pinned))
        return self._pin

    def _pin_shown(self, shown: bytes, *, is_first: bool) -> None:
        if not is_first and not self._accepts_new:
            raise self._changed()
        # What was accepted is this certificate, not every later one.
        self._accepts_new = False
        assert self._pins is not None
        self._pins.write_pin(self._origin.place, shown.hex())
        self._pin = _Pin(shown)
        _log.info("%s is known from now on by the certificate with SHA-256 %s", self._origin.place, shown.hex())

    def _changed(self) -> CertificateChanged:
        # Somebody may accept the new one elsewhere: the next request looks.
        self._pin = None
        return CertificateChanged(
            f"{self._origin.place} shows another certificate than before; nothing was sent to it.",
            hint="Gateways renew theirs after updates and each year. If that is the reason, run once with"
            " --accept-new-certificate; if not, something else answers in the gateway's place.",
        )

    def _failure(self, error: Exception, request: Request) -> OpenvoyError:
        for failure in _FAILURES:
            if isinstance(error, failure.cause):
                what = failure.what.format(
                    place=self._origin.place, host=self._origin.host, path=request.path, reason=_reason(error)
                )
                return failure.error(what, hint=failure.hint)
        raise error


class _ConnectionLostError(Exception):
    """The connection ended before any reply; `error` says how."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


async def _send_no_second_time(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending again by itself, which it does for PUT and DELETE too and on fresh connections."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _ConnectionLostError(error) from error


@functools.cache
def _timeout(total_s: float, connect_s: float) -> aiohttp.ClientTimeout:
    """Leave some of the whole for the reply, so that "nothing answers" is told apart from "takes too long"."""
    return aiohttp.ClientTimeout(total=total_s, sock_connect=min(connect_s, total_s * _CONNECT_SHARE))


def _build_tls(*, is_pinned: bool) -> ssl.SSLContext:
    """Build TLS for self-signed certificates, which the pin verifies, and the ciphers of old gateways (quirk Q49).

    Without a pin the certificate has to be one that this machine's authorities vouch for.
    """
    if not is_pinned:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT")
    return context


def _build_response(reply: aiohttp.ClientResponse, body: bytes, elapsed_s: float) -> Response:
    headers: dict[str, str] = {}
    for name, value in reply.headers.items():
        key = name.lower()
        text = value if value.isascii() else _printable(value)
        # A gateway may offer several logins, each in a header of its own.
        headers[key] = f"{headers[key]}, {text}" if key == "www-authenticate" and key in headers else text
    cookies = {name: morsel.value for name, morsel in reply.cookies.items()} if "set-cookie" in headers else {}
    return Response(
        status=reply.status,
        headers=headers,
        cookies=cookies,
        body=body,
        raw_headers=reply.raw_headers,
        elapsed_s=elapsed_s,
    )


def _printable(value: str) -> str:
    """Show the bytes of a header that is no text (quirk Q44) as Latin-1, so that it can be logged and parsed."""
    return value.encode("utf-8", "surrogateescape").decode("latin-1")


def _reason(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, aiohttp.ClientConnectorSSLError) or not number or number < 0:
        return "no TLS" if isinstance(error, ssl.SSLError) else type(error).__name__
    return os.strerror(number)


@dataclass(frozen=True, slots=True)
class _Failure:
    """What an error of the library means here."""

    cause: type[Exception]
    error: type[OpenvoyError]
    what: str
    hint: str


_LATER = "Try again later; under load and shortly after 23:00 this is normal."
_CHECK = "Check that the gateway is on, that it is in this network and that its address is right."

_FAILURES = (
    _Failure(aiohttp.ConnectionTimeoutError, GatewayUnreachable, "Nothing answers at {place} in time.", _CHECK),
    _Failure(TimeoutError, GatewayTimeout, "{place} takes too long to answer {path}.", _LATER),
    _Failure(aiohttp.ClientConnectorDNSError, GatewayUnreachable, "No address is known for {host}.", _CHECK),
    _Failure(
        aiohttp.ClientConnectorCertificateError,
        GatewayUnreachable,
        "{place} shows a certificate that no authority vouches for.",
        "Something may listen on the way. A private authority is added with the environment variable SSL_CERT_FILE.",
    ),
    _Failure(ssl.SSLError, GatewayUnreachable, "What answers at {place} does not speak TLS.", _CHECK),
    _Failure(aiohttp.ClientConnectorError, GatewayUnreachable, "{place} cannot be reached: {reason}.", _CHECK),
    _Failure(aiohttp.ClientPayloadError, BadPayload, "The reply of {place} to {path} breaks off.", _LATER),
    _Failure(
        aiohttp.ServerDisconnectedError,
        NoHttpReply,
        "{place} closes the connection instead of answering {path}.",
        _LATER,
    ),
    _Failure(aiohttp.ClientResponseError, NoHttpReply, "What answers at {place} does not speak HTTP.", _CHECK),
    _Failure(aiohttp.InvalidURL, GatewayUnreachable, "{place} is no address that can be asked.", _CHECK),
    _Failure(aiohttp.ClientError, NoHttpReply, "The connection to {place} broke: {reason}.", _LATER),
    _Failure(OSError, NoHttpReply, "The connection to {place} broke: {reason}.", _LATER),
)
"""Errors of library and system, the special before the general: the first that fits counts."""

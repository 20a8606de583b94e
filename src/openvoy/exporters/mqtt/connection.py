"""The connection to a broker, and what went wrong with it in words. The only file that names aiomqtt."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

import aiomqtt

from openvoy.errors import ConfigError, ExportError
from openvoy.exporters.mqtt.settings import PORTS, MqttSettings

KEEP_ALIVE_S = 60
AT_ONCE = 50
"""Messages that may be under way: what is kept in memory of a broker that is slow."""
MOST_WAITING = 5000
"""Messages that may have arrived and not been looked at; a broker's retained ones come together."""

_HINTS = (
    ("not authori", "Check user and password, and what the broker lets this user publish below its prefixes."),
    ("bad user", "Check user and password."),
    ("certificate", "Name the certificate that signed the broker's with ca_file, and the host as it stands there."),
    ("ssl", "Check whether the broker speaks TLS at this port: mqtts:// with it, mqtt:// without."),
    ("name or service", "Check the broker's name in the url."),
    ("nodename nor servname", "Check the broker's name in the url."),
    ("refused", "Check host and port, and whether the broker runs."),
    ("timed out", "Check whether a broker answers at this address; it may be mqtts:// that it wants."),
)
_LOG = logging.getLogger("openvoy.exporters.mqtt")
_PROTOCOL = logging.getLogger("openvoy.exporters.mqtt.protocol")
_PROTOCOL.setLevel(logging.CRITICAL)
"""The library tells every trouble a second time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A broker, and how to log in there."""

    host: str
    port: int
    timeout_s: float
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: MqttSettings, environ: Mapping[str, str]) -> Self:
        """Read the settings, secrets and certificates; raise ConfigError."""
        if not settings.url:
            raise ConfigError("[mqtt] has no url.", hint='Write url = "mqtt://127.0.0.1".')
        parts = urlsplit(settings.url)
        given = None if parts.password is None else unquote(parts.password)
        return cls(
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            timeout_s=settings.timeout_s,
            user=settings.user or (None if parts.username is None else unquote(parts.username)),
            password=given if settings.password is None else settings.password.read(environ),
            tls=_build_tls(settings) if parts.scheme == "mqtts" else None,
        )

    def __str__(self) -> str:
        """Show it without secrets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtt' if self.tls is None else 'mqtts'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Received:
    """A message that arrived."""

    topic: str
    payload: bytes
    is_retained: bool


class _TidySocket(ssl.SSLSocket):
    """Closes itself where the handshake fails; the library would leave that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature is the standard library's
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class Broker:
    """An open connection. Every method raises ExportError where the broker is gone."""

    def __init__(self, client: aiomqtt.Client, place: Place) -> None:
        self._client, self._place = client, place

    async def publish(self, messages: Mapping[str, str], *, is_retained: bool = True) -> None:
        """Publish by topic, each acknowledged; "" takes a retained message away."""
        rows = list(messages.items())
        with telling(self._place):
            for start in range(0, len(rows), AT_ONCE):
                sent = (
                    self._client.publish(topic, payload, qos=1, retain=is_retained)
                    for topic, payload in rows[start : start + AT_ONCE]
                )
                results = await asyncio.gather(*sent, return_exceptions=True)
                for failure in filter(None, results):
                    raise failure

    async def subscribe(self, *topics: str, is_sure: bool = True) -> None:
        """Ask for messages; those that must be sure to arrive wait in the broker, which has room for some only."""
        with telling(self._place):
            await self._client.subscribe([(topic, int(is_sure)) for topic in topics])

    async def unsubscribe(self, *topics: str) -> None:
        """Ask for no more of them."""
        with telling(self._place):
            await self._client.unsubscribe(list(topics))

    async def messages(self) -> AsyncIterator[Received]:
        """Give what arrives."""
        with telling(self._place):
            async for message in self._client.messages:
                payload = message.payload
                body = payload if isinstance(payload, bytes) else str(payload or "").encode()
                yield Received(message.topic.value, body, message.retain)


@asynccontextmanager
async def connect(place: Place, *, will: str) -> AsyncIterator[Broker]:
    """Connect; `online` stands at the topic `will` while this is so, `offline` after it, whatever ends it."""
    client = aiomqtt.Client(
        place.host,
        place.port,
        username=place.user,
        password=place.password,
        tls_context=place.tls,
        will=aiomqtt.Will(will, "offline", qos=1, retain=True),
        timeout=place.timeout_s,
        keepalive=KEEP_ALIVE_S,
        max_queued_incoming_messages=MOST_WAITING,
        logger=_PROTOCOL,
    )
    await _open(client, place)
    broker = Broker(client, place)
    try:
        yield broker
    finally:
        await _part(client, broker, will)


async def _open(client: aiomqtt.Client, place: Place) -> None:
    """Connect; leave nothing behind where that fails or is no longer wanted."""
    opening = asyncio.create_task(client.__aenter__(), name=f"connect {place}")
    try:
        with telling(place):
            await asyncio.shield(opening)
    except (ExportError, asyncio.CancelledError):
        # The library can neither be cancelled while it connects nor closed after that has failed: socket and task stay.
        paho = client._client  # noqa: SLF001 - as above
        paho.on_socket_open = paho.on_disconnect = None
        paho.disconnect()
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        raise


async def _part(client: aiomqtt.Client, broker: Broker, will: str) -> None:
    """Say that the service ends; a broker that is gone knows it from the will."""
    try:
        await broker.publish({will: "offline"})
    except ExportError as error:
        _LOG.debug("%s", error.message)
    await _disconnect(client)


async def _disconnect(client: aiomqtt.Client) -> None:
    try:
        await client.__aexit__(None, None, None)
    except aiomqtt.MqttError as error:
        _LOG.debug("%s", error)


@contextmanager
def telling(place: Place) -> Iterator[None]:
    """Say what is wrong with a broker, and what helps."""
    try:
        yield
    except (aiomqtt.MqttError, OSError, ValueError) as error:
        said = str(error) or type(error).__name__
        known = (hint for word, hint in _HINTS if word in said.lower())
        hint = next(known, "It is tried again by itself; look into the broker's log if it lasts.")
        raise ExportError(f"The broker {place} cannot be served: {said.rstrip('.')}.", hint=hint) from error


def _build_tls(settings: MqttSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        context.sslsocket_class = _TidySocket
        if settings.certificate is not None:
            context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"[mqtt]: the certificates cannot be read: {error.strerror or error}.",
            hint="ca_file, certificate and key name files in PEM format that this user may read.",
        ) from error
    return context

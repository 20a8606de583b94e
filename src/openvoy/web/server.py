"""Listening and serving. The only file that names uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import uvicorn

from openvoy.errors import ConfigError
from openvoy.settings.listen import Listen, is_loopback
from openvoy.web.asgi import WebApp
from openvoy.web.listen import check_protected
from openvoy.web.tls import Tls, check_certificate, keep_renewed

_LOG = logging.getLogger("openvoy.web")

GRACE_S = 0.5
"""What replies that are under way get when the service stops, before their connections are cut."""
CANCEL_S = 1
"""After this long, what still works for a connection that is gone is cancelled."""
SEND_BUFFER_BYTES = 64 * 1024
"""Per connection: a page that is asleep holds this much of old events, and the newest follow when it wakes up."""
HEADER_BYTES = 16 * 1024


@contextlib.asynccontextmanager
async def serve(app: WebApp, listen: Listen, *, tls: Tls | None = None) -> AsyncIterator[Listen]:
    """Serve while the context is open, and give the address that is really listened at.

    Raises ConfigError where it cannot listen there. Leaving the context ends open streams and takes under 2 s.
    """
    if tls is not None:
        check_certificate(tls)
    listener = await _open_listener(listen, is_protected=app.access.is_protected)
    server = _Server(_configure(app, tls))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    serving.add_done_callback(lambda _: server.ready.set())
    live = asyncio.create_task(app.live.run())
    live.add_done_callback(_report_end)
    bound = replace(listen, port=listener.getsockname()[1], has_tls=tls is not None)
    try:
        await server.ready.wait()
        yield bound
    finally:
        live.cancel()
        server.should_exit = True
        await asyncio.wait([serving, live], timeout=GRACE_S)
        server.abort_connections()
        await asyncio.wait([serving, live])
    serving.result()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell it."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the command that runs the service."""
        yield

    def abort_connections(self) -> None:
        """Close what did not end in its time, such as a page that does not read."""
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()


def _configure(app: WebApp, tls: Tls | None) -> uvicorn.Config:
    # What the server logs goes where everything goes, with its format and with secrets masked.
    logging.getLogger("uvicorn.error").parent = _LOG
    config = uvicorn.Config(
        app.asgi,
        loop="none",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=CANCEL_S,
        h11_max_incomplete_event_size=HEADER_BYTES,
        ssl_certfile=None if tls is None else tls.certificate,
        ssl_keyfile=None if tls is None else tls.key,
    )
    config.load()
    if tls is not None and config.ssl is not None:
        keep_renewed(config.ssl, tls)
    return config


async def _open_listener(listen: Listen, *, is_protected: bool) -> socket.socket:
    check_protected(listen, is_protected=is_protected)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise ConfigError(
            f"The address {listen.host} to listen at is not known.", hint="Give an address, such as 127.0.0.1:8400."
        ) from error
    family, _, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    if not is_loopback(str(address[0])):
        check_protected(replace(listen, host=str(address[0])), is_protected=is_protected)
    listener = socket.socket(family, socket.SOCK_STREAM, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise _explain(error, listen) from error
    return listener


def _explain(error: OSError, listen: Listen) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        return ConfigError(
            f"Another program listens at {listen} already.",
            hint="Stop it (perhaps Openvoy runs twice), or give another port with --listen or listen = under [web].",
        )
    if error.errno == errno.EACCES:
        return ConfigError(f"Listening at port {listen.port} is not permitted.", hint="Give a port of 1024 or above.")
    return ConfigError(
        f"Listening at {listen} is not possible: {error.strerror}.",
        hint="Give an address of this machine, such as 127.0.0.1:8400.",
    )


def _report_end(live: asyncio.Task[None]) -> None:
    error = None if live.cancelled() else live.exception()
    if error is not None:
        _LOG.error("live push ended; pages are served by polling until the service is restarted", exc_info=error)

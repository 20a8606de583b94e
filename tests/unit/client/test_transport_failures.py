from __future__ import annotations

from collections.abc import Callable

import pytest

from openvoy.client.address import Origin
from openvoy.client.clock import SystemClock
from openvoy.client.pins import MemoryPinStore
from openvoy.client.transport import AiohttpTransport
from openvoy.errors import BadPayload, GatewayTimeout, GatewayUnreachable, OpenvoyError
from tests.unit.client.servers import (
    Handler,
    Log,
    greeting,
    replying,
    resetting,
    serve,
    silent,
)
from tests.unit.client.transports import INFO, free_port, send, transport_to

BREAKS_OFF = "reply of .* to /info breaks off"
HEAD = b"HTTP/1.1 200 OK\r\n"
FAILURES: dict[str, tuple[Callable[[Log], Handler], type[OpenvoyError], str]] = {
    "silence": (silent, GatewayTimeout, "takes too long to answer /info"),
    "closed": (replying(b""), GatewayUnreachable, "closes the connection instead of answering /info"),
    "reset": (resetting(), GatewayUnreachable, "The connection to .* broke: Connection reset by peer"),
    "half a head": (replying(HEAD + b"Content-Len"), GatewayUnreachable, "closes the connection instead of answering"),
    "short length": (replying(HEAD + b"Content-Length: 10\r\n\r\n[1"), BadPayload, BREAKS_OFF),
    "short chunk": (
        replying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1"), BadPayload, BREAKS_OFF
    ),
    "no last chunk": (
        replying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n"), BadPayload, BREAKS_OFF
    ),
    "reset in the body": (
        resetting(HEAD + b"Content-Length: 10\r\n\r\n[1"), BadPayload, BREAKS_OFF
    ),
    "another protocol": (replying(b"SSH-2.0-OpenSSH_9.2\r\n"), GatewayUnreachable, "does not speak HTTP"),
    "another protocol, unasked": (greeting(b"220 mail.example ESMTP\r\n"), GatewayUnreachable, "does not speak HTTP"),
    "endless header": (replying(HEAD + b"X: " + b"x" * 20000), GatewayUnreachable, "does not speak HTTP"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
async def test_each_failure_has_its_error(name: str) -> None:
    behave, error, message = FAILURES[name]
    async with serve(behave) as log:
        with pytest.raises(error, match=message) as told:
            await send(transport_to(log.port, keep_alive=name != "closed"), INFO, timeout_s=0.5)
    assert told.value.hint
    assert f"127.0.0.1:{log.port}" in told.value.message


async def test_a_closed_port_is_unreachable() -> None:
    for scheme in ("http", "https"):
        with pytest.raises(GatewayUnreachable, match="cannot be reached: Connection refused"):
            await send(transport_to(free_port(), scheme), INFO)


async def test_a_name_without_address_is_unreachable() -> None:
    origin = Origin(scheme="https", host="gateway.invalid", port=443)
    transport = AiohttpTransport(origin, pins=MemoryPinStore(), clock=SystemClock())
    with pytest.raises(GatewayUnreachable, match=r"No address is known for gateway\.invalid\."):
        await send(transport, INFO)


async def test_a_port_without_tls_is_unreachable_by_https() -> None:
    async with serve(greeting(b"220 mail.example ESMTP\r\n")) as log:
        with pytest.raises(GatewayUnreachable, match=r"What answers at .* does not speak TLS"):
            await send(transport_to(log.port, "https"), INFO)


async def test_a_port_that_says_nothing_to_a_handshake_is_unreachable() -> None:
    async with serve(silent) as log:
        with pytest.raises(GatewayUnreachable, match=r"Nothing answers at .* in time"):
            await send(transport_to(log.port, "https", connect_timeout_s=0.2), INFO)

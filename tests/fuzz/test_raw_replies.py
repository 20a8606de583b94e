"""Bytes that are no good HTTP, over a real socket: a reply or an error of ours comes of each, nothing is left open."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from random import Random

import pytest

from openvoy.client.address import Origin
from openvoy.client.clock import SystemClock
from openvoy.client.pins import MemoryPinStore
from openvoy.client.transport import AiohttpTransport
from openvoy.errors import BadPayload, OpenvoyError, Unavailable
from openvoy.protocol.firmware import Capabilities, LoginKind, parse_firmware
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login import Credentials, build_login
from openvoy.protocol.status import check_status
from tests.unit.client.servers import Handler, Log, read_request, serve

REQUESTS = 500
MOST_REQUESTS = 12
"""Of one login, whatever it is answered: the request, its signatures, and two probes with theirs."""
BODY = b'{"wattHoursToday":100,"wattHoursLifetime":5000}'
STATUS_LINES = (
    b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 999 What", b"HTTP/9.9 200 OK",
    b"HTTP/1.1 2x0 OK",
    b"HTTP/1.1 -1 No", b"ICY 200 OK", b"HTTP/1.1 401 Unauthorized", b"HTTP/1.1 503 Busy", b"HTTP/1.1 302 Found",
    b"HTTP/1.1 204 No Content", b"HTTP/1.1 100 Continue", b"", b"\x00\x01\x02", b"HTTP/1.1 200 " + b"x" * 20_000,
    b"SSH-2.0-OpenSSH", b"HTTP/1.1 200 \xd8\xc9\xc6", b"HTTP/1.1 1000000000000 OK",
)  # fmt: skip
HEADERS = (
    b"Content-Length: %d" % len(BODY), b"Content-Length: 5", b"Content-Length: 500", b"Content-Length: -1",
    b"Content-Length: x", b"Content-Length: " + b"9" * 50, b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip",
    b"Transfer-Encoding: chunked, chunked", b"Content-Encoding: gzip", b"Content-Encoding: br",
    b"Content-Encoding: zstd",
    b"Content-Type: text/html; charset=\xff", b"Content-Type: application/json; charset=ISO-8859-4",
    b"Connection: close",
    b"Connection: keep-alive, upgrade", b"Upgrade: h2c", b"Retry-After: tomorrow", b"Retry-After: -5",
    b"Retry-After: " + b"9" * 400, b"Location: http://[::1", b"Location: //\x00",
    b"Set-Cookie: sessionId=abc; path=/; expires=never", b"Set-Cookie: ;;;=;", b"Set-Cookie: a=" + b"b" * 5000,
    b"Set-Cookie: sess\xff=\xfe; Max-Age=x", b"Set-Cookie: sessionId=a\x01b", b'Set-Cookie: s="unended',
    b"WWW-Authenticate: \xd8\xc9\xc6A", b'WWW-Authenticate: Digest realm="enphaseenergy.com", qop="auth", nonce="',
    b'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth-int", algorithm=SHA-512-256',
    b"WWW-Authenticate: Digest",
    b'WWW-Authenticate: Digest realm="a\\"b", nonce="c", algorithm=MD5-sess, qop="auth", stale=TRUE',
    b"WWW-Authenticate:",
    b'WWW-Authenticate: Basic realm="x", Digest nonce=1, realm=2', b": no name", b"no colon", b" folded: line",
    b"X: " + b"y" * 9000, b"X\x00Y: 1", b"Date: \xff",
)  # fmt: skip
BODIES = (
    BODY, b"",
    b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\nhello", b"ffffffffffffffffff\r\n", b"-5\r\nx\r\n", b"5\r\nhe", b"0\r\n\r\n",
    b"5;ext=" + b"x" * 20_000 + b"\r\nhello\r\n0\r\n\r\n", b"3\r\nabcdef\r\n0\r\n\r\n",
    b"0\r\nTrailer: x\r\n\r\n", b"\x1f\x8b\x08\x00",
)  # fmt: skip


def raw_reply(random: Random) -> bytes:
    """Make one reply: often with a good status line, so that what follows is read."""
    status = STATUS_LINES[0] if random.random() < 0.5 else random.choice(STATUS_LINES)
    headers = random.sample(HEADERS, random.randint(0, 4)) * random.choice((1, 1, 1, 1, 40))
    separator = b"\r\n" if random.random() < 0.9 else b"\n"
    reply = separator.join([status, *headers, b"", random.choice(BODIES)])
    if random.random() < 0.2:
        return reply[: random.randint(0, len(reply))]
    if random.random() < 0.2:
        changed = bytearray(reply)
        for _ in range(random.randint(1, 5)):
            changed[random.randrange(len(changed))] = random.randrange(256)
        return bytes(changed)
    return reply


def mad(random: Random, told: list[bytes]) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(Log(), reader)
        told[:] = [raw_reply(random)]
        writer.write(told[0])
        await writer.drain()

    return handle


@pytest.mark.parametrize("keep_alive", [False, True])
@pytest.mark.timeout(60)
async def test_a_mad_server_gives_a_reply_or_an_error_of_ours(*, keep_alive: bool) -> None:
    random, told, outcomes = Random(int(keep_alive)), [b""], Counter[str]()
    async with serve(lambda _log: mad(random, told)) as log:
        origin = Origin(scheme="http", host="127.0.0.1", port=log.port)
        transport = AiohttpTransport(origin, pins=MemoryPinStore(), clock=SystemClock(), keep_alive=keep_alive)
        try:
            for _ in range(REQUESTS):
                outcomes[await outcome_of(transport, told)] += 1
        finally:
            await transport.close()
    assert outcomes["reply"] > REQUESTS // 10
    assert outcomes["error"] > REQUESTS // 10


async def outcome_of(transport: AiohttpTransport, told: list[bytes]) -> str:
    try:
        response = await transport.send(Request(path="/api/v1/production"), timeout_s=0.5)
    except OpenvoyError as error:
        assert error.hint, told  # noqa: PT017 - either outcome is right
        assert isinstance(error, Unavailable | BadPayload), (error, told)  # noqa: PT017 - as above
        return "error"
    except Exception as error:
        raise AssertionError(f"{error!r} for {told[0][:500]!r}") from error
    return follow_up(response, told)


def follow_up(response: Response, told: list[bytes]) -> str:
    """Give the reply to what reads statuses and to every kind of login."""
    try:
        check_status(response, gateway="it", path="/x")
    except OpenvoyError as error:
        assert error.hint, told  # noqa: PT017 - either outcome is right
    for login in LOGINS:
        flow = build_login(login[0], login[1], gateway="it", now=SystemClock().now()).flow(Request(path="/x"))
        next(flow)
        for _ in range(MOST_REQUESTS):
            try:
                flow.send(response)
            except StopIteration:
                break
            except OpenvoyError as error:
                assert error.hint, told  # noqa: PT017 - either outcome is right
                break
            except Exception as error:
                raise AssertionError(f"{error!r} for {told[0][:500]!r}") from error
        else:
            raise AssertionError(f"a login without end for {told[0][:3000]!r}")
    return "reply"


def unsigned_token() -> str:
    """Make what has the form of a token; nobody here verifies it."""
    parts = ({"alg": "ES256"}, {"aud": "122200000001", "exp": 4_000_000_000, "enphaseUser": "owner"})
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*texts, "c2lnbmF0dXJl"])


TOKEN = unsigned_token()


def gateway_of(kind: LoginKind, firmware: str) -> Capabilities:
    return Capabilities(
        serial="122200000001", part_number=None, firmware=parse_firmware(firmware), metered=True, login=kind
    )


LOGINS = (
    (gateway_of(LoginKind.NONE, "3.7"), Credentials(token=None, user=None, password=None)),
    (gateway_of(LoginKind.DIGEST, "5.0.62"), Credentials(token=None, user="envoy", password="000001")),
    (gateway_of(LoginKind.TOKEN, "8.3.5433"), Credentials(token=TOKEN, user=None, password=None)),
)

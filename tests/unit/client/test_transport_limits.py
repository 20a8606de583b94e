from __future__ import annotations

import asyncio

import pytest

from openvoy.errors import BadPayload, GatewayTimeout
from tests.unit.client.servers import (
    Handler,
    Log,
    keeping,
    ok,
    read_request,
    serve,
)
from tests.unit.client.transports import INFO, MIB, send, transport_to


class TestLimits:
    async def test_a_body_at_the_cap_is_read(self) -> None:
        async with serve(keeping(ok(b"x" * MIB))) as log:
            (response,) = await send(transport_to(log.port, max_body_bytes=MIB), INFO)
        assert len(response.body) == MIB

    async def test_an_announced_body_above_the_cap_is_not_received(self) -> None:
        sent = b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n" + b"x" * 1000
        async with serve(keeping(sent)) as log:
            with pytest.raises(BadPayload, match=r"sends more than 1 MiB for /info") as told:
                await send(transport_to(log.port, max_body_bytes=MIB), INFO)
        assert told.value.endpoint == "/info"

    @pytest.mark.parametrize("framing", [b"Transfer-Encoding: chunked", b"X-Framing: none"])
    async def test_an_endless_body_is_cut_off(self, framing: bytes) -> None:
        sent_bytes = [0]

        def behave(log: Log) -> Handler:
            async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await read_request(log, reader)
                writer.write(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n")
                while True:
                    piece = b"x" * 65536
                    writer.write(b"10000\r\n" + piece + b"\r\n" if b"chunked" in framing else piece)
                    sent_bytes[0] += len(piece)
                    await writer.drain()

            return handle

        async with serve(behave) as log:
            with pytest.raises(BadPayload, match="sends more than 1 MiB"):
                await send(transport_to(log.port, max_body_bytes=MIB), INFO)
        assert sent_bytes[0] < 16 * MIB

    async def test_after_a_body_that_was_cut_off_the_next_request_works(self) -> None:
        async with serve(keeping(ok(b"x" * (MIB + 1)))) as log:
            transport = transport_to(log.port, max_body_bytes=MIB)
            for _ in range(2):
                with pytest.raises(BadPayload):
                    await transport.send(INFO, timeout_s=5)
            await transport.close()
        assert log.connections == 2

    async def test_a_slow_drip_ends_at_the_time_out(self) -> None:
        def behave(log: Log) -> Handler:
            async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await read_request(log, reader)
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while True:
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0.02)

            return handle

        async with serve(behave) as log:
            with pytest.raises(GatewayTimeout, match=r"takes too long to answer /info"):
                await send(transport_to(log.port), INFO, timeout_s=0.3)

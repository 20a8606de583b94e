"""Streams through a mirror: one connection to the gateway however many listen, and none once nobody does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from openvoy.protocol.endpoints.livedata import STREAM_METER
from openvoy.protocol.events import EventParser
from openvoy.protocol.http import Request
from openvoy.virtual.mirror import Mirror
from openvoy.virtual.mirror.relay import MOST_PIECES
from openvoy.virtual.source import Reply
from tests.contract.site_support import NOON
from tests.contract.stream_support import Pair

READERS = 5


@dataclass
class Listener:
    """What one reader of a stream was sent."""

    body: bytearray = field(default_factory=bytearray)
    has_ended: bool = False

    @property
    def records(self) -> list[bytes]:
        return [event.data for event in EventParser().feed(bytes(self.body))]


@asynccontextmanager
async def mirror_of(pair: Pair) -> AsyncIterator[Mirror]:
    mirror = Mirror(pair.client, await pair.told(pair.client.connect()), clock=pair.clock)
    yield mirror
    await mirror.close()
    await pair.client.close()
    assert pair.transport.open_streams == 0


async def ask(pair: Pair, mirror: Mirror) -> Reply:
    return await pair.told(mirror.reply(Request(path=STREAM_METER.path)))


@asynccontextmanager
async def listening(reply: Reply) -> AsyncIterator[Listener]:
    listener = Listener()
    assert reply.stream is not None
    pieces = reply.stream()

    async def listen() -> None:
        async for piece in pieces:
            listener.body += piece
        listener.has_ended = True

    task = asyncio.create_task(listen())
    try:
        yield listener
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_many_listen_to_one_stream_of_the_gateway() -> None:
    pair = Pair("metered-split", "8.3", NOON, installer=True)
    async with mirror_of(pair) as mirror, contextlib.AsyncExitStack() as stack:
        replies = [await ask(pair, mirror) for _ in range(READERS)]
        early = [await stack.enter_async_context(listening(reply)) for reply in replies]
        await pair.clock.advance(20)
        async with listening(await ask(pair, mirror)) as late:
            await pair.clock.advance(20)
            assert pair.transport.open_streams == 1
            assert pair.requests(STREAM_METER.path) == 1
            assert len(early[0].records) > 2 * len(late.records) - 5 > 15
            assert all(one.body.endswith(early[0].body[-1000:]) for one in (*early, late))
            for record in (*early[0].records, *late.records):
                assert STREAM_METER.decode(record).defects == ()
        await stack.aclose()
        assert pair.transport.open_streams == 0


async def test_who_does_not_read_is_cut_off_and_the_others_go_on() -> None:
    pair = Pair("metered-split", "8.3", NOON, installer=True)
    async with mirror_of(pair) as mirror:
        await ask(pair, mirror)
        async with listening(await ask(pair, mirror)) as reader:
            await pair.clock.advance(2 * MOST_PIECES)
            assert not reader.has_ended
            before = len(reader.body)
            await pair.clock.advance(30)
            assert len(reader.body) > before


async def test_a_stream_that_nobody_ever_reads_is_closed() -> None:
    pair = Pair("metered-split", "8.3", NOON, installer=True)
    async with mirror_of(pair) as mirror:
        await ask(pair, mirror)
        await pair.clock.advance(3 * MOST_PIECES)
        assert pair.transport.open_streams == 0


async def test_when_the_gateway_ends_it_the_readers_see_the_end() -> None:
    pair = Pair("metered-split", "8.3", NOON, installer=True)
    async with mirror_of(pair) as mirror:
        pair.switch_on("stream-drops")
        async with listening(await ask(pair, mirror)) as reader:
            await pair.clock.advance(120)
            assert reader.records
            assert reader.has_ended
        pair.switch_off()
        async with listening(await ask(pair, mirror)) as reader:
            await pair.clock.advance(20)
            assert reader.records


async def test_a_login_that_may_not_listen_is_refused_as_there() -> None:
    pair = Pair("metered-split", "7.6", NOON, installer=False)
    async with mirror_of(pair) as mirror:
        assert (await ask(pair, mirror)).status == 401

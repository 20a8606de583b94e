"""Prices are fetched over HTTP; what goes wrong is said without the query, which may hold a key."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from openvoy.client import prices
from openvoy.errors import ExportError


@contextlib.asynccontextmanager
async def service(body: bytes, status: int = 200) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, status=status)

    app = web.Application()
    app.router.add_get("/prices", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/prices?key=secret"
    finally:
        await runner.cleanup()


async def test_a_text_is_fetched() -> None:
    async with service("time,price\n1750000000,0.2\n".encode("utf-8-sig")) as url:
        assert await prices.fetch_text(url) == "time,price\n1750000000,0.2\n"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [(b"no", 500, "status 500"), (b"\xff\xfe\xfd", 200, "not send text"), (b"0" * (prices.MAX_BYTES + 1), 200, "more")],
)
async def test_what_goes_wrong_is_said(body: bytes, status: int, words: str) -> None:
    async with service(body, status) as url:
        with pytest.raises(ExportError, match=words) as caught:
            await prices.fetch_text(url)
    assert "secret" not in str(caught.value)
    assert caught.value.hint


async def test_nobody_answers() -> None:
    async with service(b"") as url:
        pass
    with pytest.raises(ExportError, match=r"does not answer: Connection refused\.\n"):
        await prices.fetch_text(url)

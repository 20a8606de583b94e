"""Clients under test, each run as `python -m benches._contestants NAME URL [PATH…]`.

Stdin: first the token, then numbers of cycles to read; each number is answered by the CPU seconds it took.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import urlsplit

from benches._gateway import unverified

Cycle = Callable[[], Awaitable[object]]


@asynccontextmanager
async def openvoy(url: str, token: str, _: Sequence[str]) -> AsyncIterator[Cycle]:
    """Read with our client."""
    from openvoy import Gateway  # noqa: PLC0415 - a contestant loads what it needs and no more

    async with Gateway(url, token=token) as gateway:
        yield gateway.snapshot


@asynccontextmanager
async def bare(url: str, token: str, paths: Sequence[str]) -> AsyncIterator[Cycle]:
    """Read `paths` with nothing but the libraries."""
    import aiohttp  # noqa: PLC0415 - as above
    import msgspec  # noqa: PLC0415 - as above

    from openvoy.protocol.registry import find_endpoint  # noqa: PLC0415 - as above

    plan = []
    for path in paths:
        endpoint = find_endpoint(path)
        assert endpoint is not None
        decode = endpoint.decode if endpoint.parse else msgspec.json.Decoder(endpoint.reply, strict=False).decode
        plan.append((url + path, decode))
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=1, ssl=unverified()), cookie_jar=aiohttp.CookieJar(unsafe=True)
    ) as session:
        async with session.get(f"{url}/auth/check_jwt", headers={"Authorization": f"Bearer {token}"}) as reply:
            reply.raise_for_status()

        async def cycle() -> object:
            values = []
            for address, decode in plan:
                async with session.get(address) as reply:
                    body = await reply.read()
                    if reply.status == 200:
                        values.append(decode(body))
            return values

        yield cycle


@asynccontextmanager
async def pyenphase(url: str, token: str, _: Sequence[str]) -> AsyncIterator[Cycle]:
    """Read with pyenphase, as Home Assistant does."""
    from pyenphase import Envoy  # noqa: PLC0415 - as above

    envoy = Envoy(urlsplit(url).netloc)
    try:
        await envoy.setup()
        await envoy.authenticate(token=token)
        yield envoy.update
    finally:
        await envoy.close()


CONTESTANTS: dict[str, Callable[[str, str, Sequence[str]], AbstractAsyncContextManager[Cycle]]] = {
    "openvoy": openvoy,
    "bare": bare,
    "pyenphase": pyenphase,
}


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def main(name: str, url: str, *paths: str) -> None:
    """Serve requests for cycles until stdin ends."""
    token = sys.stdin.readline().strip()
    async with CONTESTANTS[name](url, token, paths) as cycle:
        while line := await asyncio.to_thread(sys.stdin.readline):
            start_s = _cpu_s()
            for _ in range(int(line)):
                await cycle()
            print(json.dumps(_cpu_s() - start_s), flush=True)


asyncio.run(main(*sys.argv[1:]))

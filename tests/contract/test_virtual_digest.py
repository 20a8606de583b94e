"""Digest clients that others wrote log in to the virtual gateway."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator

import aiohttp
import pytest

from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from tests.unit.virtual.recordings import entry, recording

NATIVE, PAGE = "/ivp/meters/readings", "/production"


@pytest.fixture
async def gateway() -> AsyncIterator[VirtualGateway]:
    source = recording("5.0.62", entry(NATIVE, "[1]"), entry(PAGE, "[2]"), entry("/stream/meter", "[3]"))
    settings = GatewaySettings(installer_password="s3cret")
    async with VirtualGateway(source, clock=VirtualClock(ManualClock()), settings=settings) as gateway:
        yield gateway


async def curl(*arguments: str) -> str:
    process = await asyncio.create_subprocess_exec("curl", "-s", *arguments, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return output.decode()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_curl(gateway: VirtualGateway) -> None:
    show = ("-w", " %{http_code}\n", "--digest")
    envoy = ("-u", f"envoy:{gateway.envoy_password}")
    urls = [f"{gateway.url}{path}" for path in (NATIVE, PAGE, f"{NATIVE}?a=1")]
    assert (await curl(*show, *envoy, *urls)).splitlines() == ["[1] 200", "[2] 200", "[1] 200"]
    assert await curl(*show, "-u", "envoy:000000", urls[0]) == "Error: 401 401\n"
    assert await curl(*show, *envoy, f"{gateway.url}/stream/meter") == "Error: 403 403\n"
    assert await curl(*show, "-u", "installer:s3cret", f"{gateway.url}/stream/meter") == "[3] 200\n"


@pytest.mark.parametrize(("password", "status"), [("123456", 200), ("000000", 401)])
async def test_aiohttp(gateway: VirtualGateway, password: str, status: int) -> None:
    middleware = aiohttp.DigestAuthMiddleware("envoy", password)
    async with aiohttp.ClientSession(middlewares=(middleware,)) as session:
        for path in (NATIVE, PAGE, NATIVE):
            async with session.get(f"{gateway.url}{path}") as reply:
                assert reply.status == status

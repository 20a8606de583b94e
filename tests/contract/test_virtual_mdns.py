"""A gateway on the network of this machine alone, found by a browser of services as programs find the real one.

Another run of these tests may be heard too, so names are not taken for granted.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from zeroconf import AddressResolverIPv4, ServiceStateChange  # type: ignore[attr-defined] # public, but not in its list
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from openvoy.errors import ConfigError
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.mdns import Announcement, Announcer
from tests.support.patience import PATIENCE_S
from tests.unit.virtual.recordings import SERIAL, recording

SERVICE = "_enphase-envoy._tcp.local."
LOOPBACK = "127.0.0.1"


class Listener:
    """Hears what is announced on loopback."""

    def __init__(self, zeroconf: AsyncZeroconf) -> None:
        self.zeroconf = zeroconf.zeroconf
        self.heard: asyncio.Queue[tuple[str, ServiceStateChange]] = asyncio.Queue()
        self.browser = AsyncServiceBrowser(self.zeroconf, SERVICE, handlers=[self.hear])

    def hear(self, *, name: str, state_change: ServiceStateChange, **_: object) -> None:
        self.heard.put_nowait((name, state_change))

    async def until(self, name: str, change: ServiceStateChange) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await self.heard.get() != (name, change):
                pass

    async def describe(self, name: str) -> AsyncServiceInfo:
        info = AsyncServiceInfo(SERVICE, name)
        assert await info.async_request(self.zeroconf, PATIENCE_S * 1000)
        return info

    async def addresses(self, host: str) -> list[str]:
        resolver = AddressResolverIPv4(f"{host}.")
        await resolver.async_request(self.zeroconf, PATIENCE_S * 1000)
        return list(resolver.parsed_addresses())


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    zeroconf = AsyncZeroconf(interfaces=[LOOPBACK])
    listener = Listener(zeroconf)
    yield listener
    await listener.browser.async_cancel()
    await zeroconf.async_close()


@asynccontextmanager
async def announced() -> AsyncIterator[VirtualGateway]:
    settings = GatewaySettings(host="localhost", has_mdns=True)
    async with VirtualGateway(recording("5.0.62"), clock=VirtualClock(ManualClock()), settings=settings) as gateway:
        yield gateway


async def test_a_gateway_is_found_and_says_goodbye(listener: Listener) -> None:
    async with announced() as gateway:
        host = gateway.mdns_name
        assert host is not None
        assert re.fullmatch(r"envoy(-\d+)?\.local", host)
        name = f"{host.removesuffix('.local')}.{SERVICE}"
        await listener.until(name, ServiceStateChange.Added)
        info = await listener.describe(name)
        assert info.properties == {b"serialnum": SERIAL.encode(), b"protovers": b"5.0.62", b"txtvers": b"1"}
        assert (info.server, info.port) == (f"{host}.", urlsplit(gateway.url or "").port)
        assert info.parsed_addresses() == [LOOPBACK]
        assert await listener.addresses(host) == [LOOPBACK]
    await listener.until(name, ServiceStateChange.Removed)


@pytest.mark.timeout(20)  # the waiting times of mDNS twice
async def test_a_second_one_takes_the_next_name(listener: Listener) -> None:
    first = Announcer(Announcement(serial=SERIAL, version="8.2.4345", address=LOOPBACK, port=443))
    second = Announcer(Announcement(serial="122200000002", version="7.6.175", address=LOOPBACK, port=444))
    try:
        taken, host = await first.start(), await second.start()
        assert host != taken
        assert _number(host) > 1 or _number(taken) > 1
        info = await listener.describe(f"{host.removesuffix('.local')}.{SERVICE}")
        assert (info.server, info.port, info.properties[b"serialnum"]) == (f"{host}.", 444, b"122200000002")
        assert (await listener.describe(f"{taken.removesuffix('.local')}.{SERVICE}")).port == 443
    finally:
        await second.stop()
        await first.stop()


@pytest.mark.parametrize("address", ["192.0.2.99", "no address"])
async def test_where_it_cannot_be_announced_the_user_is_told(address: str) -> None:
    with pytest.raises(ConfigError, match="mDNS") as caught:
        await Announcer(Announcement(serial=SERIAL, version="8", address=address, port=1)).start()
    assert "--mdns" in caught.value.hint


async def test_nothing_is_announced_unless_it_is_wanted(listener: Listener) -> None:
    async with VirtualGateway(recording("5.0.62"), clock=VirtualClock(ManualClock())) as gateway:
        assert gateway.mdns_name is None
        await asyncio.sleep(0.5)
        names = {listener.heard.get_nowait()[0] for _ in range(listener.heard.qsize())}
        ports = [(await listener.describe(name)).port for name in names]
        assert urlsplit(gateway.url or "").port not in ports


def _number(host: str) -> int:
    """Which of several gateways a name is for: envoy.local is the first."""
    found = re.fullmatch(r"envoy(?:-(\d+))?\.local", host)
    assert found is not None
    return int(found[1]) if found[1] else 1

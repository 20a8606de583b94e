"""Delays as they were measured on two real systems, on the wire of a simulated one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.har import read_har
from openvoy.virtual.latency import LatencyProfile, latency_s
from openvoy.virtual.routes import handler_of
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.source import Reply
from tests.contract.site_support import NOON, site_named
from tests.support.lived import lived_site
from tests.unit.virtual.recordings import identity_of
from tests.unit.virtual.wire import WireReply, ask, bearer

MEASURED: dict[str, tuple[float, float]] = {
    "/home": (6.4, 9.3),
    "/production": (3.0, 11.1),
    "/inventory": (2.1, 5.8),
    "/production.json?details=1": (1.8, 5.4),
}
"""Scripted handlers, seconds on system 1 and 2."""
NATIVE = ("/ivp/meters/readings", "/ivp/pdm/device_data", "/api/v1/production", "/admin/lib/tariff", "/info")
NATIVE_S: dict[LatencyProfile, tuple[float, float]] = {"8.3": (0.02, 0.08), "slow-link": (0.25, 0.37)}


@asynccontextmanager
async def slow(
    profile: LatencyProfile, firmware: str = "8.3.5169"
) -> AsyncIterator[tuple[VirtualGateway, ManualClock]]:
    time = ManualClock(NOON)
    clock = VirtualClock(time)
    source = SiteSource(lived_site(site_named("standard"), NOON), clock, parse_version(firmware))
    async with VirtualGateway(source, clock=clock, settings=GatewaySettings(latency=profile)) as gateway:
        yield gateway, time


def asking(gateway: VirtualGateway, path: str) -> asyncio.Task[WireReply]:
    return asyncio.create_task(ask(gateway.url, path, headers=bearer(gateway.owner_token)))


async def took_s(gateway: VirtualGateway, time: ManualClock, path: str) -> float:
    """Let time go by in hundredths of a second until the reply is there."""
    reply, passed = asking(gateway, path), 0
    await time.until_sleeping()
    while time.sleeping:
        await time.advance(0.01)
        passed += 1
    assert (await reply).status == 200
    return passed / 100


@pytest.mark.parametrize("path", MEASURED)
async def test_scripted_pages_take_what_was_measured(path: str) -> None:
    profiles: tuple[LatencyProfile, LatencyProfile] = ("8.3", "slow-link")
    for profile, expected_s in zip(profiles, MEASURED[path], strict=True):
        async with slow(profile) as (gateway, time):
            assert await took_s(gateway, time, path) == pytest.approx(expected_s, abs=0.011)


@pytest.mark.parametrize("firmware", ["8.3.5169", "7.6.175"])
@pytest.mark.parametrize("profile", NATIVE_S)
async def test_native_replies_take_what_was_measured(profile: LatencyProfile, firmware: str) -> None:
    low_s, high_s = NATIVE_S[profile]
    async with slow(profile, firmware) as (gateway, time):
        for path in NATIVE:
            if path != "/ivp/pdm/device_data" or firmware != "7.6.175":
                assert low_s <= await took_s(gateway, time, path) <= high_s, path


async def test_scripted_pages_go_one_at_a_time_and_native_replies_past_them() -> None:
    async with slow("8.3") as (gateway, time):
        home = asking(gateway, "/home")
        await time.until_sleeping()
        production = asking(gateway, "/production.json?details=1")
        meters = asking(gateway, "/ivp/meters/readings")
        await time.until_sleeping(2)
        await time.advance(0.1)
        assert (await meters).status == 200
        await time.advance(6.25)
        assert not home.done()
        await time.advance(0.1)
        assert (await home).status == 200
        await time.until_sleeping()
        await time.advance(1.7)
        assert not production.done()
        await time.advance(0.15)
        assert (await production).status == 200


def test_the_second_system_is_the_one_that_was_recorded(recordings_folder: Path) -> None:
    """The slow link's figures against the durations in its recording."""
    identity = identity_of("8.3.5169")
    for exchange in read_har(recordings_folder / "8.3.5169_with_generator.har"):
        expected_s = latency_s("slow-link", exchange.path, Reply(handler=handler_of(exchange.path, identity)))
        assert expected_s == pytest.approx(exchange.duration_s, rel=0.25, abs=0.06), exchange.path

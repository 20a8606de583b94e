"""Finding a virtual gateway on loopback, as a user does. Another run of these tests may be heard too."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from openvoy.client import SystemClock
from openvoy.client.discovery import merge
from openvoy.client.discovery.browse import browse
from openvoy.errors import ConfigError
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.mdns import Announcement, Announcer
from tests.contract.client_support import openvoy
from tests.unit.virtual.recordings import SERIAL, recording

LOOPBACK = "127.0.0.1"
SECONDS = 2.0


@pytest.mark.timeout(20)  # the waiting times of mDNS
async def test_a_gateway_is_found_by_library_and_command(tmp_path: Path) -> None:
    settings = GatewaySettings(host="localhost", has_mdns=True)
    source = recording("8.2.4345")
    async with VirtualGateway(source, clock=VirtualClock(ManualClock()), settings=settings) as gateway:
        port = urlsplit(gateway.url or "").port
        heard, done = await asyncio.gather(
            browse(SECONDS, clock=SystemClock(), interfaces=[LOOPBACK]),
            openvoy("discover", "--seconds", "2", "--interface", LOOPBACK, "--json", data=tmp_path),
        )
        hosts = {one.host: one for one in merge(heard)}
        assert SERIAL in {one.serial for one in heard}
        assert f"{LOOPBACK}:{port}" in hosts or any(f":{port}" in str(one.port) for one in heard)
        assert done.code == 0, done.err
        assert SERIAL in {one["serial"] for one in json.loads(done.out)}


@pytest.mark.timeout(20)  # the waiting times of mDNS twice
async def test_two_announcements_of_one_gateway_are_one() -> None:
    serial = "122200777777"
    cards = [
        Announcer(Announcement(serial=serial, version="8.2.4345", address=LOOPBACK, port=port)) for port in (443, 443)
    ]
    try:
        for card in cards:
            await card.start()
        heard = await browse(SECONDS, clock=SystemClock(), interfaces=[LOOPBACK])
        assert sum(one.serial == serial for one in heard) == 2
        (found,) = (one for one in merge(heard) if one.serial == serial)
        assert (found.host, found.firmware, len(found.names)) == (LOOPBACK, "8.2.4345", 2)
    finally:
        for card in reversed(cards):
            await card.stop()


async def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(ConfigError, match="cannot listen for mDNS") as caught:
        await browse(1, clock=ManualClock(), interfaces=["192.0.2.99"])
    assert "router" in caught.value.hint


async def test_nothing_found_and_wrong_words_are_told(tmp_path: Path) -> None:
    none, wrong, other = await asyncio.gather(
        openvoy("discover", "--seconds", "0.2", "--interface", LOOPBACK, "--json", data=tmp_path),
        openvoy("discover", "--seconds", "-1", data=tmp_path),
        openvoy("discover", "--interface", "no address", data=tmp_path),
    )
    assert (wrong.code, other.code) == (2, 2)
    assert "--seconds -1" in wrong.err
    assert "no address of this machine" in other.err
    found = json.loads(none.out)
    assert none.code == (0 if found else 3)
    assert ("router" in none.err) is not bool(found)

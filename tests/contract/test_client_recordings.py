"""Every recording, read through real sockets, login and TLS, says the same as read directly."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from openvoy import Gateway
from openvoy.testing.captures import Capture, read_capture
from openvoy.testing.clock import ManualClock
from tests.contract.client_support import BATTERY, DIGEST, TOKEN, client_of, requests_of, virtual_gateway

NOW = datetime(2026, 8, 2, 12, tzinfo=UTC)


async def test_a_recording_reads_the_same_over_the_network(recordings_folder: Path, capture: Capture) -> None:
    _, _, expected = read_capture(capture, NOW)
    async with virtual_gateway(recordings_folder, capture.name) as served:
        assert served.url is not None
        place = served.url.partition("://")[2]
        clock = ManualClock(served.clock.now())
        async with Gateway(place, token=served.owner_token, clock=clock) as gateway:
            snapshot = await gateway.snapshot()
            clock.jump_to(NOW)
            again = await gateway.snapshot()
    assert again == expected
    assert snapshot.power == again.power


async def test_a_cycle_asks_each_endpoint_once_and_logs_in_once(recordings_folder: Path) -> None:
    async with virtual_gateway(recordings_folder, BATTERY) as served:
        async with client_of(served) as gateway:
            await gateway.snapshot()
            first = requests_of(served)
            await gateway.snapshot()
        second = requests_of(served)
    assert set(first.values()) == {1}
    assert second["/auth/check_jwt"] == second["/info"] == 1
    # What the gateway does not have is not asked again.
    assert all(second[path] in (1, 2) for path in second)
    assert second["/ivp/meters/readings"] == 2


async def test_digest_costs_one_extra_request_for_each_refusing_path(recordings_folder: Path) -> None:
    async with virtual_gateway(recordings_folder, DIGEST) as served, client_of(served) as gateway:
        for _ in range(3):
            await gateway.fetch_raw("/ivp/meters/readings")
        asked = requests_of(served)
    assert asked["/ivp/meters/readings"] == 4


@pytest.mark.parametrize("has_scheme", [True, False])
async def test_the_redirect_port_leads_to_https(recordings_folder: Path, has_scheme: bool) -> None:
    async with virtual_gateway(recordings_folder, TOKEN, http_port=0) as served:
        assert served.http_url is not None
        place = served.http_url if has_scheme else served.http_url.partition("://")[2]
        async with Gateway(place, token=served.owner_token) as gateway:
            snapshot = await gateway.snapshot()
    assert snapshot.power.solar_w is not None

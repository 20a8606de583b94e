"""A client that others wrote sets up, logs in and reads every recording served by the virtual gateway."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pyenphase import Envoy, EnvoyData
from pyenphase.exceptions import EnvoyAuthenticationError

from openvoy.protocol.firmware import LoginKind
from openvoy.testing.captures import Capture
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.recording import open_recording

BY_HAND = {
    "3.17.3": (5463, None),
    "3.9.36": (1271, None),
    "4.10.35": (166, 806),
    "5.0.62": (7907, None),
    "7.3.130": (178, 1393),
    "7.6.114_without_cts": (586, None),
    "7.6.175_standard": (5740, None),
    "7.6.175_with_cts_3phase": (-6, 209),
    "7.6.185_with_cts_and_battery_3t": (-1, 524),
    "8.2.127_with_generator_running": (2430, 2670),
    "8.2.4345_with_device_data": (735, 1014),
    "8.2.4382_ACB": (311, 330),
    "8.3.5169_with_generator": (2885, 3050),
    "8.3.5433_tot_is_net_cons": (357, 785),
}
"""Watts produced and consumed, read in the recordings: eim row or /api/v1/production, and the total-consumption row."""


@pytest.fixture
async def gateway(
    capture: Capture, recordings_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[VirtualGateway]:
    # The client compares a token with the real time.
    clock = VirtualClock(ManualClock(datetime.now(UTC)))
    folder = tmp_path_factory.getbasetemp() / "keys"
    source = open_recording(recordings_folder / f"{capture.name}.har")
    async with VirtualGateway(source, clock=clock, settings=GatewaySettings(folder=folder)) as gateway:
        yield gateway


@pytest.fixture
async def envoy(gateway: VirtualGateway) -> AsyncIterator[Envoy]:
    envoy = Envoy(urlsplit(gateway.url or "").netloc)
    envoy.set_retry_policy(wait_multiplier=0.01)
    yield envoy
    await envoy.close()


async def read(envoy: Envoy, gateway: VirtualGateway) -> EnvoyData:
    await envoy.setup()
    await envoy.authenticate(username="envoy", password=gateway.envoy_password, token=gateway.owner_token)
    return await envoy.update()


async def test_it_reads_what_was_recorded(envoy: Envoy, gateway: VirtualGateway, capture: Capture) -> None:
    data = await read(envoy, gateway)
    assert (envoy.serial_number, str(envoy.firmware)) == (gateway.serial, str(gateway.identity.firmware))
    assert len(data.raw) >= 2
    for path, value in data.raw.items():
        assert value == json.loads(capture.response(path).body), path
    watts, consumed_w = BY_HAND[capture.name]
    assert data.system_production is not None
    assert data.system_production.watts_now == watts
    assert (data.system_consumption and data.system_consumption.watts_now) == consumed_w
    assert {serial: inverter.last_report_watts for serial, inverter in data.inverters.items()} == panels(data.raw)


def panels(raw: Mapping[str, Any]) -> dict[str, int]:
    """Watts by serial number, straight from the recorded reply."""
    if "/ivp/pdm/device_data" not in raw:
        return {row["serialNumber"]: row["lastReportWatts"] for row in raw["/api/v1/production/inverters"]}
    devices = [device for device in raw["/ivp/pdm/device_data"].values() if isinstance(device, dict)]
    return {
        device["sn"]: round(channel["watts"]["now"])
        for device in devices
        if device["devName"] == "pcu" and device["active"]
        for channel in device["channels"]
    }


async def test_a_wrong_login_opens_no_more_than_none(envoy: Envoy, gateway: VirtualGateway) -> None:
    await envoy.setup()
    if gateway.identity.login is LoginKind.TOKEN:
        forged = "x".join([gateway.issue_token("owner", lifetime_s=60)[:-8], "aaaaaaa"])
        with pytest.raises(EnvoyAuthenticationError):
            await envoy.authenticate(token=forged)
    elif gateway.identity.login is LoginKind.DIGEST:
        await envoy.authenticate(username="envoy", password="000000")
        data = await envoy.update()
        assert "/api/v1/production" in data.raw or "/production.json?details=1" in data.raw
        assert "/api/v1/production/inverters" not in data.raw

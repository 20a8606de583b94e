"""A simulated gateway, a mirror of it, and what both are asked, behind real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import aiohttp
from pyenphase import Envoy, EnvoyData

from openvoy import Gateway
from openvoy.client import SystemClock
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.mirror import Mirror
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import read_site
from tests.support.keys import keys_folder
from tests.support.lived import lived_site

LIFETIME_S = 30 * 365 * 86400
"""Clients compare a token with the real time, gateways with their own."""
DAYLIGHT = datetime(2025, 6, 21, 20, 33, 20, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A gateway whose time stands still, and its mirror, whose time a test moves."""

    upstream: VirtualGateway
    mirror: VirtualGateway
    source: Mirror
    client: Gateway
    """What the mirror asks the gateway with, as the service would beside it."""
    clock: VirtualClock

    @property
    def requests(self) -> dict[str, int]:
        """How often the gateway itself was asked, by path."""
        rows = self.upstream.stats.report()["endpoints"]
        assert isinstance(rows, dict)
        return {path: row.requests for path, row in rows.items()}


@asynccontextmanager
async def mirrored(
    site: str = "metered-split",
    firmware: str = "8.3",
    *faults: str,
    allows_writes: bool = False,
    http_port: int | None = None,
) -> AsyncIterator[Pair]:
    definition = read_site(site).commissioned_on(date(2025, 6, 10))
    steady = lived_site(replace(definition, grid=type(definition.grid)()), DAYLIGHT)
    clock = VirtualClock(ManualClock(DAYLIGHT))
    source = SiteSource(steady, clock, parse_version(firmware))
    real = VirtualClock(SystemClock())
    async with VirtualGateway(
        source, clock=clock, settings=GatewaySettings(faults=faults, folder=keys_folder())
    ) as upstream:
        token = upstream.owner_token and upstream.issue_token("installer", lifetime_s=LIFETIME_S)
        assert upstream.url is not None
        async with Gateway(
            upstream.url,
            token=token,
            user="installer" if upstream.installer_password else None,
            password=upstream.installer_password,
        ) as client:
            mirror = Mirror(client, client.capabilities, clock=real, allows_writes=allows_writes)
            settings = GatewaySettings(
                installer_password=upstream.installer_password, known_token=token, http_port=http_port
            )
            async with VirtualGateway(mirror, clock=real, settings=settings) as served:
                yield Pair(upstream=upstream, mirror=served, source=mirror, client=client, clock=real)
            await mirror.close()


async def read_pyenphase(gateway: VirtualGateway, token: str | None) -> EnvoyData:
    """Set up, authenticate, probe and update as a user of that library does."""
    envoy = Envoy(urlsplit(gateway.url or "").netloc, v2_acb_mode=False)
    envoy.set_retry_policy(wait_multiplier=0.01)
    try:
        await envoy.setup()
        await envoy.authenticate(token=token)
        await envoy.probe()
        return await envoy.update()
    finally:
        await envoy.close()


@dataclass(frozen=True)
class Said:
    status: int
    headers: dict[str, str]
    body: bytes


async def ask(
    gateway: VirtualGateway, path: str, *, method: str = "GET", token: str | None = None, body: bytes = b""
) -> Said:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, f"{gateway.url}{path}", headers=headers, ssl=False, data=body or None, allow_redirects=False
        ) as reply,
    ):
        return Said(reply.status, dict(reply.headers), await reply.read())

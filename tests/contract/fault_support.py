"""A gateway whose faults are switched while its time stands still, asked by a socket and by the client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openvoy import Gateway
from openvoy.model import Snapshot
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.faults import parse_fault
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import SiteDefinition
from openvoy.virtual.source import Source
from tests.contract.site_support import MORNING_IN_AMERICA, NOON, site_named
from tests.support.keys import keys_folder
from tests.support.lived import lived_site
from tests.support.patience import PATIENCE_S
from tests.unit.virtual.wire import Wire, WireReply, bearer


@dataclass(frozen=True, slots=True)
class Stand:
    """One gateway under test."""

    gateway: VirtualGateway
    time: ManualClock

    def switch_on(self, *faults: str) -> None:
        for text in faults:
            self.gateway.faults.switch_on(*parse_fault(text))

    async def send(
        self, path: str, *, method: str = "GET", body: object = None, headers: Mapping[str, str] | None = None
    ) -> WireReply:
        """Send one request over a connection of its own, as the owner unless `headers` say otherwise."""
        async with Wire(self.gateway.url) as wire:
            return await wire.ask(
                path,
                method=method,
                headers=bearer(self.gateway.owner_token) if headers is None else headers,
                body=b"" if body is None else json.dumps(body).encode(),
            )

    async def ask(self, path: str) -> Any:
        """Ask for JSON that must be there."""
        reply = await self.send(path)
        assert reply.status == 200, (path, reply.status)
        return json.loads(reply.body)

    def client(self) -> Gateway:
        assert self.gateway.url is not None
        return Gateway(
            self.gateway.url,
            token=self.gateway.owner_token,
            user=None if self.gateway.installer_password is None else "installer",
            password=self.gateway.installer_password,
            clock=self.time,
        )

    async def snapshot(self) -> Snapshot:
        async with self.client() as client:
            return await client.snapshot()


@asynccontextmanager
async def standing(
    of: str | SiteDefinition | Source = "metered-split",
    firmware: str = "8.3",
    *faults: str,
    at: datetime | None = None,
) -> AsyncIterator[Stand]:
    """Serve a simulated site, by day unless `at` says otherwise, or any other source."""
    definition = site_named(of) if isinstance(of, str) else of
    is_american = isinstance(definition, SiteDefinition) and definition.location.time_zone.startswith("America")
    time = ManualClock(at or (MORNING_IN_AMERICA if is_american else NOON))
    clock = VirtualClock(time)
    if isinstance(definition, SiteDefinition):
        of = SiteSource(lived_site(definition, clock.now()), clock, parse_version(firmware))
    assert not isinstance(of, str | SiteDefinition)
    settings = GatewaySettings(faults=faults, folder=keys_folder())
    async with VirtualGateway(of, clock=clock, settings=settings) as gateway:
        yield Stand(gateway, time)


def page_row(page: Any, kind: str) -> Any:
    """Find a row of the production page: `inverters`, or what a meter measures."""
    rows = [*page["production"], *page.get("consumption", [])]
    return next(row for row in rows if kind in {row["type"], row.get("measurementType")})


def flows_of(snapshot: Snapshot) -> tuple[object, object]:
    """Give what must not change under a fault that can be told: power and energy of the site."""
    return snapshot.power, snapshot.energy


async def raw_reply(stand: Stand, path: str) -> tuple[bytes, bool]:
    """Everything that comes until the connection ends, and whether it was reset."""
    async with Wire(stand.gateway.url) as wire:
        token = bearer(stand.gateway.owner_token)["Authorization"]
        wire.writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: {token}\r\n\r\n".encode())
        received = b""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    piece = await wire.reader.read(65_536)
                except ConnectionResetError:
                    return received, True
                if not piece:
                    return received, False
                received += piece

"""A gateway of the full site that is told things by the client; time passes where the client waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from openvoy import Gateway
from openvoy.client.address import Origin
from openvoy.client.control import ControlSettings, MemoryAudit
from openvoy.client.gateway import build_transport
from openvoy.client.pins import MemoryPinStore
from openvoy.client.transport import AiohttpTransport
from openvoy.model.control import AuditEntry, Setting
from openvoy.protocol.http import Request, Response
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.faults import parse_fault
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.site import SiteDefinition
from tests.contract.catalogue import Desk
from tests.unit.virtual.wire import Wire, bearer

LIFETIME_S = 30 * 365 * 86400


class PassingClock:
    """A clock of which waiting makes time pass, for gateway and client alike; implements `ports.Clock`."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        self._clock.advance(seconds)
        # The gateway's own tasks, such as a cloud that overwrites, get their turn.
        for _ in range(20):
            await asyncio.sleep(0)


class Listening:
    """Carries requests and keeps what changes something; implements `ports.Transport`."""

    def __init__(self, inner: AiohttpTransport, writes: list[Request]) -> None:
        self._inner = inner
        self._writes = writes

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        if not request.is_reading:
            self._writes.append(request)
        return await self._inner.send(request, timeout_s=timeout_s)

    async def close(self) -> None:
        await self._inner.close()


@dataclass(frozen=True, slots=True)
class Bench:
    """A gateway, what is really so on it, and a client that may change it."""

    desk: Desk
    virtual: VirtualGateway
    gateway: Gateway
    audit: MemoryAudit
    writes: list[Request]
    """Requests that are no reading, as they went over the wire."""

    async def tell(self, name: str, **arguments: Setting) -> AuditEntry:
        """Tell it something; an underscore in a name stands for a dash."""
        return await self.gateway.control.apply(name, dashed(arguments))

    def switch_on(self, *faults: str) -> None:
        for text in faults:
            self.virtual.faults.switch_on(*parse_fault(text))

    async def last_change(self) -> Any:
        """What was really set last, by the gateway's own page for tests."""
        async with Wire(self.virtual.url) as wire:
            reply = await wire.ask("/__virtual/truth", headers=bearer(self.virtual.admin_token))
        return json.loads(reply.body)["changes"][-1]


def dashed(arguments: Mapping[str, Setting]) -> dict[str, Setting]:
    return {name.rstrip("_").replace("_", "-"): value for name, value in arguments.items()}


@asynccontextmanager
async def bench(
    firmware: str,
    keys: Path,
    *faults: str,
    site: SiteDefinition | None = None,
    role: str = "installer",
    enabled: bool = True,
) -> AsyncIterator[Bench]:
    """Serve a site, by default one with everything, and connect a client with the login of a role."""
    desk, audit, writes = Desk(firmware, site), MemoryAudit(), list[Request]()
    clock = PassingClock(desk.clock)

    def open_transport(origin: Origin) -> Listening:
        return Listening(build_transport(origin, pins=MemoryPinStore(), clock=clock), writes)

    settings = GatewaySettings(folder=keys, faults=faults)
    async with VirtualGateway(desk.source, clock=desk.clock, settings=settings) as virtual:
        assert virtual.url is not None
        has_token = virtual.owner_token is not None
        client = Gateway(
            virtual.url,
            token=virtual.issue_token(role, lifetime_s=LIFETIME_S) if has_token else None,
            user=None if has_token else {"owner": "envoy"}.get(role, role),
            password=virtual.installer_password if role == "installer" and not has_token else None,
            clock=clock,
            open_transport=open_transport,
            control=ControlSettings(enabled=enabled, audit=audit),
        )
        async with client as gateway:
            yield Bench(desk, virtual, gateway, audit, writes)

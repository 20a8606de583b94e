"""A virtual gateway with its virtual cloud, both on a clock that tests move, and the client's side of both."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from openvoy import Gateway
from openvoy.client.cloud import CloudClient, CloudTokens, MemoryAttempts, MemoryTokenStore
from openvoy.client.cloud.attempts import Attempts
from openvoy.client.cloud.store import TokenStore
from openvoy.ports.tokens import TokenSource
from openvoy.protocol.cloud import Account, CloudService
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from tests.support.keys import keys_folder
from tests.unit.virtual.recordings import entry, recording
from tests.unit.virtual.wire import ask, bearer

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Town:
    """Gateway, cloud and clock."""

    gateway: VirtualGateway
    clock: ManualClock

    @property
    def service(self) -> CloudService:
        url = str(self.gateway.cloud_url)
        return CloudService(base_url=url, tokens_url=url)

    @property
    def client(self) -> CloudClient:
        return CloudClient(self.service, clock=self.clock)

    @property
    def password(self) -> str:
        return str(self.gateway.describe()["cloud_password"])

    def account(self, name: str = "owner") -> Account:
        return Account(user=f"{name}@example.com", password=self.password)

    def tokens(
        self, name: str = "owner", *, store: TokenStore | None = None, attempts: Attempts | None = None, **more: Any
    ) -> CloudTokens:
        return CloudTokens(
            self.client,
            more.pop("read_account", lambda: self.account(name)),
            store=MemoryTokenStore() if store is None else store,
            attempts=MemoryAttempts() if attempts is None else attempts,
            clock=self.clock,
            **more,
        )

    def open(self, tokens: TokenSource) -> Gateway:
        assert self.gateway.url is not None
        return Gateway(self.gateway.url, tokens=tokens, clock=self.clock)

    async def switch_on(self, fault: str, **options: object) -> None:
        body = json.dumps({"name": fault, **options}).encode()
        await ask(self.gateway.url, "/__virtual/faults", method="POST", headers=self._admin, body=body)

    async def switch_off(self, fault: str) -> None:
        await ask(self.gateway.url, f"/__virtual/faults?name={fault}", method="DELETE", headers=self._admin)

    @property
    def _admin(self) -> dict[str, str]:
        return bearer(self.gateway.admin_token)

    @property
    def is_secure(self) -> bool:
        return urlsplit(self.gateway.cloud_url or "").scheme == "https"


@asynccontextmanager
async def town(*faults: str, firmware: str = "8.2.4345", **settings: Any) -> AsyncIterator[Town]:
    """Serve both."""
    clock = ManualClock(START)
    source = recording(firmware, entry("/ivp/meters", "[]"))
    options = GatewaySettings(**{"cloud_port": 0, "faults": faults, "folder": keys_folder(), **settings})
    async with VirtualGateway(source, clock=VirtualClock(clock), settings=options) as gateway:
        yield Town(gateway=gateway, clock=clock)

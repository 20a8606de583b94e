"""A service that is renewed while it runs: what a change does not concern goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from openvoy.cli.config.exporters import exporter_kinds
from openvoy.cli.house import House
from openvoy.cli.tariff import parse_tariff
from openvoy.cli.wiring import Service
from openvoy.collector import Source
from openvoy.protocol.firmware import Capabilities
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from openvoy.web.backend import SiteInfo
from tests.contract.web_service import LOOPBACK
from tests.unit.collector.house import HouseReader

ZONE = ZoneInfo("Europe/Paris")
PRICES = 'currency = "EUR"\n[import]\nprice_per_kwh = 0.25\n'


class Counted(HouseReader):
    """Counts how often it was connected to."""

    connections = 0

    async def connect(self) -> Capabilities:
        self.connections += 1
        return await super().connect()


def source(clock: ManualClock, name: str = "home") -> Source:
    return Source(name=name, host=name, reader=Counted(clock), time_zone=ZONE)


def connections(one: Source) -> int:
    """Count how often the gateway was connected to, 0 where it is left."""
    assert isinstance(one.reader, Counted)
    return one.reader.connections if one.reader.is_open else 0


@dataclass(frozen=True, kw_only=True)
class Lived:
    """A house that has its first values, a page that follows it, and what it was made of."""

    house: House
    clock: ManualClock
    service: Service
    url: str
    stream: aiohttp.ClientResponse
    asking: aiohttp.ClientSession

    async def renew(self, **changed: Any) -> Service:
        service = replace(self.service, **changed)
        bound = await self.house.renew(service)
        assert bound.url == self.url
        return service

    async def ask(self, path: str) -> Any:
        return await ask(self.asking, self.url, path)


async def ask(asking: aiohttp.ClientSession, url: str, path: str) -> Any:
    async with asking.get(f"{url}/api/v1/{path}") as reply:
        assert reply.status == 200, await reply.text()
        return await reply.json()


@asynccontextmanager
async def lived(folder: Path, names: Sequence[str] = ("home",)) -> AsyncIterator[Lived]:
    clock, store = ManualClock(), await HistoryStore.open(folder / "history")
    service = Service(
        sources=[source(clock, name) for name in names],
        site=SiteInfo(name="Maison", time_zone="Europe/Paris"),
        listen=LOOPBACK,
        folder=folder,
    )
    try:
        async with House(store, clock) as house, aiohttp.ClientSession() as asking:
            bound = await house.renew(service)
            while {one["state"] for one in await ask(asking, bound.url, "gateways")} != {"ok"}:
                await clock.advance(1)
            async with asking.get(f"{bound.url}/api/v1/live") as stream:
                await stream.content.readuntil(b"data: ")
                yield Lived(house=house, clock=clock, service=service, url=bound.url, stream=stream, asking=asking)
    finally:
        await store.close()


async def test_prices_place_and_leave_to_change_things_do_not_touch_gateway_or_page(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        tariff = parse_tariff(PRICES, file=tmp_path / "tariff.toml", zone=ZONE)
        elsewhere = SiteInfo(name="Casa", time_zone="UTC")
        changes: tuple[dict[str, Any], ...] = ({"tariff": tariff}, {"is_control_enabled": True}, {"site": elsewhere})
        for changed in changes:
            await home.renew(**changed)
            assert [connections(one) for one in home.service.sources] == [1]
            assert not home.stream.content.at_eof()
            assert (await home.ask("gateways"))[0]["state"] == "ok"
            assert (await home.ask("site"))["name"] == ("Casa" if "site" in changed else "Maison")


async def test_a_receiver_that_is_set_up_disturbs_no_other(tmp_path: Path) -> None:
    kind = exporter_kinds()["files"]
    first, second = (kind.settings(folder=tmp_path / name) for name in ("one", "two"))
    async with lived(tmp_path) as home:
        await home.renew(exporters=[(kind, first)])
        (before,) = home.house._exporting._jobs
        await home.renew(exporters=[(kind, second), (kind, first)])
        assert home.house._exporting._jobs[1] is before
        assert [one["name"] for one in await home.ask("exporters")] == ["files 1", "files 2"]
        await home.renew(exporters=[(kind, second)])
        assert before.task is not None
        assert before.task.cancelled()
        assert [connections(one) for one in home.service.sources] == [1]


@pytest.mark.parametrize("stays", [True, False], ids=["another login", "removed"])
async def test_of_two_gateways_only_the_one_that_was_changed_begins_anew(tmp_path: Path, stays: bool) -> None:
    async with lived(tmp_path, ("home", "barn")) as home:
        kept, gone = home.service.sources
        again = [source(home.clock, "barn")] if stays else []
        changing = asyncio.create_task(home.renew(sources=[kept, *again]))
        while not changing.done():
            await home.ask("site")  # Nobody is turned away meanwhile.
        await changing
        async with asyncio.timeout(10):
            # Who answered there before is read out of history first.
            while not all(connections(one) for one in again):
                await home.clock.advance(1)
                await home.ask("site")
        assert [connections(one) for one in (kept, gone, *again)] == [1, 0, *(1 for _ in again)]
        assert [one["name"] for one in await home.ask("gateways")] == ["home", *(one.name for one in again)]
        assert await asyncio.wait_for(home.stream.content.read(), 5), "pages are told by a new stream"

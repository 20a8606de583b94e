"""What the dashboard tells a gateway: over HTTP, desk, client and virtual gateway."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from openvoy.collector import Collector, ControlDesk, Source
from openvoy.model.control import Outcome
from openvoy.protocol.endpoints.tariff import TARIFF
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from openvoy.web.app import CSRF_COOKIE
from tests.contract.control_support import Bench, bench
from tests.contract.web_service import Setup, WebService, web_service
from tests.unit.web.examples import a_status

FIRMWARE = "8.3.5169"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys-of-desk")


@dataclass(frozen=True, kw_only=True)
class House:
    """A dashboard before a simulated house."""

    told: Bench
    web: WebService
    store: HistoryStore

    async def send(self, path: str, status: int = 200, **body: Any) -> Any:
        """Send as a page does."""
        await self.web.browser.get("/")
        token = {cookie.key: cookie.value for cookie in self.web.browser.cookie_jar}[CSRF_COOKIE]
        headers = {"X-CSRFToken": token}
        async with self.web.browser.post(f"/api/v1/control/{path}", json=body, headers=headers) as reply:
            assert reply.status == status, await reply.text()
            return await reply.json()

    async def events(self) -> list[tuple[str, str]]:
        """Give kinds and texts, newest first."""
        return [(event.kind, event.text) for event in await self.store.read_events(limit=10)]


@asynccontextmanager
async def house(folder: Path, keys: Path, *faults: str, enabled: bool = True) -> AsyncIterator[House]:
    store = await HistoryStore.open(folder / "history")
    try:
        async with (
            bench(FIRMWARE, keys, *faults, enabled=enabled) as told,
            ControlDesk({"home": told.gateway.control}, audit=told.audit, store=store, is_enabled=enabled) as desk,
            web_service(Setup(store=store, desk=desk)) as web,
        ):
            web.feed.publish(a_status())
            yield House(told=told, web=web, store=store)
    finally:
        await store.close()


async def test_what_is_offered_has_values_and_bounds(tmp_path: Path, keys: Path) -> None:
    async with house(tmp_path, keys, enabled=False) as home:
        controls = await home.web.ask("/api/v1/control")
        assert controls["is_enabled"] is False
        reserve = next(offer for offer in controls["offers"] if offer["name"] == "battery.reserve")
        assert reserve["is_offered"]
        (argument,) = reserve["arguments"]
        assert (argument["unit"], argument["most"]) == ("%", 100)
        assert reserve["current"][""]["reserve"] >= argument["least"]
        assert home.told.writes == []


async def test_a_change_is_shown_made_written_down_and_taken_back(tmp_path: Path, keys: Path) -> None:
    wish: dict[str, Any] = {"control": "battery.reserve", "arguments": {"reserve": 35}}
    async with house(tmp_path, keys) as home:
        preview = await home.send("preview", **wish)
        (change,) = preview["changes"]
        assert change["after"] == 35
        assert preview["requests"][0]["method"] == "PUT"
        assert home.told.writes == []
        entry = await home.send("apply", **wish)
        assert entry["outcome"] == "took effect"
        assert len(home.told.writes) == 1
        (written,) = await home.web.ask("/api/v1/control/audit")
        for limit in (-1, 0, 1001):
            assert "1 to 1000" in (await home.web.ask("/api/v1/control/audit", 400, limit=limit))["hint"]
        assert (written["id"], written["by"]) == (entry["id"], "owner")
        ((kind, text), *_) = await home.events()
        assert kind == "control.took_effect"
        assert "35" in text
        foreseen = await home.send("undo/preview", id=entry["id"])
        assert foreseen["changes"][0] == {**change, "before": 35, "after": change["before"]}
        assert len(home.told.writes) == 1
        undone = await home.send("undo", id=entry["id"])
        assert undone["undoes"] == entry["id"]
        assert undone["changes"][0]["after"] == change["before"]


async def test_what_the_cloud_takes_back_is_told(tmp_path: Path, keys: Path) -> None:
    async with house(tmp_path, keys, "cloud-overwrites-tariff") as home:
        await home.send("apply", control="battery.reserve", arguments={"reserve": 35})
        for _ in range(200):
            if (await home.events())[0][0] == "control.overwritten":
                break
        assert (await home.events())[0][0] == "control.overwritten"


async def test_nothing_is_changed_while_control_is_off(tmp_path: Path, keys: Path) -> None:
    async with house(tmp_path, keys, enabled=False) as home:
        refused = await home.send("apply", 409, control="battery.reserve", arguments={"reserve": 35})
        assert "[control]" in refused["hint"]
        assert home.told.writes == []


@pytest.mark.parametrize(
    ("control", "arguments"),
    [("battery.reserve", {"reserve": 101}), ("battery.reserve", {}), ("battery.nothing", {}), ("", {})],
)
@pytest.mark.sample(2)
async def test_what_cannot_be_is_told_before_anything_is_sent(
    tmp_path: Path, keys: Path, control: str, arguments: dict[str, Any]
) -> None:
    async with house(tmp_path, keys) as home:
        refused = await home.send("apply", 409, control=control, arguments=arguments)
        assert refused["error"]
        assert refused["hint"]
        assert home.told.writes == []


async def test_what_was_changed_is_on_the_page_before_the_answer_is(tmp_path: Path, keys: Path) -> None:
    async with collecting(tmp_path, keys) as (told, collector, desk):
        before = await shown(collector)
        entry = await desk.apply("home", "battery.reserve", {"reserve": 35}, by="me")
        assert await shown(collector) == (35, before[1])
        await desk.apply("home", "battery.mode", {"mode": "savings"}, by="me")
        assert await shown(collector) == (35, "savings")
        await desk.undo("home", entry.id, by="me")
        assert await shown(collector) == (before[0], "savings")
        told.switch_on("connection-reset")
        await collector.read_again("home", [TARIFF])
        assert await shown(collector) == (before[0], "savings")


async def test_who_sets_the_same_again_is_nobody_who_takes_it_back(tmp_path: Path, keys: Path) -> None:
    async with collecting(tmp_path, keys) as (told, _, desk):
        for reserve in (35, 40, 45):
            await desk.apply("home", "battery.reserve", {"reserve": reserve}, by="me")
        for _ in range(200):
            await asyncio.sleep(0)
        assert [row.outcome for row in await told.audit.read_entries()] == [Outcome.TOOK_EFFECT] * 3


Collecting = tuple[Bench, Collector, ControlDesk]


@asynccontextmanager
async def collecting(folder: Path, keys: Path) -> AsyncIterator[Collecting]:
    store, clock = await HistoryStore.open(folder / "history"), ManualClock()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        told = await stack.enter_async_context(bench(FIRMWARE, keys))
        source = Source(name="home", host="h", reader=told.gateway, time_zone=UTC)
        collector = await stack.enter_async_context(Collector([source], store=store, clock=clock))
        controllers = {"home": told.gateway.control}
        desk = await stack.enter_async_context(
            ControlDesk(controllers, audit=told.audit, store=store, is_enabled=True, read_again=collector.read_again)
        )
        for _ in range(1000):
            if collector.feed.latest("home") is not None:
                break
            await clock.advance(0.1)
            await asyncio.sleep(0.01)
        yield told, collector, desk


async def shown(collector: Collector) -> tuple[float | None, str | None]:
    """Give reserve and mode as everybody sees them."""
    snapshot = collector.feed.latest("home")
    assert snapshot is not None
    assert snapshot.storage is not None
    return snapshot.storage.reserve_soc_pct, snapshot.storage.mode

"""What a page shows first, in one reply, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from openvoy.ports import Columns
from openvoy.testing.clock import NOON
from tests.contract.broken_store import BrokenStore
from tests.contract.test_web_access import make_owner, stranger
from tests.contract.test_web_now import a_month, service_with
from tests.contract.web_service import Setup, web_service
from tests.unit.web.examples import a_snapshot, a_status

PARTS = {"me": "me", "site": "site", "history": "history/state", "today": "today", "compared": "today/compared"}


class SlowStore(BrokenStore):
    """A store that does not come back with how days compare."""

    async def read_energy_between(self, *, bounds: Sequence[int], gateway: str | None = None) -> Columns:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError


async def test_it_says_what_its_parts_say(tmp_path: Path) -> None:
    async with service_with(tmp_path, a_month()) as service:
        service.feed.publish(a_status(fresh_at=NOON), a_snapshot(1234.0))
        # Asked before, so that a slow machine does not leave history out.
        parts = {name: await service.ask(f"/api/v1/{path}") for name, path in PARTS.items()}
        start = await service.ask("/api/v1/start")
        assert None not in parts.values()
        assert {name: start[name] for name in PARTS} == parts
        assert start["at"] == "2025-06-21T12:00:00Z"
        assert [each["status"] for each in start["gateways"]] == await service.ask("/api/v1/gateways")
        assert start["gateways"][0]["snapshot"] == await service.ask("/api/v1/snapshot")


@pytest.mark.parametrize("store", [BrokenStore(), SlowStore()])
async def test_history_does_not_hold_up_what_is_live(store: BrokenStore) -> None:
    async with web_service(Setup(store=store)) as service:
        service.feed.publish(a_status(fresh_at=NOON), a_snapshot(1234.0))
        start = await service.ask("/api/v1/start")
        assert start["gateways"][0]["snapshot"]["power"]["solar_w"] == 1234.0
        assert start["site"]["name"] == "home"
        assert (start["today"], start["compared"]) == (None, None)


async def test_of_several_gateways_all_are_named() -> None:
    async with web_service(Setup(names=("home", "barn"))) as service:
        for name in ("home", "barn"):
            service.feed.publish(a_status(name, serial=None))
        start = await service.ask("/api/v1/start")
        # Of a gateway that has never answered nobody knows the history.
        assert [each["status"]["name"] for each in start["gateways"]] == ["home", "barn"]
        assert start["today"] is None


async def test_strangers_are_told_who_they_are_and_nothing_else(tmp_path: Path) -> None:
    async with web_service(Setup(accounts=tmp_path / "access.json")) as service:
        service.feed.publish(a_status(fresh_at=NOON), a_snapshot(1234.0))
        await service.browser.get("/")
        await make_owner(service)
        async with stranger(service) as other, other.get("/api/v1/start") as reply:
            assert reply.status == 200
            start = await reply.json()
        assert start.pop("me")["right"] == "nobody"
        assert start.pop("at") is not None
        assert {name for name, value in start.items() if value} == set()

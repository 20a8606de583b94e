"""Many pages look at what a gateway can be told: it is asked once, and again when something has changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.collector.settings import SettingsWatch
from openvoy.model import Contact, Storage
from openvoy.testing.clock import NOON
from openvoy.web.offers import KEPT_S, TROUBLE_KEPT_S
from tests.contract.test_web_control import House, collecting, house
from tests.unit.web.examples import a_snapshot, a_status

PAGES = 40


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys-of-offers")


def asked(home: House) -> Any:
    return home.told.virtual.stats.report()["requests"]


async def reserve(home: House) -> Any:
    offers = (await home.web.ask("/api/v1/control"))["offers"]
    return next(one for one in offers if one["name"] == "battery.reserve")["current"][""]["reserve"]


async def test_many_pages_cost_a_gateway_what_one_costs(tmp_path: Path, keys: Path) -> None:
    async with house(tmp_path, keys) as home:
        await reserve(home)
        await home.web.clock.advance(KEPT_S + 1)
        before = asked(home)
        await reserve(home)
        cost = asked(home) - before
        assert cost > 0
        await home.web.clock.advance(KEPT_S + 1)
        before = asked(home)
        told = await asyncio.gather(*(reserve(home) for _ in range(PAGES)))
        assert len(set(told)) == 1
        assert asked(home) - before == cost


async def test_what_has_changed_is_asked_for_at_once(tmp_path: Path, keys: Path) -> None:
    async with house(tmp_path, keys) as home:
        before = await reserve(home)
        await home.told.tell("battery.reserve", reserve=before + 7)
        assert await reserve(home) == before
        home.web.feed.publish(a_status(settings_at=NOON + timedelta(seconds=5)))
        assert await reserve(home) == before + 7


async def test_one_that_does_not_answer_is_not_asked_by_each_page(tmp_path: Path, keys: Path) -> None:
    async with house(tmp_path, keys) as home:
        await reserve(home)
        home.told.switch_on("busy-503")
        await home.web.clock.advance(KEPT_S + 1)
        before = asked(home)
        first = await home.web.ask("/api/v1/control", 503)
        cost = asked(home) - before
        assert cost > 0
        for one in await asyncio.gather(*(home.web.ask("/api/v1/control", 503) for _ in range(PAGES))):
            assert one == first
        assert asked(home) - before == cost
        home.told.virtual.faults.switch_off("busy-503")
        await home.web.clock.advance(TROUBLE_KEPT_S + 1)
        assert await reserve(home) > 0


async def test_pages_are_told_that_a_setting_was_changed_from_here(tmp_path: Path, keys: Path) -> None:
    async with collecting(tmp_path, keys) as (_, collector, desk):
        (status,) = collector.feed.statuses()
        assert status.settings_at is None
        await desk.apply("home", "battery.reserve", {"reserve": 35}, by="me")
        (status,) = collector.feed.statuses()
        assert status.settings_at is not None


def test_a_setting_that_somebody_else_changes_is_noticed_and_no_measurement_is() -> None:
    watch, storage = SettingsWatch(), Storage(mode="savings", reserve_soc_pct=30.0, soc_pct=50.0)
    snapshot = replace(a_snapshot(), storage=storage)
    assert not watch.take(snapshot)
    for same in (replace(storage, soc_pct=51.0), replace(storage, mode=None), None, storage):
        assert not watch.take(replace(snapshot, storage=same))
    assert watch.take(replace(snapshot, storage=replace(storage, reserve_soc_pct=31.0)))
    assert watch.take(replace(snapshot, storage=replace(storage, mode="backup")))
    contact = Contact(id="NC1", mode="manual")
    assert not watch.take(replace(snapshot, storage=None, contacts=(contact,)))
    assert watch.take(replace(snapshot, storage=None, contacts=(replace(contact, mode="soc"),)))

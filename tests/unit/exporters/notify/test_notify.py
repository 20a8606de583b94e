"""What a person gets told, from a household to a real receiver on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.collector import Exporting
from openvoy.exporters.notify import KIND, NotifySettings
from openvoy.exporters.notify.target import parse_target
from openvoy.model import Inverter, Power, Snapshot
from openvoy.model.alerts.condition import TOPICS
from openvoy.model.alerts.quiet import parse_quiet
from openvoy.model.devices import Storage
from openvoy.model.records import Batch, EventRecord, InverterRecord, PowerRecord
from openvoy.ports import GatewayStatus, HistoryStatus
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from tests.contract.broken_store import BrokenStore
from tests.unit.exporters.house import STATUS
from tests.unit.exporters.notify.household import OFF_GRID, ON_GRID, ToldFeed, build_household
from tests.unit.exporters.notify.receivers import Inbox, inbox

KEPT = tuple(topic for topic in TOPICS if topic != "store")
"""Nothing writes the history of this household, but for the test of that."""
NOON = datetime(2026, 6, 21, 10, 0, tzinfo=UTC)


@dataclass
class House:
    """A household with a notifier that runs."""

    feed: ToldFeed
    store: HistoryStore
    clock: ManualClock
    inbox: Inbox
    settings: NotifySettings

    async def look_for(self, minutes: float) -> list[tuple[str, str]]:
        """Let time pass; give kinds and titles of what was told meanwhile."""
        before = len(self.inbox.posts)
        for _ in range(int(minutes * 2)):
            await self.clock.advance(30.0)
            await self.clock.until_sleeping()
        return [(body["kind"], body["title"]) for _, body in self.inbox.posts[before:]]

    @contextlib.asynccontextmanager
    async def notifying(self) -> AsyncIterator[Exporting]:
        household = build_household(self.feed, self.store, self.clock)
        exporter = KIND.build(self.settings, household)
        async with Exporting([("notify", exporter)], clock=self.clock) as exporting:
            await self.clock.until_sleeping()
            yield exporting


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = await HistoryStore.open(tmp_path)
    try:
        async with inbox() as box:
            settings = NotifySettings(url=parse_target(f"http://{box.url}/hook"), events=KEPT)
            yield House(ToldFeed(), store, ManualClock(NOON), box, settings)
    finally:
        await store.close()


async def test_the_grid_is_lost_and_back(house: House) -> None:
    async with house.notifying() as exporting:
        assert exporting.statuses()[0].state == "ok"
        house.feed.snapshot = OFF_GRID
        assert await house.look_for(10) == [("alert", "The grid is lost")]
        house.feed.snapshot = ON_GRID
        assert await house.look_for(10) == [("over", "Over: The grid is lost")]
        path, body = house.inbox.posts[0]
    assert path == "/hook"
    assert (body["site"], body["topic"], body["is_urgent"]) == ("home", "grid", True)
    assert body["text"] == "The house runs on its own power. The batteries are at 60 %."


REPORTED = NOON + timedelta(hours=3)
"""Until the end of these tests, so that none grows old meanwhile."""
SILENT_SINCE = NOON - timedelta(hours=4)
PANELS = tuple(Inverter(serial=str(n), at=REPORTED, power_w=200.0) for n in range(4))
STORED = Storage(soc_pct=50.0, mode="self-consumption")
EXPORTING = replace(ON_GRID, storage=STORED, power=Power(solar_w=3000.0, grid_w=-2000.0, battery_w=0.0))
Trouble = tuple[GatewayStatus, Snapshot | None]
TROUBLES: dict[str, Trouble] = {
    "home cannot be reached": (replace(STATUS, state="unreachable", is_fresh=False, problem="No answer."), None),
    "home wants a new login": (replace(STATUS, state="needs_login", is_fresh=False, problem="Refused."), None),
    "The login to home will end": (replace(STATUS, state="degraded", login_trouble="In 3 weeks."), ON_GRID),
    "Panel 0 is silent": (STATUS, replace(ON_GRID, inverters=(replace(PANELS[0], at=SILENT_SINCE), *PANELS[1:]))),
    "Panel 0 does not produce": (STATUS, replace(ON_GRID, inverters=(replace(PANELS[0], power_w=0.0), *PANELS[1:]))),
    "The batteries are low": (STATUS, replace(ON_GRID, storage=Storage(soc_pct=5.0))),
    "The batteries do not charge": (STATUS, EXPORTING),
    "The grid is lost": (STATUS, OFF_GRID),
}


@pytest.mark.parametrize("title", TROUBLES)
@pytest.mark.sample(3)
async def test_each_trouble_is_told_once_and_once_when_it_is_over(house: House, title: str) -> None:
    well = replace(ON_GRID, inverters=PANELS)
    house.feed.snapshot = well
    async with house.notifying():
        assert await house.look_for(2) == []
        house.feed.status, house.feed.snapshot = TROUBLES[title]
        assert await house.look_for(150) == [("alert", title)]
        house.feed.status, house.feed.snapshot = STATUS, well
        assert await house.look_for(30) == [("over", f"Over: {title}")]


async def test_history_that_was_damaged_or_cannot_be_read_is_told_once(house: House) -> None:
    house.settings = replace(house.settings, events=("store",))
    async with house.notifying():
        await house.look_for(1)
        await house.store.write(event("history.damaged", house.clock.now()))
        assert await house.look_for(5) == [("notice", "History was damaged")]
    household = replace(build_household(house.feed, house.store, house.clock), store=BrokenStore())
    exporter = KIND.build(house.settings, household)
    async with Exporting([("notify", exporter)], clock=house.clock):
        await house.clock.until_sleeping()
        assert await house.look_for(60) == [("alert", "History cannot be read")]


async def test_a_store_that_refuses_is_told_once_and_once_when_it_is_over(house: House) -> None:
    house.settings = replace(house.settings, events=("store",))
    async with house.notifying():
        assert await house.look_for(2) == []
        refusing = HistoryStatus(
            is_kept=False, since=house.clock.now(), problem="No space left.", hint="Free some.", waiting_count=3
        )
        house.feed.kept = refusing
        assert await house.look_for(60) == [("alert", "History is not kept")]
        house.feed.kept = HistoryStatus()
        assert await house.look_for(10) == [("over", "Over: History is not kept")]


async def test_a_restart_repeats_nothing_and_forgets_nothing(house: House) -> None:
    house.feed.snapshot = OFF_GRID
    async with house.notifying():
        assert len(await house.look_for(5)) == 1
    async with house.notifying():
        assert await house.look_for(30) == []
        house.feed.status = replace(STATUS, state="starting", is_fresh=False)
        assert await house.look_for(30) == []
        house.feed.status, house.feed.snapshot = STATUS, ON_GRID
        assert await house.look_for(5) == [("over", "Over: The grid is lost")]


async def test_nights_are_quiet_but_for_what_is_urgent(house: House) -> None:
    house.settings = replace(house.settings, quiet=parse_quiet("13:00-14:00"))  # 11:00 to 12:00 UTC
    house.clock.jump_to(NOON.replace(hour=11))
    low = replace(ON_GRID, storage=replace(ON_GRID.storage, soc_pct=5.0))  # type: ignore[type-var]
    async with house.notifying() as exporting:
        house.feed.snapshot = low
        assert await house.look_for(20) == []
        assert exporting.statuses()[0].left_count == 1
        house.feed.snapshot = replace(low, grid=OFF_GRID.grid)
        assert await house.look_for(10) == [("alert", "The grid is lost")]
        house.feed.snapshot = low
        assert await house.look_for(31) == [("over", "Over: The grid is lost"), ("alert", "The batteries are low")]


async def test_a_receiver_that_was_away_gets_what_it_missed(house: House) -> None:
    house.inbox.status = 500
    async with house.notifying() as exporting:
        house.feed.snapshot = OFF_GRID
        assert await house.look_for(10) == []
        status = exporting.statuses()[0]
        assert (status.state, status.problem) == ("trouble", f"http://{house.inbox.url} answers 500.")
        house.inbox.status = 200
        assert await house.look_for(10) == [("alert", "The grid is lost")]
        assert exporting.statuses()[0].state == "ok"


async def test_only_what_is_wanted_is_told(house: House) -> None:
    house.settings = replace(house.settings, events=("battery", "token"))
    async with house.notifying():
        house.feed.snapshot = OFF_GRID
        house.feed.status = replace(STATUS, state="degraded", login_trouble="The token expires in 3 weeks.")
        assert await house.look_for(10) == [("alert", "The login to home will end")]


async def test_another_firmware_is_told_also_where_it_came_in_a_pause(house: House) -> None:
    async with house.notifying():
        assert await house.look_for(2) == []
    house.feed.snapshot = replace(ON_GRID, gateway=replace(ON_GRID.gateway, firmware="8.3.5167"))
    async with house.notifying():
        await house.look_for(2)
    ((_, body),) = house.inbox.posts
    assert body["text"] == "The firmware of home was 8.2.4345 and is 8.3.5167."


def event(kind: str, at: datetime, subject: str = "storage.mode") -> Batch:
    text = "storage.mode, mode: backup → savings: overwritten."
    return Batch(events=(EventRecord(gateway="122000000001", at=at, kind=kind, subject=subject, text=text),))


async def test_an_overwritten_setting_is_told_once_an_hour(house: House) -> None:
    await house.store.write(event("control.overwritten", NOON, "of before"))
    async with house.notifying():
        assert await house.look_for(2) == []
        for _ in range(3):
            await house.store.write(event("control.overwritten", house.clock.now()))
            await house.store.write(event("control.took_effect", house.clock.now()))
        assert await house.look_for(2) == [("notice", "A setting was overwritten")]
        await house.look_for(62)
        await house.store.write(event("control.overwritten", house.clock.now()))
        assert await house.look_for(2) == [("notice", "A setting was overwritten")]


def build_reports(day: datetime, *, weak_share: float) -> Batch:
    """A day of three panels, reports each quarter of an hour; the third gives that share of the others."""
    records = tuple(
        InverterRecord(gateway="122000000001", at=day + timedelta(minutes=15 * step), serial=serial, power_w=power_w)
        for step in range(40)
        for serial, power_w in (("1", 200.0), ("2", 210.0), ("3", 205.0 * weak_share))
    )
    return Batch(inverters=records)


async def test_a_panel_that_became_weak_is_told_the_morning_after_and_once(house: House) -> None:
    for back in range(1, 8):
        day = (NOON - timedelta(days=back)).replace(hour=6)
        await house.store.write(build_reports(day, weak_share=0.4 if back == 1 else 1.0))
    house.settings = replace(house.settings, events=("panel",))
    async with house.notifying():
        await house.look_for(2)
    async with house.notifying():
        await house.look_for(2)
        ((_, body),) = house.inbox.posts
        assert (body["kind"], body["title"]) == ("alert", "Panel 3 is weak")
        assert "gave 40 % yesterday" in body["text"]
        await house.store.write(build_reports(NOON.replace(hour=6), weak_share=1.0))
        house.clock.jump_to(NOON + timedelta(days=1))
        assert await house.look_for(4) == [("over", "Over: Panel 3 is weak")]


async def test_history_that_stands_still_is_told(house: House) -> None:
    async def keep_minutes(count: int) -> list[Any]:
        told = []
        for _ in range(count):
            record = PowerRecord(gateway="122000000001", at=house.clock.now(), interval_s=60, solar_w=1.0)
            await house.store.write(Batch(power=(record,)))
            told += await house.look_for(1)
        return told

    house.settings = replace(house.settings, events=("store",))
    async with house.notifying():
        assert await keep_minutes(30) == []
        assert await house.look_for(30) == [("alert", "History is not written")]
        assert await keep_minutes(5) == [("over", "Over: History is not written")]

"""Every control on every generation that has it: sent once, read back, true in the simulated site, undone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from openvoy.errors import ConfigError, EndpointRefused
from openvoy.model.control import Outcome
from openvoy.protocol.control_registry import CONTROLS
from openvoy.protocol.firmware import parse_firmware
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.site import SiteDefinition
from tests.contract.catalogue import BATTERY, GENERATIONS
from tests.contract.control_catalogue import ROWS, Row
from tests.contract.control_support import Bench, bench
from tests.contract.site_support import site_named


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys-of-told")


THREE_PHASE_ONLY = "battery.phase"


def is_had_by(row: Row, firmware: str) -> bool:
    return parse_firmware(row.since) <= parse_version(firmware)


def test_every_control_is_tried() -> None:
    assert sorted(CONTROLS) == sorted([*(row.name for row in ROWS), THREE_PHASE_ONLY])


@pytest.mark.parametrize("firmware", GENERATIONS)
async def test_what_a_generation_has_is_offered(firmware: str, keys: Path) -> None:
    async with bench(firmware, keys) as told:
        offered = {offer.name for offer in await told.gateway.control.offers() if offer.is_offered}
        expected = {row.name for row in ROWS if is_had_by(row, firmware)}
        assert offered - {THREE_PHASE_ONLY} == expected
        assert (THREE_PHASE_ONLY in offered) is ("battery.sleep" in expected)
        assert told.writes == []


@pytest.mark.parametrize("firmware", GENERATIONS)
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.sample(7)
async def test_what_is_told_comes_about_and_can_be_undone(firmware: str, half: int, keys: Path) -> None:
    async with bench(firmware, keys) as told:
        for row in [row for row in ROWS if is_had_by(row, firmware)][half::2]:
            await check(told, row)


async def check(told: Bench, row: Row) -> None:
    before = row.seen(told.desk)
    entry = await told.gateway.control.apply(row.name, row.arguments)
    assert entry.outcome is row.outcome, (row.name, entry)
    assert entry.detail == "" or row.outcome is not Outcome.TOOK_EFFECT, (row.name, entry)
    assert row.seen(told.desk) == row.becomes != before, row.name
    assert len(told.writes) == 1, (row.name, told.writes)
    if row.can_undo:
        await check_undone(told, row, entry.id, before)
    told.writes.clear()


async def check_undone(told: Bench, row: Row, entry_id: str, before: object) -> None:
    undone = await told.gateway.control.undo(entry_id)
    assert (undone.outcome, undone.undoes) == (Outcome.TOOK_EFFECT, entry_id), (row.name, undone)
    assert row.seen(told.desk) == before, row.name
    assert [row.id for row in await told.audit.read_entries()][-2:] == [entry_id, undone.id]


@pytest.mark.parametrize("row", [row for row in ROWS if not row.by_owner], ids=lambda row: row.name)
async def test_what_needs_an_installer_is_not_sent_for_an_owner(row: Row, keys: Path) -> None:
    async with bench("8.3", keys, role="owner") as told:
        offer = next(offer for offer in await told.gateway.control.offers() if offer.name == row.name)
        assert (offer.is_offered, "installer" in offer.reason) == (False, True)
        with pytest.raises(EndpointRefused, match="installer"):
            await told.gateway.control.apply(row.name, row.arguments)
        assert told.writes == []


async def test_an_owner_is_offered_the_rest(keys: Path) -> None:
    async with bench("8.3", keys, role="owner") as told:
        offered = {offer.name for offer in await told.gateway.control.offers() if offer.is_offered}
        assert offered == {row.name for row in ROWS if row.by_owner}
        assert (await told.tell("battery.reserve", reserve=40)).outcome is Outcome.TOOK_EFFECT


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_a_preview_sends_nothing(row: Row, keys: Path) -> None:
    async with bench("8.3", keys, enabled=False) as told:
        preview = await told.gateway.control.preview(row.name, row.arguments)
        assert len(preview.requests) == 1
        assert {change.name for change in preview.changes} <= set(row.arguments)
        assert told.writes == []
        assert row.seen(told.desk) != row.becomes


async def test_control_is_off_unless_it_is_enabled(keys: Path) -> None:
    async with bench("8.3", keys, enabled=False) as told:
        with pytest.raises(ConfigError, match="off") as refused:
            await told.tell("battery.reserve", reserve=40)
        assert "OPENVOY_CONTROL" in refused.value.hint
        with pytest.raises(ConfigError, match="no entry"):
            await told.gateway.control.undo("20250101-000000")
        assert told.writes == []


async def test_a_site_without_it_is_not_told(keys: Path) -> None:
    async with bench("8.3", keys, site=site_named("metered-split")) as told:
        offered = {offer.name for offer in await told.gateway.control.offers() if offer.is_offered}
        assert offered == {
            "device.belongs",
            "export.dynamic",
            "export.limit",
            "inverter.belongs",
            "inverter.phase",
            "livedata.stream",
            "meters.enabled",
            "parameters.relaxed",
            "pcs.settings",
            "production.enabled",
            "production.limit",
            "profile.package",
            "profile.selected",
            "reports.settings",
            "scan.active",
        }
        for row in (row for row in ROWS if row.name not in offered):
            with pytest.raises(ConfigError, match="does not offer"):
                await told.gateway.control.apply(row.name, row.arguments)
        assert told.writes == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("battery.reserve", {"reserve": 101}),
        ("battery.reserve", {"reserve": 4}),
        ("battery.reserve", {"reserve": "much"}),
        ("battery.reserve", {"reserve": True}),
        ("battery.mode", {"mode": "turbo"}),
        ("battery.mode", {}),
        ("battery.mode", {"mode": "backup", "speed": 1}),
        ("battery.speed", {"speed": 1}),
        ("contact.state", {"contact": "NC9", "state": "open"}),
        ("contact.settings", {"contact": "NC1"}),
        ("contact.settings", {"contact": "NC1", "soc-low": 80}),
        ("generator.config", {"min-load": 100}),
        ("generator.schedule", {"exercise-start": "25:00"}),
        ("generator.schedule", {"hours": "[]"}),
        ("acb.sleep", {"battery": "122240000137", "asleep": True}),
        ("export.limit", {"limit": -1}),
        ("meters.enabled", {"meter": "moon", "enabled": True}),
    ],
)
async def test_what_cannot_be_is_not_sent(name: str, arguments: dict[str, object], keys: Path) -> None:
    async with bench("8.3", keys) as told:
        with pytest.raises(ConfigError) as refused:
            await told.gateway.control.apply(name, arguments)  # type: ignore[arg-type]
        assert refused.value.hint
        assert told.writes == []
        assert await told.audit.read_entries() == ()


async def test_what_is_so_already_is_not_sent(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        entry = await told.tell("battery.mode", mode="self-consumption")
        assert (entry.outcome, entry.requests) == (Outcome.UNCHANGED, ())
        assert (told.writes, await told.audit.read_entries()) == ([], ())


async def test_the_live_stream_is_kept_alive(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        for _ in range(2):
            assert (await told.tell("livedata.stream", enabled=True)).outcome is Outcome.TOOK_EFFECT
        assert [request.body for request in told.writes] == [b'{"enable":1}'] * 2


async def test_the_truth_knows_what_was_set(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        await told.tell("battery.reserve", reserve=40)
        change = await told.last_change()
        assert change["subject"] == "tariff"
        assert change["after"]["document"]["storage_settings"]["reserved_soc"] == 40


def three_phases() -> SiteDefinition:
    """Three phases and batteries on one of them each."""
    site = site_named("three-phase-battery")
    assert site.battery is not None
    return replace(site, battery=replace(site.battery, model="IQ 3T"), controller=None, contact=(), generator=None)


@pytest.mark.parametrize("firmware", ["7.6", "8.3"])
async def test_a_battery_is_put_on_another_phase(firmware: str, keys: Path) -> None:
    async with bench(firmware, keys, site=three_phases()) as told:
        offer = next(offer for offer in await told.gateway.control.offers() if offer.name == THREE_PHASE_ONLY)
        battery = min(offer.current)
        for phase, number in (("b", 2), ("c", 3)):
            entry = await told.tell(THREE_PHASE_ONLY, battery=battery, phase=phase)
            assert entry.outcome is Outcome.TOOK_EFFECT
            assert told.desk.source.book.settings.fleet.phases == {battery: number}
        assert (await told.gateway.control.undo(entry.id)).outcome is Outcome.TOOK_EFFECT
        assert told.desk.source.book.settings.fleet.phases == {battery: 2}


async def test_a_battery_on_all_phases_has_none_to_choose(keys: Path) -> None:
    async with bench("8.3", keys, site=site_named("three-phase-battery")) as told:
        offer = next(offer for offer in await told.gateway.control.offers() if offer.name == THREE_PHASE_ONLY)
        with pytest.raises(ConfigError, match="all phases"):
            await told.tell(THREE_PHASE_ONLY, battery=min(offer.current), phase="b")
        assert told.writes == []


async def test_devices_are_registered_together_and_join_when_they_can(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        new = "122299990001,122299990002"
        entry = await told.tell("device.belongs", devices=new, belongs=True, kind="battery", generation="2")
        assert entry.outcome in {Outcome.TOOK_EFFECT, Outcome.PENDING}
        assert {row.serial for row in told.desk.source.book.settings.fleet.joiners} == set(new.split(","))
        undone = await told.gateway.control.undo(entry.id)
        assert undone.outcome is Outcome.TOOK_EFFECT
        assert told.desk.source.book.settings.fleet.joiners == ()
        assert [request.method for request in told.writes] == ["POST", "DELETE"]


async def test_one_device_that_cannot_be_removed_is_named(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        entry = await told.tell("device.belongs", devices=f"{BATTERY},122230000199", belongs=False)
        # The gateway answers 400 for the one that it does not know, and removes the other.
        assert BATTERY in told.desk.source.book.settings.fleet.removed
        assert entry.outcome is Outcome.TOOK_EFFECT
        assert "400" in entry.detail

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from openvoy.collector.keeper import MOST_WAITING
from openvoy.errors import BadPayload, CertificateChanged, CredentialRejected, GatewayTimeout, GatewayUnreachable
from openvoy.model.accounting import RULES_VERSION
from openvoy.ports import Update
from tests.unit.collector.house import House

HOUR_S = 3600


async def test_live_values_come_every_five_seconds_and_all_else_at_its_own_pace() -> None:
    house = House()
    async with house.collecting():
        await house.clock.advance(HOUR_S)
    requests = house.reader.requests
    assert 700 <= requests["meter_readings"] <= 721
    assert requests["ensemble_inventory"] <= 2, "there is no battery"
    assert 12 <= requests["inverters"] <= 13
    assert requests["meters"] <= 2
    assert requests["production_details"] == 1, "a page that is not there is not asked again"


async def test_history_gets_a_batch_a_minute_with_the_means() -> None:
    house = House()
    async with house.collecting():
        await house.clock.advance(600)
    assert 10 <= len(house.store.batches) <= 11
    batch = house.store.batches[4]
    assert batch.power[0].solar_w == pytest.approx(3600)
    assert batch.power[0].load_w == pytest.approx(1800)
    assert batch.power[0].at.second == 0
    assert 11 <= len(batch.live) <= 13
    assert {(meter.eid, meter.channel) for meter in batch.meters} == {
        (704643328, 0),
        (704643328, 1),
        (704643584, 0),
        (704643584, 1),
    }
    reports = [(record.serial, record.at) for batch in house.store.batches for record in batch.inverters]
    assert len(reports) == len(set(reports)) >= 4


async def test_energy_is_accounted_across_a_restart_with_the_gap_named() -> None:
    house = House()
    async with house.collecting():
        await house.clock.advance(600)
    await house.clock.advance(1200)
    async with house.collecting():
        await house.clock.advance(600)
    energies = [record for batch in house.store.batches for record in batch.energy]
    counted = energies[-1].solar_wh - energies[0].solar_wh  # type: ignore[operator]  # both are known here
    assert counted == pytest.approx((energies[-1].at - energies[0].at).total_seconds(), abs=6)
    gaps = [gap for batch in house.store.batches for gap in batch.gaps]
    assert len(gaps) == 1
    assert gaps[0].reason == "the service was not running"
    assert [record.estimated for record in energies].count(True) == 1


async def test_the_feed_has_the_newest_and_a_slow_follower_no_backlog() -> None:
    house = House()
    async with house.collecting() as collector:
        updates: list[Update] = []

        async def follow() -> None:
            async for update in collector.feed.updates():
                updates.append(update)
                await house.clock.sleep(60)

        follower = asyncio.create_task(follow())
        await house.clock.advance(600)
        follower.cancel()
        status = collector.feed.statuses()[0]
        snapshot = collector.feed.latest("home")
    assert 9 <= len(updates) <= 12
    assert (status.state, status.is_fresh, status.serial) == ("ok", True, "122200000001")
    assert snapshot is not None
    assert snapshot.power.grid_w == -1800


async def test_a_bad_reply_costs_its_part_only_after_three_cadences() -> None:
    house = House()
    async with house.collecting() as collector:
        await house.clock.advance(60)
        house.reader.faults["inverters"] = BadPayload("inverters: truncated", endpoint="inverters")
        await house.clock.advance(600)
        kept = collector.feed.latest("home")
        await house.clock.advance(900)
        lost = collector.feed.latest("home")
    assert kept is not None
    assert len(kept.inverters) == 2
    assert lost is not None
    assert lost.inverters == ()
    assert lost.power.solar_w == 3600
    assert "inverters" in [part.part for part in lost.missing]


async def test_an_unreachable_gateway_is_asked_lightly_and_fresh_again_within_one_cadence() -> None:
    house = House()
    async with house.collecting() as collector:
        await house.clock.advance(60)
        house.reader.faults["*"] = GatewayUnreachable("Nothing answers.", hint="Is it on?")
        before = house.reader.requests.total()
        await house.clock.advance(HOUR_S)
        assert house.reader.requests.total() - before <= HOUR_S / 5, "one light request at a time"
        assert house.reader.requests["inverters"] == 1
        status = collector.feed.statuses()[0]
        assert (status.state, status.is_fresh, status.hint) == ("unreachable", False, "Is it on?")
        stale = collector.feed.latest("home")
        assert stale is not None
        assert stale.power.solar_w is None
        assert house.store.events() == ["gateway.unreachable"], "told while it lasts"
        house.reader.faults.clear()
        await house.clock.advance(5.5)
        assert collector.feed.statuses()[0].is_fresh
    assert house.store.events() == ["gateway.unreachable", "gateway.ok"]
    assert len([gap for batch in house.store.batches for gap in batch.gaps]) == 1


async def test_silence_at_eleven_in_the_evening_is_expected() -> None:
    house = House()
    house.clock.jump_to(datetime(2026, 6, 1, 20, 58, tzinfo=UTC))
    async with house.collecting() as collector:
        await house.clock.advance(120)
        house.reader.faults["*"] = GatewayTimeout("No reply.")
        await house.clock.advance(60)
        assert collector.feed.statuses()[0].state == "quiet"


async def test_a_refused_login_is_not_hammered() -> None:
    house = House()
    house.reader.faults["*"] = CredentialRejected("The token has expired.", hint="Get a new one.")
    async with house.collecting() as collector:
        await house.clock.advance(HOUR_S)
        assert collector.feed.statuses()[0].state == "needs_login"
        assert house.reader.requests.total() <= 65, "once a minute: some refuse every login for minutes at night"


async def test_a_login_stands_refused_although_open_pages_answer() -> None:
    house = House()
    async with house.collecting() as collector:
        await house.clock.advance(60)
        house.reader.faults["inverters"] = CredentialRejected("The password is wrong.", hint="Correct it.")
        await house.clock.advance(400)
        states = set()
        for _ in range(60):
            await house.clock.advance(60)
            status = collector.feed.statuses()[0]
            states.add((status.state, status.problem, status.hint))
        assert states == {("needs_login", "The password is wrong.", "Correct it.")}
        house.reader.faults.clear()
        await house.clock.advance(10)
        assert collector.feed.statuses()[0].state == "ok"
    assert house.store.events() == ["gateway.needs_login", "gateway.ok"]


async def test_values_are_not_called_fresh_while_nobody_can_log_in() -> None:
    house = House()
    async with house.collecting() as collector:
        await house.clock.advance(60)
        house.reader.faults["*"] = CredentialRejected("The token has expired.", hint="Get a new one.")
        await house.clock.advance(120)
        status = collector.feed.statuses()[0]
    assert (status.state, status.is_fresh) == ("needs_login", False)


async def test_a_certificate_that_is_accepted_meanwhile_is_noticed_soon() -> None:
    house = House()
    house.reader.faults["*"] = CertificateChanged("Another certificate.", hint="Accept it.")
    async with house.collecting() as collector:
        await house.clock.advance(100)
        house.reader.faults.clear()
        await house.clock.advance(130)
        assert collector.feed.statuses()[0].state == "ok"


async def test_new_firmware_is_noticed_and_everything_asked_again() -> None:
    house = House()
    async with house.collecting() as collector:
        await house.clock.advance(60)
        house.reader.software = "D8.3.5433"
        await house.clock.advance(2 * HOUR_S)
        snapshot = collector.feed.latest("home")
    assert snapshot is not None
    assert snapshot.gateway.firmware == "8.3.5433"
    assert house.reader.requests["production_details"] == 2
    assert "firmware.changed" in house.store.events()


async def test_whose_values_are_missing_is_known_after_a_restart() -> None:
    house = House()
    async with house.collecting():
        await house.clock.advance(60)
    house.reader.faults["*"] = GatewayUnreachable("Nothing answers.")
    async with house.collecting() as collector:
        await house.clock.advance(300)
        status = collector.feed.statuses()[0]
        assert (status.serial, status.state, status.is_fresh) == ("122200000001", "unreachable", False)
        house.reader.faults.clear()
        await house.clock.advance(600)
    (gap,) = (gap for batch in house.store.batches for gap in batch.gaps)
    assert gap.reason == "the service was not running, then: Nothing answers."
    assert "gateway.replaced" not in house.store.events()


async def test_another_gateway_at_the_same_place_is_told_once() -> None:
    house = House()
    for serial in ("122200000001", "122300000002", "122300000002"):
        house.reader.serial = serial
        async with house.collecting() as collector:
            await house.clock.advance(60)
            assert collector.feed.statuses()[0].serial == serial
    told = [event for batch in house.store.batches for event in batch.events if event.kind == "gateway.replaced"]
    assert [event.gateway for event in told] == ["122300000002"]
    assert "--old 122200000001 --new 122300000002" in told[0].text


async def test_a_slow_gateway_is_asked_less() -> None:
    house = House(answer_s=4.0)
    async with house.collecting() as collector:
        await house.clock.advance(2 * HOUR_S)
        load_pct = collector.feed.statuses()[0].load_pct
    assert load_pct is not None
    assert load_pct < 40


async def test_a_full_disk_loses_nothing_and_does_not_disturb_collection() -> None:
    house = House()
    async with house.collecting() as collector:
        await house.clock.advance(120)
        house.store.is_full = True
        await house.clock.advance(1200)
        assert collector.feed.statuses()[0].is_fresh
        house.store.is_full = False
        await house.clock.advance(60)
    minutes = [record.at for batch in house.store.batches for record in batch.power]
    assert minutes == sorted(set(minutes))
    assert len(minutes) >= 22


def test_what_waits_for_the_disk_is_bounded() -> None:
    assert MOST_WAITING * 60 <= 86_400


async def test_closing_writes_the_unfinished_minute_and_closes_the_reader() -> None:
    house = House()
    async with house.collecting():
        await house.clock.advance(20)
        assert house.reader.is_open
    assert len(house.store.batches) == 1
    assert not house.reader.is_open


async def test_energies_and_counters_are_kept_every_five_minutes_and_at_the_end() -> None:
    house = House()
    async with house.collecting():
        await house.clock.advance(1000)
    energies = [record for batch in house.store.batches for record in batch.energy]
    minutes = [record.at.minute for record in energies]
    assert sorted(set(minutes)) == [0, 5, 10, 15, 16]
    counters = {record.at for batch in house.store.batches for record in batch.counters}
    assert {record.at for record in energies} <= counters, "every accounted row can be accounted again"
    assert {record.rules_version for record in energies} == {RULES_VERSION}
    phases = [record for batch in house.store.batches for record in batch.phase_energy]
    assert {(record.eid, record.channel) for record in phases} >= {(704643328, 0), (704643328, 1)}


async def test_energies_are_of_when_the_counters_were_read() -> None:
    """Powers are streamed, counters are read once a minute, and then not at all for some minutes."""
    house = House()
    begin = house.clock.now()
    async with house.collecting():
        for minute in range(30):
            is_read = not 12 <= minute < 17
            house.reader.counted_s = house.clock.monotonic() if is_read else house.reader.counted_s
            await house.clock.advance(60)
    rows = [row for batch in house.store.batches for row in batch.energy]
    beside_wh = [
        row.solar_wh - 1_000_000 - (row.at - begin).total_seconds() for row in rows if row.solar_wh is not None
    ]
    assert len(rows) >= 6
    assert beside_wh == pytest.approx([0.0] * len(rows), abs=6.0), "a reading is told within five seconds"


async def test_a_kill_loses_no_energy() -> None:
    house = House()
    async with house.collecting():
        await house.clock.advance(1000)
        written = list(house.store.batches)  # what comes after this moment was never acknowledged
    house.store.batches = written
    async with house.collecting():
        await house.clock.advance(600)
    energies = [record for batch in house.store.batches for record in batch.energy]
    elapsed_s = (energies[-1].at - energies[0].at).total_seconds()
    counted = [record.solar_wh for record in energies if record.solar_wh is not None]
    assert counted[-1] - counted[0] == pytest.approx(elapsed_s, abs=6)
    assert counted == sorted(counted)

"""The client follows what a gateway streams, whatever befalls the stream."""

from __future__ import annotations

import itertools

import pytest

from openvoy.client.streaming.live import GIVE_UP_S
from openvoy.errors import EndpointMissing, EndpointRefused
from openvoy.protocol.endpoints.livedata import LIVEDATA_STREAM, STREAM_PSD
from tests.contract.site_support import MORNING_IN_AMERICA
from tests.contract.stream_support import pair

METERS, PSD = "/stream/meter", "/stream/psd"


async def test_meters_are_followed_every_second() -> None:
    both = pair("three-phase")
    async with both.following(both.client.meter_stream) as kept:
        await both.clock.advance(60)
        assert both.transport.open_streams == 1
        samples = [sample for _, sample in kept.items]
        snapshot = await both.told(both.client.snapshot())
    assert 58 <= len(samples) <= 61
    assert {(later.at - sooner.at).total_seconds() for sooner, later in itertools.pairwise(samples)} == {1}
    assert [channel.phase for channel in samples[-1].production] == ["L1", "L2", "L3"]
    assert samples[-1].solar_w == pytest.approx(snapshot.power.solar_w, rel=0.05)
    assert samples[-1].grid_w is not None
    total_w = sum(channel.active_power_w or 0 for channel in samples[-1].total)
    assert total_w == pytest.approx(samples[-1].solar_w + samples[-1].grid_w, abs=0.01)  # type: ignore[operator]
    assert both.transport.open_streams == 0


async def test_records_of_a_burst_are_a_second_apart() -> None:
    both = pair(firmware="7.0.88", at=MORNING_IN_AMERICA)
    both.switch_on("stream-bursts")
    async with both.following(both.client.meter_stream) as kept:
        await both.clock.advance(120)
    arrivals = sorted({at_s for at_s, _ in kept.items})
    assert len(arrivals) < 10
    assert len(kept.items) > 60
    times = [sample.at for _, sample in kept.items]
    assert all(0 < (later - sooner).total_seconds() < 2.5 for sooner, later in itertools.pairwise(times))


async def test_a_stream_that_drops_is_resumed_without_hammering() -> None:
    both = pair(at=MORNING_IN_AMERICA)
    both.switch_on("stream-drops:records=60")
    async with both.following(both.client.meter_stream) as kept:
        await both.clock.advance(600)
        opened = both.requests(METERS)
        both.switch_off()
        both.switch_on("stream-drops:records=1")
        await both.clock.advance(600)
        assert both.requests(METERS) - opened <= 24, "at most every half minute"
        both.switch_off()
        await both.clock.advance(40)
        count = len(kept.items)
        await both.clock.advance(20)
        assert len(kept.items) - count >= 19
    assert len([None for at_s, _ in kept.items if at_s < 600]) > 570
    assert 9 <= opened <= 11


async def test_a_stream_outlasts_a_gateway_that_is_away() -> None:
    both = pair(at=MORNING_IN_AMERICA)
    async with both.following(both.client.meter_stream) as kept:
        await both.clock.advance(20)
        both.switch_on("stream-drops:records=0", f"busy-503:path={METERS}")
        await both.clock.advance(300)
        away = both.requests(METERS)
        both.switch_off()
        await both.clock.advance(40)
        assert kept.since(both.clock.monotonic() - 5)
    assert away <= 12


async def test_who_may_not_follow_is_told_so() -> None:
    both = pair(firmware="7.6.175", at=MORNING_IN_AMERICA)
    async with both.following(both.client.meter_stream) as kept:
        await both.clock.advance(5)
    assert kept.items == []
    assert isinstance(kept.error, EndpointRefused)
    assert "installer" in kept.error.hint


async def test_the_power_line_is_followed_as_it_is_declared() -> None:
    both = pair(installer=True, at=MORNING_IN_AMERICA)
    async with both.following(lambda: both.client.stream(STREAM_PSD)) as kept:
        await both.clock.advance(1800)
    first = kept.items[0][1][0]
    assert first.count(";") > 100


class TestLiveData:
    @pytest.mark.parametrize("site", ["demo", "three-phase-battery", "full"])
    @pytest.mark.sample(1)
    async def test_it_is_switched_on_kept_on_and_put_back(self, site: str) -> None:
        both = pair(site, at=MORNING_IN_AMERICA)
        async with both.following(both.client.live) as kept:
            await both.clock.advance(2000)
            samples = [sample for _, sample in kept.items]
            assert 2 <= both.requests(LIVEDATA_STREAM.path) <= 4
        gaps = [(later.at - sooner.at).total_seconds() for sooner, later in itertools.pairwise(samples)]
        assert max(gaps) <= 5, "it ends every quarter of an hour and goes on at once"
        for sample in samples[:: len(samples) // 10]:
            power = sample.power
            parts = (power.solar_w, power.grid_w, power.battery_w, power.generator_w)
            assert power.load_w == pytest.approx(sum(part for part in parts if part is not None), abs=0.01)
            assert sum(phase.load_w or 0 for phase in sample.phases) == pytest.approx(power.load_w, abs=0.01)
            assert sample.soc_pct is not None
        status = await both.told(both.client.fetch_raw("/ivp/livedata/status"))
        assert b"Live stream not enabled" in status.body

    async def test_what_stands_still_is_not_given_as_new(self) -> None:
        both = pair("demo")
        async with both.following(both.client.live) as kept:
            await both.clock.advance(30)
            both.switch_on("livedata-frozen")
            await both.clock.advance(30)
            count, switched = len(kept.items), both.requests(LIVEDATA_STREAM.path)
            await both.clock.advance(1800)
            assert len(kept.items) == count
            assert both.requests(LIVEDATA_STREAM.path) - switched < 12, "asked less and less"
            both.switch_off()
            await both.clock.advance(310)
            assert len(kept.items) > count

    @pytest.mark.parametrize("fault", ["livedata-frozen", "livedata-never"])
    async def test_a_gateway_that_was_never_set_up_is_told(self, fault: str) -> None:
        both = pair("demo")
        both.switch_on(fault)
        async with both.following(both.client.live) as kept:
            await both.clock.advance(GIVE_UP_S + 5)
        assert kept.items == []
        assert isinstance(kept.error, EndpointMissing)
        assert "app" in kept.error.hint

    async def test_old_firmware_gives_totals(self) -> None:
        both = pair("demo", "7.0.88")
        async with both.following(both.client.live) as kept:
            await both.clock.advance(30)
        assert kept.newest.phases == ()
        assert kept.newest.power.solar_w is not None

    async def test_it_outlasts_an_outage(self) -> None:
        both = pair("demo")
        async with both.following(both.client.live) as kept:
            await both.clock.advance(30)
            both.switch_on("busy-503")
            await both.clock.advance(120)
            both.switch_off()
            await both.clock.advance(60)
            assert kept.since(both.clock.monotonic() - 5)


@pytest.mark.parametrize("firmware", ["4.10", "7.3", "8.3"])
async def test_the_gateways_own_log_is_read(firmware: str) -> None:
    both = pair(firmware=firmware, at=MORNING_IN_AMERICA)
    entries = await both.told(both.client.fetch_log(limit=5))
    assert 1 <= len(entries) <= 5
    assert all(entry.text and entry.id for entry in entries)
    assert len({entry.id for entry in entries}) == len(entries)
    assert any(entry.local_time for entry in entries)
    await both.client.close()

"""Readings go on, gently and fresh, whatever befalls the gateway."""

from __future__ import annotations

import pytest

from openvoy.errors import CredentialRejected, GatewayUnreachable
from openvoy.model import Snapshot
from openvoy.protocol.endpoint import Poll
from openvoy.protocol.endpoints.inverters import DEVICE_DATA
from openvoy.protocol.endpoints.meters import METER_READINGS
from openvoy.protocol.pacing import CADENCE_S
from tests.contract.site_support import MORNING_IN_AMERICA
from tests.contract.stream_support import Pair, pair

LIVE_S = CADENCE_S[Poll.LIVE]
PROBE_S = 5.0
"""What a hanging request may take of the cadence after a fault: its own patience."""


def age_s(both: Pair, snapshot: Snapshot, *kinds: str) -> float:
    """How old what is known of the meters is."""
    ages = [
        (both.clock.now() - meter.at).total_seconds()
        for meter in snapshot.meters
        if meter.at is not None and (not kinds or meter.kind in kinds)
    ]
    return max(ages)


@pytest.mark.parametrize("streams", [True, False])
async def test_readings_are_fresh_and_complete(streams: bool) -> None:
    both = pair("full", at=MORNING_IN_AMERICA)
    async with both.following(lambda: both.client.readings(streams=streams)) as kept:
        await both.clock.advance(300)
        ages = []
        for _ in range(20):
            await both.clock.advance(1)
            ages.append(min(age_s(both, kept.newest, kind) for kind in ("production", "net-consumption")))
        assert both.transport.open_streams == int(streams)
    assert max(ages) <= LIVE_S + 1.5
    assert age_s(both, kept.newest, "storage") <= CADENCE_S[Poll.BRISK] + 1.5
    assert kept.items[0][1].power.load_w is not None, "a running stream does not hurry the first picture"
    newest = kept.newest
    assert newest.missing == ()
    assert newest.power.load_w is not None
    assert newest.inverters
    assert newest.batteries
    assert newest.tariff is not None
    assert both.transport.open_streams == 0
    asked = both.requests(METER_READINGS.path)
    assert (asked <= 18) if streams else (60 <= asked <= 66)


async def test_powers_of_the_stream_belong_to_the_meters_and_counters_stay() -> None:
    both = pair("three-phase")
    async with both.following(lambda: both.client.readings(every_s=1)) as kept:
        await both.clock.advance(130)
        followed = kept.newest
        read = await both.told(both.client.snapshot())
    for mine, theirs in zip(followed.meters, read.meters, strict=True):
        assert mine.active_power_w == pytest.approx(theirs.active_power_w, rel=0.2, abs=60)
        assert mine.voltage_v == pytest.approx(theirs.voltage_v, rel=0.02)
        assert mine.delivered_wh == pytest.approx(theirs.delivered_wh, abs=200)
        assert len(mine.channels) == len(theirs.channels) == 3
        assert sum(c.active_power_w or 0 for c in mine.channels) == pytest.approx(mine.active_power_w, abs=0.01)
    assert len(kept.items) > 100, "one a second"


async def test_where_the_stream_is_not_offered_the_meters_are_asked() -> None:
    both = pair(firmware="7.6.175", at=MORNING_IN_AMERICA)
    async with both.following(both.client.readings) as kept:
        await both.clock.advance(120)
    assert age_s(both, kept.newest) <= LIVE_S + 1.5
    assert both.requests("/stream/meter") == 1
    assert both.requests(METER_READINGS.path) > 20


async def test_a_stream_that_stalls_is_made_up_for() -> None:
    both = pair(at=MORNING_IN_AMERICA)
    both.switch_on("stream-bursts:size=100000")
    async with both.following(both.client.readings) as kept:
        await both.clock.advance(120)
        assert age_s(both, kept.newest) <= LIVE_S + 1.5


FAULTS = [
    "busy-503",
    "hang",
    "connection-reset",
    "truncated-json",
    "truncated-chunk",
    "html-with-200",
    "bad-gateway",
    "error-object",
    "unauthorized",
    "nightly-outage:at=00:00,minutes=1440,mode=hang",
    "nightly-outage:at=00:00,minutes=1440,mode=reset",
    "nightly-outage:at=00:00,minutes=1440,mode=busy",
]
AT_MOST_S = {"busy-503": 30.0, "nightly-outage:at=00:00,minutes=1440,mode=busy": 30.0, "unauthorized": 60.0}
"""What the gateway itself asks for, and a refused login, which some show at night: a minute between attempts."""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.sample(4)
async def test_values_are_fresh_within_one_cadence_of_the_end_of_a_fault(fault: str) -> None:
    both = pair(at=MORNING_IN_AMERICA)
    async with both.following(lambda: both.client.readings(streams=False)) as kept:
        await both.clock.advance(60)
        both.switch_on(fault)
        await both.clock.advance(400)
        assert kept.error is None
        away = kept.newest
        assert away.missing
        both.switch_off()
        await both.clock.advance(AT_MOST_S.get(fault, PROBE_S) + LIVE_S + 1)
        assert kept.error is None
        assert age_s(both, kept.newest) <= LIVE_S + 1.5
        assert kept.newest.power.grid_w is not None
        assert [part for part in kept.newest.missing if part.part == "gateway"] == []


async def test_while_the_gateway_is_away_old_values_are_not_shown_as_new() -> None:
    both = pair(at=MORNING_IN_AMERICA)
    async with both.following(lambda: both.client.readings(streams=False)) as kept:
        await both.clock.advance(60)
        both.switch_on("connection-reset")
        await both.clock.advance(20)
        assert kept.newest.missing[0].part == "gateway"
        assert kept.newest.power.grid_w is not None, "some seconds old"
        await both.clock.advance(100)
        assert kept.newest.power.grid_w is None
        assert kept.newest.missing[0].part == "gateway"


async def test_one_endpoint_that_hangs_costs_its_part_only() -> None:
    both = pair(at=MORNING_IN_AMERICA)
    async with both.following(lambda: both.client.readings(streams=False)) as kept:
        await both.clock.advance(60)
        both.switch_on(f"hang:path={DEVICE_DATA.path}")
        await both.clock.advance(1800)
        values = [snapshot for _, snapshot in kept.items[-200:]]
    assert all(part.part != "gateway" for snapshot in values for part in snapshot.missing)
    assert DEVICE_DATA.name in {part.part for part in values[-1].missing}
    assert all(snapshot.power.grid_w is not None for snapshot in values)


async def test_a_gateway_that_hangs_is_not_crowded() -> None:
    both = pair(at=MORNING_IN_AMERICA)
    async with both.following(lambda: both.client.readings(streams=False)):
        await both.clock.advance(60)
        before = both.gateway.stats.report()["requests"]
        both.switch_on("busy-503")
        await both.clock.advance(3600)
        after = both.gateway.stats.report()["requests"]
    assert int(str(after)) - int(str(before)) <= 3600 / 30 + 2


async def test_what_keeps_the_first_reading_from_coming_is_raised() -> None:
    both = pair()
    both.switch_on("connection-reset")
    async with both.following(both.client.readings) as kept:
        await both.clock.advance(10)
    assert isinstance(kept.error, GatewayUnreachable)


async def test_a_token_that_stays_refused_is_told_after_a_while() -> None:
    both = pair(at=MORNING_IN_AMERICA)
    async with both.following(lambda: both.client.readings(streams=False)) as kept:
        await both.clock.advance(60)
        both.switch_on("token-refused")
        await both.clock.advance(600)
        assert kept.error is None, "some gateways do this at night"
        await both.clock.advance(600)
    assert isinstance(kept.error, CredentialRejected)

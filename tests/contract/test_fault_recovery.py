"""After any fault ends, values are fresh and right again within one cadence, without anybody's help."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from openvoy.client.streaming.follower import Follower, Turn
from openvoy.model import Snapshot
from openvoy.protocol.endpoint import Poll
from openvoy.protocol.pacing import CADENCE_S
from openvoy.testing.clock import ManualClock
from openvoy.virtual.faults import fault_kinds
from openvoy.virtual.site import Site
from tests.contract.fault_support import Stand, standing
from tests.contract.site_support import site_named
from tests.contract.test_fault_snapshots import AT_ONCE
from tests.support.lived import lived_site

NAMES = [name for name in sorted(fault_kinds()) if not name.startswith("cloud-")]
"""A reading does not ask the cloud."""
GROUPS = 6
FAULT_S = 90
LASTING = {"connection-refused": "connection-refused:minutes=1", "hammered": "hammered:requests=1,freeze_s=0"}
"""Options that end within the fault's time."""


@dataclass
class Watch:
    """A gateway that is followed, both by clocks that a test moves."""

    stand: Stand
    clock: ManualClock
    site: Site
    """Its twin, which knows the truth."""
    turns: list[tuple[float, Turn]] = field(default_factory=list)

    async def follow(self, follower: Follower) -> None:
        async with aclosing(follower.turns()) as turns:
            async for turn in turns:
                self.turns.append((self.clock.monotonic(), turn))

    async def until(self, is_enough: Callable[[], bool], *, at_most_s: float) -> bool:
        """Let both clocks run, a second at a time, each time after the follower has come to rest."""
        for _ in range(int(at_most_s)):
            await self.clock.until_sleeping()
            if is_enough():
                return True
            self.stand.gateway.clock.advance(1)
            await self.clock.advance(1)
        await self.clock.until_sleeping()
        return is_enough()

    def newest(self, since_s: float) -> Snapshot | None:
        """Give the newest snapshot with live values that were read since."""
        fresh = [turn.snapshot for at_s, turn in self.turns if at_s >= since_s and turn.is_new]
        return fresh[-1] if fresh else None


@asynccontextmanager
async def watching(
    site: str, firmware: str, is_quiet: Callable[[datetime], bool] = lambda _: False
) -> AsyncIterator[Watch]:
    async with standing(site, firmware) as stand, stand.client() as client:
        clock = ManualClock(stand.time.now())
        watch = Watch(stand, clock, lived_site(site_named(site), stand.time.now()))
        task = asyncio.create_task(watch.follow(Follower(client, clock, streams=False, is_quiet=is_quiet)))
        try:
            yield watch
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled(), task.exception()


def is_right(watch: Watch, since_s: float) -> bool:
    """Whether live values are there, and true."""
    snapshot = watch.newest(since_s)
    if snapshot is None or None in {snapshot.power.solar_w, snapshot.power.grid_w}:
        return False
    true = watch.site.at(snapshot.at)
    told = (snapshot.power.solar_w, snapshot.power.grid_w)
    return told == pytest.approx((true.solar.all.active_w, true.grid.all.active_w), rel=0.02, abs=50)


def is_whole(watch: Watch, since_s: float) -> bool:
    """Whether the load is known too, for which batteries must have been read."""
    snapshot = watch.newest(since_s)
    return is_right(watch, since_s) and snapshot is not None and snapshot.power.load_w is not None


@pytest.mark.parametrize("firmware", ["3.9", "5.0", "8.3"])
async def test_who_begins_while_gateways_restart_waits_for_no_slow_page(firmware: str) -> None:
    async with watching("standard", firmware, is_quiet=lambda _: True) as watch:
        assert await watch.until(lambda: watch.newest(0) is not None, at_most_s=CADENCE_S[Poll.LIVE])


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.timeout(120)
@pytest.mark.sample(2)
async def test_live_values_are_fresh_within_one_cadence_of_a_faults_end(group: int) -> None:
    async with watching("demo", "8.3") as watch:
        assert await watch.until(lambda: is_right(watch, 0), at_most_s=30)
        late = [text for name in NAMES[group::GROUPS] if (text := await lateness(watch, name))]
    assert late == []


async def lateness(watch: Watch, name: str) -> str:
    """Switch a fault on and off; say what came late, if anything."""
    watch.stand.switch_on(LASTING.get(name, AT_ONCE.get(name, name)))
    await watch.until(lambda: False, at_most_s=FAULT_S)
    watch.stand.gateway.faults.switch_off()
    ended_s = watch.clock.monotonic()
    if not await watch.until(lambda: is_right(watch, ended_s), at_most_s=CADENCE_S[Poll.LIVE] + 1):
        await watch.until(lambda: is_whole(watch, ended_s), at_most_s=1800)
        return f"{name}: live values after {watch.clock.monotonic() - ended_s:.0f} s"
    if not await watch.until(lambda: is_whole(watch, ended_s), at_most_s=CADENCE_S[Poll.MINUTE]):
        return f"{name}: no load after {watch.clock.monotonic() - ended_s:.0f} s"
    return ""

"""Exporters run beside collection, each at its own risk."""

from __future__ import annotations

import pytest

from openvoy.collector import Exporting
from openvoy.collector.exporting import FIRST_PAUSE_S, LONGEST_PAUSE_S
from openvoy.errors import ExportError
from openvoy.ports import Exporter, Page, Progress
from openvoy.testing.clock import ManualClock


class Receiver:
    """An exporter whose receiver is there only sometimes."""

    receiver = "tcp://receiver"
    pages: tuple[Page, ...] = ()

    def __init__(self, clock: ManualClock) -> None:
        self.tried_at: list[float] = []
        self.is_there = False
        self.has_defect = False
        self._clock = clock

    async def run(self, progress: Progress) -> None:
        """Deliver once a second."""
        while True:
            self.tried_at.append(self._clock.monotonic())
            if self.has_defect:
                raise ZeroDivisionError
            if not self.is_there:
                raise ExportError("receiver does not answer.", hint="Start it.")
            progress.note_delivered(2, left_count=1)
            await self._clock.sleep(1)


async def test_a_dead_receiver_is_tried_less_and_less_and_its_status_says_why() -> None:
    clock = ManualClock()
    receiver: Exporter = Receiver(clock)
    async with Exporting([("mqtt", receiver)], clock=clock) as exporting:
        await clock.advance(3600)
        (status,) = exporting.statuses()
        assert (status.state, status.problem, status.hint) == ("trouble", "receiver does not answer.", "Start it.")
        assert isinstance(receiver, Receiver)
        pauses = [later - earlier for earlier, later in zip(receiver.tried_at, receiver.tried_at[1:], strict=False)]
        assert pauses[:3] == pytest.approx([FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S])
        assert pauses[-1] == pytest.approx(LONGEST_PAUSE_S)

        receiver.is_there = True
        await clock.advance(LONGEST_PAUSE_S)
        (status,) = exporting.statuses()
        assert (status.state, status.problem, status.left_count) == ("ok", None, 1)
        assert status.delivered_count >= 2
        assert status.delivered_at is not None


async def test_a_defect_in_one_exporter_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    good, bad = Receiver(clock), Receiver(clock)
    good.is_there = bad.has_defect = True
    async with Exporting([("influx", bad), ("influx", good)], clock=clock) as exporting:
        await clock.advance(60)
        first, second = exporting.statuses()
    assert (first.name, second.name, second.state) == ("influx 1", "influx 2", "ok")
    assert second.delivered_count >= 100
    assert len(bad.tried_at) > 1
    assert "influx 1 stopped by a fault of ours" in caplog.text

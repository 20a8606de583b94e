from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from openvoy.cli.demo_site import live_until_now, parse_start
from openvoy.errors import ConfigError
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from openvoy.virtual.site import Site, read_site

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("given", "now", "start"),
    [
        ("daylight", "2026-06-21T10:00Z", "2026-06-21T10:00Z"),
        ("daylight", "2026-06-21T20:00Z", "2026-06-21T11:00Z"),
        ("daylight", "2026-06-21T23:30Z", "2026-06-21T11:00Z"),  # half past one in Paris, the day after
        ("daylight", "2026-12-01T06:00Z", "2026-11-30T12:00Z"),
        ("now", "2026-06-21T23:30Z", "2026-06-21T23:30Z"),
        ("2025-06-21T13:00", "2026-06-21T23:30Z", "2025-06-21T11:00Z"),
        ("2025-06-21T13:00+00:00", "2026-06-21T23:30Z", "2025-06-21T13:00Z"),
    ],
)
def test_when_the_demo_begins(given: str, now: str, start: str) -> None:
    assert parse_start(given, datetime.fromisoformat(now), PARIS) == datetime.fromisoformat(start)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_start("noon", datetime(2026, 6, 21, tzinfo=UTC), PARIS)
    assert "2026-06-21T13:00" in (caught.value.hint or "")


async def test_the_past_knows_of_panels_only_what_they_have_reported(tmp_path: Path) -> None:
    site = Site(read_site("demo").commissioned_on(date(2026, 6, 20)))
    clock = ManualClock(datetime(2026, 6, 21, 12, tzinfo=UTC))
    store = await HistoryStore.open(tmp_path)
    for later_s, moments in ((0, 3), (600, 3)):
        await clock.advance(later_s)
        await live_until_now(store, site, clock)
        rows = await store.read_rows("device_energy", start=clock.now() - timedelta(days=3), end=clock.now())
        assert len(set(rows["at"])) == moments
        known = dict(zip(rows["serial"], map(str, rows["energy_wh"]), strict=True))
        for panel in site.at(clock.now()).panels:
            assert panel.report is not None
            assert float(known[panel.serial]) <= panel.report.lifetime_j / 3600
    await store.close()


async def test_devices_are_there_from_the_first_day_on(tmp_path: Path) -> None:
    site = Site(read_site("demo").commissioned_on(date(2026, 6, 20)))
    store = await HistoryStore.open(tmp_path)
    await live_until_now(store, site, ManualClock(datetime(2026, 6, 21, 12, tzinfo=UTC)))
    known = await store.read_devices()
    await store.close()
    assert {"gateway", "meter", "inverter", "battery"} <= set(known["kind"])
    first_night = site.commissioned_at + timedelta(days=1)
    assert max(float(at_s or 0) for at_s in known["first_seen"]) < first_night.timestamp()


class BusyClock(ManualClock):
    """Five minutes go by between the second look at it and the third."""

    looks = 0

    def now(self) -> datetime:
        """Look."""
        self.looks += 1
        return super().now() + timedelta(minutes=5 if self.looks > 2 else 0)


async def test_the_present_joins_on_to_a_past_that_took_minutes_to_write(tmp_path: Path) -> None:
    site = Site(read_site("demo").commissioned_on(date(2026, 6, 20)))
    began = datetime(2026, 6, 21, 12, tzinfo=UTC)
    store = await HistoryStore.open(tmp_path)
    await live_until_now(store, site, BusyClock(began))
    power = await store.read_rows("power", start=began - timedelta(minutes=5), end=began + timedelta(minutes=5))
    assert [float(at_s or 0) for at_s in power["at"]] == [began.timestamp() + 60 * minute for minute in range(-5, 5)]
    await store.close()

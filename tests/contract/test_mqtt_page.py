"""docs/mqtt.md names a topic for everything that simple programs report: each is really published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from openvoy.exporters.home_assistant import Prefixes, render_topic, render_value
from openvoy.exporters.mqtt.summary import build_summary, read_days
from openvoy.exporters.quantities import quantities
from openvoy.model.records import Batch, EnergyRecord
from openvoy.store import HistoryStore
from tests.contract.site_support import NOON, read_snapshot, source_of

ROW = re.compile(r"^\| (?P<what>[^|]+) \| `(?P<topic>[a-z_/<>]+)` \| [^|]+ \|$", re.MULTILINE)
PAGE = Path(__file__).parents[2] / "docs" / "mqtt.md"
ZONE = ZoneInfo("America/Los_Angeles")
SITES = (("full", "8.3"), ("acb", "8.2"))


def rows() -> Iterator[tuple[str, str]]:
    jeedom = PAGE.read_text().partition("## Jeedom")[2].partition("\n## ")[0]
    for row in ROW.finditer(jeedom):
        yield row["what"], row["topic"]


@pytest.fixture
async def published(tmp_path: Path) -> set[str]:
    """Every topic below a gateway's, of a house with all devices and of one with AC Batteries, after some days."""
    store = await HistoryStore.open(tmp_path)
    topics: set[str] = set()
    for site, firmware in SITES:
        snapshot = await read_snapshot(source_of(site, firmware))
        serial = snapshot.gateway.serial
        records = tuple(
            EnergyRecord(
                gateway=serial, at=NOON - timedelta(hours=6 * step), solar_wh=1e5 - step, import_wh=1e5 - step,
                export_wh=1e5 - step, load_wh=1e5 - step,
            )
            for step in range(40)
        )  # fmt: skip
        await store.write(Batch(energy=records))
        values = {render_topic(one, Prefixes()): render_value(one) for one in quantities(snapshot)}
        topics |= {topic.removeprefix(f"openvoy/{serial}/") for topic, text in values.items() if text}
        extra = {**build_summary(snapshot), **await read_days(store, serial, zone=ZONE, now=NOON)}
        topics |= {topic for topic, text in extra.items() if text}
    await store.close()
    return topics


async def test_each_topic_of_the_table_is_published(published: set[str]) -> None:
    named = list(rows())
    assert len(named) > 25
    for what, topic in named:
        pattern = re.compile(topic.replace("<serial>", r"\d+"))
        assert any(pattern.fullmatch(one) for one in published), what


async def test_days_are_those_of_the_site(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path)
    midnight = NOON.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    steps = ((-8 * 24, 0.0), (-7 * 24, 1.0), (-3 * 24, 10.0), (0, 100.0), (2, 1000.0))
    records = tuple(
        EnergyRecord(gateway="1", at=midnight + timedelta(hours=hours), import_wh=count, export_wh=2 * count)
        for hours, count in steps
    )
    await store.write(Batch(energy=records))
    days = await read_days(store, "1", zone=ZONE, now=NOON)
    await store.close()
    found = {topic: text for topic, text in days.items() if text}
    assert found == {
        "today/import_wh": "900.0",
        "today/export_wh": "1800.0",
        "today/net_wh": "-900.0",
        "week/import_wh": "99.0",
        "week/export_wh": "198.0",
        "week/net_wh": "-99.0",
    }

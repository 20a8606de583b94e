"""The Grafana dashboard: sound in itself, and every expression finds values of a full site in a real Prometheus."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from openvoy.collector.feed import LiveFeed
from openvoy.exporters import prometheus
from openvoy.model import Snapshot
from openvoy.ports import GatewayStatus
from openvoy.store import HistoryStore
from openvoy.testing.truth.cases import build_case
from openvoy.testing.truth.life import Life
from openvoy.testing.truth.plan import Trouble
from tests.support.receivers import Prometheus
from tests.support.receiving import serving, until

FILE = Path(__file__).parents[2] / "packaging" / "grafana" / "openvoy.json"
DASHBOARD: dict[str, Any] = json.loads(FILE.read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24
SUBSTITUTES = {"$gateway": ".*", "$__range": "1h", "$__interval": "1m", "$__rate_interval": "1m"}


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where a panel lies."""

    x: int
    y: int
    w: int
    h: int

    def overlaps(self, other: Box) -> bool:
        return (
            self.x < other.x + other.w
            and other.x < self.x + self.w
            and self.y < other.y + other.h
            and other.y < self.y + self.h
        )


def expressions() -> Iterator[tuple[str, str]]:
    for panel in PANELS:
        for target in panel.get("targets", ()):
            yield f"{panel['title']} {target['refId']}", target["expr"]


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    numbers = [panel["id"] for panel in PANELS]
    assert len(numbers) == len(set(numbers)) > 25
    boxes = [Box(**panel["gridPos"]) for panel in PANELS]
    assert all(box.x >= 0 and box.x + box.w <= COLUMNS and box.h > 0 for box in boxes)
    assert [(a, b) for a, b in itertools.combinations(boxes, 2) if a.overlaps(b)] == []


def test_every_panel_asks_the_source_that_is_chosen() -> None:
    variables = {one["name"]: one for one in DASHBOARD["templating"]["list"]}
    assert (variables["datasource"]["type"], variables["datasource"]["query"]) == ("datasource", "prometheus")
    assert variables["gateway"]["datasource"] == SOURCE
    assert DASHBOARD["id"] is None, "else it would take another dashboard's place"
    for panel in PANELS:
        if panel["type"] == "row":
            continue
        assert panel["datasource"] == SOURCE
        assert all(target["datasource"] == SOURCE for target in panel["targets"])
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references)) > 0
        assert panel["fieldConfig"]["defaults"]["unit"]


def test_nothing_but_its_variables_is_referred_to() -> None:
    used = set(re.findall(r"\$\w+", " ".join(expr for _, expr in expressions())))
    assert used <= set(SUBSTITUTES)
    assert "$gateway" in used


async def _scrape(folder: Path) -> str:
    """Answer a scrape of everything that a site can have, by day."""
    store = await HistoryStore.open(folder)
    feed = LiveFeed(["home"])
    life = Life(build_case("everything, 8.3.5286", 1, Trouble()), store)

    def tell(snapshot: Snapshot) -> None:
        status = GatewayStatus(
            name="home", host="h", serial=snapshot.gateway.serial, state="ok", fresh_at=snapshot.at, is_fresh=True,
            load_pct=3.0,
        )  # fmt: skip
        feed.publish(status, snapshot)

    life.tell = tell
    step = 0
    async for _ in life.steps():
        step += 1
        if step == 4:
            break
    await store.close()
    household: Any = SimpleNamespace(feed=feed)
    (page,) = prometheus.KIND.build(prometheus.PrometheusSettings(), household).pages
    return page.render("")[1].decode()


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> str:
    return asyncio.run(_scrape(tmp_path_factory.mktemp("full") / "history"))


def test_every_metric_it_names_is_one_of_a_full_site(scraped: str) -> None:
    said = {re.split(r"[{ ]", line)[0] for line in scraped.splitlines() if not line.startswith("#")}
    named = {name for _, expr in expressions() for name in re.findall(r"\bopenvoy_\w+", expr)}
    assert len(named) > 20
    assert named <= said


async def test_every_expression_finds_values(scraped: str, tmp_path: Path) -> None:
    receiver = Prometheus(tmp_path / "prometheus")
    async with serving(lambda _: ("text/plain; version=0.0.4", scraped.encode())) as place:
        receiver.scraped = place
        try:
            await asyncio.to_thread(receiver.start)
            await until(lambda: len(receiver.samples("openvoy_gateway_up")) > 1)
            empty = [title for title, expr in expressions() if not await asyncio.to_thread(_ask, receiver, expr)]
        finally:
            await asyncio.to_thread(receiver.stop)
    assert empty == []


def _ask(receiver: Prometheus, expression: str) -> list[Any]:
    for name, text in SUBSTITUTES.items():
        expression = expression.replace(name, text)
    found: list[Any] = json.loads(receiver.ask("/api/v1/query", query=expression))["data"]["result"]
    return found

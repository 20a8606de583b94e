"""A meter that is wired wrongly tells the same wrong powers everywhere, and what is made of them is wrong alike."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from openvoy.protocol.endpoints.livedata import STREAM_METER
from tests.contract.fault_support import Stand, page_row, standing

READINGS, PAGE, REPORTS, LIVE = (
    "/ivp/meters/readings",
    "/production.json?details=1",
    "/ivp/meters/reports",
    "/ivp/livedata/status",
)
EIDS = {"production": 704643328, "net-consumption": 704643584}
QUICK = {"production": "/ivp/meters/pvReading", "net-consumption": "/ivp/meters/gridReading"}
STREAMED = {"production": "production", "net-consumption": "net", "total-consumption": "total"}
NEAR_W = 1.1
"""Reports and live values are whole numbers, or of the second before."""


async def first_record(stand: Stand) -> Any:
    async with stand.client() as client, aclosing(client.stream(STREAM_METER)) as records, asyncio.timeout(20):
        return (await anext(records))[0]


def phases(record: Any, kind: str) -> list[float]:
    told = getattr(record, STREAMED[kind])
    return [row.power_w for row in (told.a, told.b, told.c)]


async def powers(stand: Stand, kind: str) -> dict[str, list[float]]:
    """Give the power of a meter by line, from each page that tells it."""
    reading = next(row for row in await stand.ask(READINGS) if row["eid"] == EIDS[kind])
    row = page_row(await stand.ask(PAGE), kind)
    report = next(one for one in await stand.ask(REPORTS) if one["reportType"] == kind)
    lines = len(row["lines"])
    streamed = phases(await first_record(stand), kind)
    return {
        "readings": [reading["activePower"], *(one["activePower"] for one in reading["channels"][:lines])],
        "page": [row["wNow"], *(line["wNow"] for line in row["lines"])],
        "reports": [report["cumulative"]["currW"], *(line["currW"] for line in report["lines"])],
        "stream": [sum(streamed), *streamed[:lines]],
    }


async def total(stand: Stand) -> dict[str, float]:
    streamed = phases(await first_record(stand), "total-consumption")
    report = next(one for one in await stand.ask(REPORTS) if one["reportType"] == "total-consumption")
    return {
        "page": page_row(await stand.ask(PAGE), "total-consumption")["wNow"],
        "reports": report["cumulative"]["currW"],
        "stream": sum(streamed),
    }


@pytest.mark.parametrize("site", ["metered-split", "three-phase"])
@pytest.mark.parametrize("kind", ["production", "net-consumption"])
@pytest.mark.parametrize("options", ["", ",phase=1", ",phase=2,degrees=120"])
async def test_every_page_tells_the_same(site: str, kind: str, options: str) -> None:
    async with standing(site, "8.3") as stand:
        right, right_total = await powers(stand, kind), await total(stand)
        stand.switch_on(f"ct-reversed:kind={kind}{options}")
        wrong, wrong_total = await powers(stand, kind), await total(stand)
    assert wrong["readings"][0] != pytest.approx(right["readings"][0], abs=100)
    for page, values in wrong.items():
        assert values == pytest.approx(wrong["readings"], abs=NEAR_W), page
        assert values[0] == pytest.approx(sum(values[1:]), abs=NEAR_W), page
    step_w = wrong["readings"][0] - right["readings"][0]
    for page, power_w in wrong_total.items():
        assert power_w == pytest.approx(right_total[page] + step_w, abs=2 * NEAR_W), page


@pytest.mark.parametrize(("kind", "flow"), [("production", "pv"), ("net-consumption", "grid")])
async def test_live_values_and_quick_readings_too(kind: str, flow: str) -> None:
    async with standing("three-phase", "8.3") as stand:
        await stand.send("/ivp/livedata/stream", method="POST", body={"enable": 1})
        before = (await stand.ask(LIVE))["meters"]
        stand.switch_on(f"ct-reversed:kind={kind}")
        after = (await stand.ask(LIVE))["meters"]
        quick = await stand.ask(QUICK[kind])
        reading = next(row for row in await stand.ask(READINGS) if row["eid"] == EIDS[kind])
    assert after[flow]["agg_p_mw"] == pytest.approx(-before[flow]["agg_p_mw"], rel=1e-3)
    step_mw = after[flow]["agg_p_mw"] - before[flow]["agg_p_mw"]
    assert after["load"]["agg_p_mw"] == pytest.approx(before["load"]["agg_p_mw"] + step_mw, abs=2000)
    channels = [channel["activePower"] for channel in quick[0]["channels"]]
    assert channels == pytest.approx([channel["activePower"] for channel in reading["channels"]], abs=NEAR_W)

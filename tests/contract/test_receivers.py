"""InfluxDB, VictoriaMetrics and Prometheus follow a site, go away and come back: they have what history has."""

from __future__ import annotations

from pathlib import Path

import pytest

from openvoy.testing.truth.cases import build_case
from openvoy.testing.truth.plan import Trouble
from tests.support.receiving import live, receivers


@pytest.mark.timeout(60)
async def test_a_day_with_an_outage_of_all_arrives_to_the_watt_hour(tmp_path: Path) -> None:
    case = build_case("three phases with batteries, 8.3", 1, Trouble())
    async with receivers(tmp_path) as programs:
        totals = await live(case, tmp_path, programs, away={40: 24}, pace_s=0.02)
    assert programs.outages == {"InfluxDb": 1, "VictoriaMetrics": 1, "Prometheus": 1}
    assert {(one.receiver, one.quantity) for one in totals} == {
        (name, f"{quantity}_wh")
        for name in ("InfluxDB", "VictoriaMetrics", "Prometheus")
        for quantity in ("solar", "import", "export", "charge", "discharge", "load")
    }
    assert {one.quantity: one.kept_wh > 100 for one in totals} == dict.fromkeys((one.quantity for one in totals), True)
    wrong = [one for one in totals if abs(one.received_wh - one.kept_wh) >= 0.02]
    assert wrong == []

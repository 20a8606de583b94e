"""A week of a simulated site for real receivers that are away again and again: what they have against what history has.

InfluxDB and VictoriaMetrics are written to and get what they missed; Prometheus scrapes and sees counters go on. Time
of the site runs ahead of the machine's, so scrapes are rarer in it than in a house. OPENVOY_OTHERS_DAYS changes the
week.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benches import Row, UnmeasurableError
from openvoy.testing.truth.cases import build_case
from openvoy.testing.truth.plan import Trouble

DAYS = int(os.environ.get("OPENVOY_OTHERS_DAYS", "7"))
STEPS_A_DAY = 96
SITES = ("three phases with batteries, 8.3", "metered, 8.2", "everything, 8.3.5286")
PACE_S = 0.03
WITHIN_WH = 1.0
PROGRAMS = ("influxd", "victoria-metrics", "prometheus")


def run() -> Sequence[Row]:
    """Live a week of each site."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise UnmeasurableError(f"{', '.join(missing)} is not installed")
    sys.path.insert(0, str(Path(__file__).parents[2]))
    return [row for site in SITES for row in asyncio.run(_measure(site))]


async def _measure(site: str) -> Sequence[Row]:
    from tests.support.receiving import live, receivers  # noqa: PLC0415 - the checkout's own path is known by now

    # Away once a day, from half an hour to nearly a day.
    away = {STEPS_A_DAY * day + 20: length for day, length in enumerate((2, 12, 40, 90, 6, 24)[: DAYS - 1])}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with receivers(folder) as programs:
            totals = await live(build_case(site, DAYS, Trouble()), folder, programs, away=away, pace_s=PACE_S)
    return [
        Row(
            figure=f"{one.quantity.removesuffix('_wh')}, {one.receiver} away {len(away)} times in {DAYS} days, {site}",
            value=one.received_wh,
            unit="Wh",
            peer="history",
            peer_value=one.kept_wh,
            bound=f"within {WITHIN_WH:g} Wh",
            ok=abs(one.received_wh - one.kept_wh) < WITHIN_WH,
        )
        for one in totals
    ]

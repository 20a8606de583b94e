"""Mutated replies of simulated and recorded gateways, decoded and translated: how many, how fast, in how much memory.

Each gives a Snapshot or BadPayload, nothing else; the campaign ends with what reproduces the first that does not.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benches import Row

ROOT = Path(__file__).parents[2]
REPLIES = 210_000
SEED = 20_260_101
MOST_GROWTH_MIB = 100
"""Beyond what the replies themselves and the first thousand take."""


def run() -> Sequence[Row]:
    """Run the long campaign."""
    sys.path.insert(0, str(ROOT))
    from tests.fuzz.campaign import Campaign  # noqa: PLC0415 - as above
    from tests.fuzz.corpus import SITES, recorded_cases, simulated_case  # noqa: PLC0415 - as above

    from openvoy.testing.captures import captures_folder  # noqa: PLC0415 - with the tests' folder on the path

    cases = [asyncio.run(simulated_case(name, firmware)) for name, firmware in SITES]
    cases += recorded_cases(captures_folder(ROOT))
    campaign = Campaign(cases, SEED)
    campaign.run(1000)
    before_mib, started_s = _peak_mib(), time.process_time()
    done = campaign.mutated
    campaign.run(REPLIES)
    spent_s = time.process_time() - started_s
    growth_mib = _peak_mib() - before_mib
    return [
        Row(
            figure=f"mutated replies of {len(cases)} gateways, each a snapshot or BadPayload",
            value=campaign.mutated,
            unit="replies",
            bound=">= 200000",
            ok=campaign.mutated >= 200_000,
        ),
        Row(figure="decoded, if only in part", value=campaign.outcomes["decoded"], unit="replies"),
        Row(figure="refused as BadPayload", value=campaign.outcomes["refused"], unit="replies"),
        Row(figure="snapshots built", value=campaign.outcomes["snapshots"], unit="snapshots"),
        Row(figure="replies a CPU second", value=(campaign.mutated - done) / spent_s, unit="1/s"),
        Row(figure="peak memory of the process", value=_peak_mib(), unit="MiB"),
        Row(
            figure="growth after the first thousand",
            value=growth_mib,
            unit="MiB",
            bound=f"<= {MOST_GROWTH_MIB}",
            ok=growth_mib <= MOST_GROWTH_MIB,
        ),
    ]


def _peak_mib() -> float:
    """Give the most memory that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10

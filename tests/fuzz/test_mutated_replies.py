"""A bounded campaign: a seed a gateway family, so that a failure comes again."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from openvoy.errors import BadPayload
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, INVERTERS
from openvoy.protocol.endpoints.legacy import PRODUCTION_TABLE
from openvoy.protocol.endpoints.meters import METER_READINGS
from tests.fuzz.campaign import Campaign
from tests.fuzz.corpus import SITES, Case, recorded_cases, simulated_case

REPLIES = 3_000
MOST_MEMORY_MIB = 64
"""For a reply of 1 MiB or less."""


@pytest.mark.parametrize(
    ("site", "firmware"),
    [
        pytest.param(*pair, id="-".join(pair), marks=pytest.mark.slow if number % 3 else ())
        for number, pair in enumerate(SITES)
    ],
)
@pytest.mark.sample(1)
async def test_a_simulated_gateway_gone_mad_gives_a_snapshot_or_bad_payload(site: str, firmware: str) -> None:
    campaign = Campaign([await simulated_case(site, firmware)], seed=SITES.index((site, firmware)))
    campaign.run(REPLIES)
    assert min(campaign.outcomes[kind] for kind in ("decoded", "refused", "snapshots")) > REPLIES // 10


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.sample(1)
def test_a_recorded_gateway_gone_mad_gives_a_snapshot_or_bad_payload(recordings_folder: Path, half: int) -> None:
    cases: Sequence[Case] = list(recorded_cases(recordings_folder))[half::2]
    campaign = Campaign(cases, seed=half)
    campaign.run(2 * REPLIES)
    assert campaign.outcomes["snapshots"] > REPLIES // 10


async def test_the_same_seed_makes_the_same_campaign() -> None:
    case = await simulated_case("demo", "8.3")
    first, second = (Campaign([case], seed=7) for _ in range(2))
    first.run(200)
    second.run(200)
    assert first.outcomes == second.outcomes


MIB = 2**20
HEAVY = {
    "deep lists": b"[" * MIB,
    "deep objects": b'{"a":' * (MIB // 5),
    "deep and closed": b"[" * (MIB // 2) + b"]" * (MIB // 2),
    "many rows": b"[" + b",".join([b"{}"] * (MIB // 3)) + b"]",
    "many misfits": b"[" + b",".join([b'{"eid":[]}'] * (MIB // 11)) + b"]",
    "many keys": b"{" + b",".join(b'"%d":{"sn":1}' % number for number in range(MIB // 17)) + b"}",
    "one long number": b'[{"eid":' + b"9" * MIB + b"}]",
    "one long text": b'[{"serialNumber":"' + b"9" * MIB + b'"}]',
    "deep elements": b"<a>" * (MIB // 3),
    "many cells": b"<td>Currently</td>" * (MIB // 18),
    "entities": b'<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>',
}


@pytest.mark.parametrize("name", HEAVY)
@pytest.mark.sample(4)
def test_a_heavy_reply_costs_bounded_memory(name: str) -> None:
    tracemalloc.start()
    try:
        for endpoint in (METER_READINGS, INVERTERS, DEVICE_DATA, INFO, PRODUCTION_TABLE):
            try:
                endpoint.decode(HEAVY[name])
            except BadPayload as error:
                assert len(error.message) < 1000  # noqa: PT017 - either outcome is right
        peak_mib = tracemalloc.get_traced_memory()[1] / MIB
    finally:
        tracemalloc.stop()
    assert peak_mib < MOST_MEMORY_MIB

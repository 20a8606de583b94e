"""What a gateway has to do while others read it through the service's mirror, over a simulated hour.

Twenty readers ask the mirror beside `Gateway.readings`, each what one update of pyenphase asks, every minute, their
minutes spread evenly. Beside it what the service and one pyenphase cost that asks the gateway itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from benches import Row, UnmeasurableError
from benches._hour import Hour, measure_mirrored, measure_openvoy, measure_pyenphase

FIRMWARE = "8.3.5169"
SITES = ("metered-split", "full")
READERS = 20
PEER = "service and one pyenphase"


def run() -> Sequence[Row]:
    """Measure."""
    return [row for site in SITES for row in asyncio.run(_measure(site))]


async def _measure(site: str) -> list[Row]:
    try:
        peer = await measure_pyenphase(site, FIRMWARE)
        one, many = [await measure_mirrored(site, FIRMWARE, readers=count) for count in (1, READERS)]
    except ImportError as error:
        raise UnmeasurableError("pyenphase is not installed") from error
    alone = await measure_openvoy(site, FIRMWARE, streams=True)
    both = Hour(
        busy_s=alone.busy_s + peer.busy_s,
        requests=alone.requests + peer.requests,
        median_age_s=min(alone.median_age_s, peer.median_age_s),
    )
    return [
        *_rows(f"service alone ({site})", alone, both),
        *_rows(f"service and a reader of its mirror ({site})", one, both),
        *_rows(f"service and {READERS} readers of its mirror ({site})", many, both),
    ]


def _rows(who: str, hour: Hour, peer: Hour) -> Sequence[Row]:
    return [
        Row(
            figure=f"{what} of an hour, {who}",
            value=value,
            unit=unit,
            peer=PEER,
            peer_value=peer_value,
            ratio=value / peer_value,
        )
        for what, unit, value, peer_value in (
            ("busy seconds", "s", hour.busy_s, peer.busy_s),
            ("requests", "", float(hour.requests), float(peer.requests)),
        )
    ]

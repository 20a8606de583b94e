"""What reading costs a gateway, beside pyenphase at its default pace, over the same simulated hour.

The virtual gateway answers with the latencies that were measured on firmware 8.3, and counts the seconds that it was
busy. `Gateway.readings` follows the meters' event stream where this login may; the rows without it are how a gateway
that does not offer it is read. A stream counts as one request, as it takes no handler's time; what its records cost
inside a real gateway is not known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from benches import Row, UnmeasurableError
from benches._hour import Hour, measure_openvoy, measure_pyenphase

FIRMWARE = "8.3.5169"
SITES = ("demo", "metered-split", "three-phase-battery", "full")
MOST_OF_PEER = 0.2
MOST_AGE_S = 5.0
PEER = "pyenphase"


def run() -> Sequence[Row]:
    """Measure."""
    return [row for site in SITES for row in asyncio.run(_measure(site))]


async def _measure(site: str) -> list[Row]:
    try:
        peer = await measure_pyenphase(site, FIRMWARE)
    except ImportError as error:
        raise UnmeasurableError("pyenphase is not installed") from error
    followed = await measure_openvoy(site, FIRMWARE, streams=True)
    polled = await measure_openvoy(site, FIRMWARE, streams=False)
    return [
        _busy(f"busy seconds of an hour ({site})", followed, peer, is_bound=True),
        _age(f"median age of meter values ({site})", followed, peer, is_bound=True),
        Row(
            figure=f"requests of an hour ({site})",
            value=followed.requests,
            unit="",
            peer=PEER,
            peer_value=peer.requests,
        ),
        _busy(f"busy seconds of an hour, without stream ({site})", polled, peer, is_bound=False),
        _age(f"median age of meter values, without stream ({site})", polled, peer, is_bound=False),
    ]


def _busy(figure: str, ours: Hour, peer: Hour, *, is_bound: bool) -> Row:
    ratio = ours.busy_s / peer.busy_s
    return Row(
        figure=figure,
        value=ours.busy_s,
        unit="s",
        peer=PEER,
        peer_value=peer.busy_s,
        ratio=ratio,
        bound=f"ratio <= {MOST_OF_PEER:g}" if is_bound else None,
        ok=ratio <= MOST_OF_PEER if is_bound else None,
    )


def _age(figure: str, ours: Hour, peer: Hour, *, is_bound: bool) -> Row:
    return Row(
        figure=figure,
        value=ours.median_age_s,
        unit="s",
        peer=PEER,
        peer_value=peer.median_age_s,
        ratio=ours.median_age_s / peer.median_age_s,
        bound=f"value <= {MOST_AGE_S:g} s" if is_bound else None,
        ok=ours.median_age_s <= MOST_AGE_S if is_bound else None,
    )

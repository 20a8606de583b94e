"""Reads the gateways' own event logs when a person asks, at most one page at a time and not again within a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from openvoy.collector.service import Source
from openvoy.errors import EndpointMissing
from openvoy.model.log import LogEntry
from openvoy.ports import Clock
from openvoy.ports.logbook import LogReader

KEPT = timedelta(minutes=1)
"""The page takes a gateway seconds; impatient readers get the same one again."""

SIZES = (50, 200)
"""How many entries are asked for: who wants one more each time is no reason to ask each time."""


class GatewayLogs:
    """The logs of the sources of a service. Implements ports.Logbook."""

    def __init__(self, sources: Sequence[Source], *, clock: Clock) -> None:
        """Take the sources whose readers can read logs."""
        self._readers = {one.name: one.reader for one in sources if isinstance(one.reader, LogReader)}
        self._clock, self._turn = clock, asyncio.Lock()
        self._kept: dict[tuple[str, int], tuple[datetime, Sequence[LogEntry]]] = {}
        """By gateway and by how many were asked for."""

    async def fetch_log(self, gateway: str, *, limit: int) -> Sequence[LogEntry]:
        """Fetch the newest entries of a gateway, or give those of the last minute."""
        reader = self._readers.get(gateway)
        if reader is None:
            raise EndpointMissing(
                f"The log of gateway '{gateway}' cannot be read.", hint="Its page in a browser may show it."
            )
        asked = next((size for size in SIZES if limit <= size), limit)
        async with self._turn:
            at, entries = self._kept.get((gateway, asked), (None, ()))
            now = self._clock.now()
            if at is None or now - at >= KEPT:
                entries = await reader.fetch_log(limit=asked)
                self._kept[gateway, asked] = (now, entries)
        return entries[:limit]

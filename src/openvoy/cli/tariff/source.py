"""The prices of a site as `ports.Prices`: its own file, else what the gateway says; prices by time are remembered."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

from openvoy.cli.tariff.file import RemoteSeries, TariffFile
from openvoy.collector.tariffs import read_tariff
from openvoy.errors import ConfigError, ExportError
from openvoy.model.prices import PricePlan, PriceSeries, parse_series
from openvoy.model.prices.calendar import first_day, next_day
from openvoy.model.prices.gateway import build_gateway_plan
from openvoy.model.prices.series import build_series
from openvoy.ports import Clock, Feed
from openvoy.ports.store import Notes

STALE_S = 3600
"""Prices of a month that is not over are asked for again after this time."""
SETTLED = timedelta(days=3)
"""A month is over for good this long after its end: services correct themselves."""


class History(Notes, Protocol):
    """Where tariffs of gateways are noted."""

    async def read_gateways(self) -> Sequence[str]:
        """The serials of all gateways."""
        ...


Fetch = Callable[[str], Awaitable[str]]


class SitePrices:
    """Knows the plan of a site; where it has no file, the gateway's tariff, from `feed` or the notes of the history."""

    def __init__(
        self,
        file: TariffFile | None,
        *,
        clock: Clock,
        fetch: Fetch,
        cache: Path,
        feed: Feed | None = None,
        history: History | None = None,
    ) -> None:
        self._file = file
        self._feed = feed
        self._history = history
        self._clock = clock
        self._fetch = fetch
        self._cache = cache

    async def find_plan(self, start: datetime, end: datetime) -> PricePlan | None:
        """Give the plan with its prices by time."""
        if self._file is None:
            return self._plan_of_gateway() or await self._noted_plan()
        zone = self._file.zone
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        fetched = {remote.part: await self._series(remote, first, last) for remote in self._file.remote}
        return self._file.complete(fetched)

    def _plan_of_gateway(self) -> PricePlan | None:
        for status in () if self._feed is None else self._feed.statuses():
            snapshot = None if self._feed is None else self._feed.latest(status.name)
            plan = None if snapshot is None or snapshot.tariff is None else build_gateway_plan(snapshot.tariff)
            if plan is not None:
                return plan
        return None

    async def _noted_plan(self) -> PricePlan | None:
        for serial in () if self._history is None else await self._history.read_gateways():
            tariff = None if self._history is None else await read_tariff(self._history, serial)
            plan = None if tariff is None else build_gateway_plan(tariff)
            if plan is not None:
                return plan
        return None

    async def _series(self, remote: RemoteSeries, first: date, last: date) -> PriceSeries:
        """Bring together the months of a span; a service that takes no days is asked once."""
        if "{start}" not in remote.url:
            return self._parse(await self._remembered(remote.url, None), remote)
        points: list[PriceSeries] = []
        month = first_day(first, "month")
        ahead = self._clock.now().date() + timedelta(days=2)
        while month <= min(last, ahead):
            following = next_day(month, "month")
            url = remote.url.replace("{start}", month.isoformat()).replace("{end}", following.isoformat())
            points.append(self._parse(await self._remembered(url, following), remote))
            month = following
        return build_series(point for series in points for point in zip(series.start_s, series.values, strict=True))

    def _parse(self, text: str, remote: RemoteSeries) -> PriceSeries:
        assert self._file is not None
        name = remote.url.partition("?")[0]
        try:
            # Prices of days to come are published the day before.
            return parse_series(text, name=name, zone=self._file.zone, may_be_empty=True)
        except ConfigError as error:
            raise ExportError(f"What {error.message}", hint=error.hint) from error

    async def _remembered(self, url: str, until: date | None) -> str:
        """Give what a service said, from the folder of the cache while that is good; of old prices better than none."""
        file = self._cache / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.csv"
        now_s = self._clock.now().timestamp()
        kept_s = _kept_s(file)
        is_settled = until is not None and kept_s is not None and kept_s > _end_s(until)
        if kept_s is not None and (is_settled or 0 <= now_s - kept_s < STALE_S):
            return file.read_text(encoding="utf-8")
        try:
            text = await self._fetch(url)
        except ExportError:
            if kept_s is None:
                raise
            return file.read_text(encoding="utf-8")
        _keep(file, text, now_s)
        return text


def _end_s(until: date) -> float:
    return datetime.combine(until + SETTLED, time.min, UTC).timestamp()


def _kept_s(file: Path) -> float | None:
    try:
        return file.stat().st_mtime
    except OSError:
        return None


def _keep(file: Path, text: str, now_s: float) -> None:
    """Write a file whole or not at all; a cache that cannot be written is no error."""
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.utime(part, (now_s, now_s))
        part.replace(file)
    except OSError:
        return

"""Current-transformer meters: which branch each one watches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.definition import SiteDefinition

FIRST_EID = 704643328
PRODUCTION_EID = FIRST_EID
CONSUMPTION_EID = FIRST_EID + 256
STORAGE_EID = FIRST_EID + 512
CHANNEL_BASE = 0x6A000111
"""Record number of the first channel of the first meter; the next meter's are 256 higher, the next channel's one."""
CHANNELS = 3
"""A meter has three channels whatever the wiring."""
USUAL = 2
"""Meters that every metered gateway lists; others only where they are enabled, or on the builds with seven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """One meter of a metered gateway."""

    eid: int
    index: int
    """Its place among the gateway's records, from 0; 3 is skipped."""
    kind: str
    """`production`, `net-consumption`, `total-consumption`, `storage`, `backfeed`, `load`, `evse` or `pv3p`."""
    branch: Branch
    enabled: bool

    def channel_eid(self, channel: int) -> int:
        """Give the record number of a channel, counted from 0."""
        return CHANNEL_BASE + 256 * self.index + channel


def build_meters(site: SiteDefinition) -> tuple[Meter, ...]:
    """List the gateway's meters, none for a standard one; those without transformers are there, but disabled."""
    rows = build_seven_meters(site)
    return (*rows[:USUAL], *(row for row in rows[USUAL:] if row.enabled))


def build_seven_meters(site: SiteDefinition) -> tuple[Meter, ...]:
    """List the meters as gateways in a combiner and the newest builds do, disabled ones too."""
    return () if site.gateway.model == "standard" else tuple(_meters(site))


def _meters(site: SiteDefinition) -> Iterator[Meter]:
    meters, is_total = site.meters, site.meters.consumption == "total"
    rows: tuple[tuple[int, str, Branch, bool], ...] = (
        (0, "production", Branch.SOLAR, meters.production),
        (
            1,
            "total-consumption" if is_total else "net-consumption",
            Branch.TOTAL if is_total else Branch.NET,
            meters.consumption != "none",
        ),
        (2, "storage", Branch.BATTERY, meters.storage),
        (4, "backfeed", Branch.BACKFEED, meters.backfeed),
        (5, "load", Branch.LOAD, meters.load),
        (6, "evse", Branch.CHARGER, meters.evse),
        (7, "pv3p", Branch.SOLAR, False),
    )
    for index, kind, branch, enabled in rows:
        yield Meter(eid=FIRST_EID + 256 * index, index=index, kind=kind, branch=branch, enabled=enabled)

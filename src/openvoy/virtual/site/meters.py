"""Current-transformer meters: which branch each one watches."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.site.circuit import Branch
from openvoy.virtual.site.definition import SiteDefinition

PRODUCTION_EID = 704643328
CONSUMPTION_EID = 704643584
CHANNEL_BASE = 0x6A000111
"""Record number of the first channel of the first meter; the next meter's are 256 higher, the next channel's one."""
CHANNELS = 3
"""A meter has three channels whatever the wiring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """One meter of a metered gateway."""

    eid: int
    index: int
    """Its place among the gateway's meters, from 0."""
    kind: str
    """`production`, `net-consumption` or `total-consumption`."""
    branch: Branch
    enabled: bool

    def channel_eid(self, channel: int) -> int:
        """Give the record number of a channel, counted from 0."""
        return CHANNEL_BASE + 256 * self.index + channel


def build_meters(site: SiteDefinition) -> tuple[Meter, ...]:
    """List the gateway's meters, none for a standard one; those without transformers are there, but disabled."""
    if site.gateway.model == "standard":
        return ()
    wanted = site.meters.consumption
    return (
        Meter(eid=PRODUCTION_EID, index=0, kind="production", branch=Branch.SOLAR, enabled=site.meters.production),
        Meter(
            eid=CONSUMPTION_EID,
            index=1,
            kind="total-consumption" if wanted == "total" else "net-consumption",
            branch=Branch.TOTAL if wanted == "total" else Branch.GRID,
            enabled=wanted != "none",
        ),
    )

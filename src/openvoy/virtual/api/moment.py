"""What a reply is made of: the site at this second, at the last interval snapshot and at past midnights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache

from openvoy.protocol.firmware import Capabilities, Firmware
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.meters import Meter, build_meters
from openvoy.virtual.site.simulation import Site
from openvoy.virtual.site.state import Midnight, PanelState, SiteState

KEPT_STATES = 8
SILENT_AFTER = 3
"""Report intervals after which an inverter counts as silent."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The gateway that speaks, and the site that it speaks of."""

    site: Site
    identity: Capabilities
    state_at: Callable[[datetime], SiteState]


def build_subject(site: Site, identity: Capabilities) -> Subject:
    """Join gateway and site; states of the last few asked moments are kept."""
    return Subject(site, identity, lru_cache(maxsize=KEPT_STATES)(site.at))


class Moment:
    """One second of a site's life as its gateway sees it; parts are worked out when a reply needs them."""

    def __init__(self, subject: Subject, at: datetime) -> None:
        self._subject = subject
        self.now_s = int(at.timestamp())

    @property
    def site(self) -> SiteDefinition:
        """What the site is."""
        return self._subject.site.definition

    @property
    def serials(self) -> tuple[str, ...]:
        """Serial numbers of the microinverters."""
        return self._subject.site.plant.serials

    @property
    def identity(self) -> Capabilities:
        """What the gateway is."""
        return self._subject.identity

    @property
    def firmware(self) -> Firmware:
        """The gateway's firmware."""
        return self._subject.identity.firmware

    @cached_property
    def state(self) -> SiteState:
        """The site now."""
        return self._state_at(self.now_s)

    @property
    def interval_s(self) -> int:
        """Seconds between two reports of an inverter, and between two snapshots of the gateway."""
        return self.site.gateway.report_interval_s

    @property
    def snapshot_s(self) -> int:
        """When the gateway last took its interval snapshot, Unix seconds."""
        return self.now_s - self.now_s % self.interval_s

    @cached_property
    def snapshot(self) -> SiteState:
        """The site at the last interval snapshot."""
        return self._state_at(self.snapshot_s)

    @cached_property
    def before_snapshot(self) -> SiteState:
        """The site one interval earlier."""
        return self._state_at(self.snapshot_s - self.interval_s)

    @cached_property
    def midnight(self) -> Midnight:
        """Counters at the start of the snapshot's local day."""
        return self.midnight_before(0)

    def midnight_before(self, days: int) -> Midnight:
        """Give the counters some days before the start of the snapshot's local day."""
        site = self._subject.site
        return site.midnight(site.date_of(self.snapshot.at) - timedelta(days=days))

    @cached_property
    def meters(self) -> tuple[Meter, ...]:
        """The gateway's meters."""
        return build_meters(self.site)

    @property
    def commissioned_s(self) -> int:
        """When the site was set up, Unix seconds."""
        return int(self._subject.site.commissioned_at.timestamp())

    def is_heard(self, panel: PanelState, now_s: int) -> bool:
        """Whether a microinverter reported lately."""
        return panel.report is not None and now_s - panel.report.at_s < SILENT_AFTER * self.interval_s

    def _state_at(self, at_s: int) -> SiteState:
        return self._subject.state_at(datetime.fromtimestamp(max(at_s, self.commissioned_s), UTC))

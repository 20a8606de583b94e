"""What a reply is made of: the site at this second, at the last interval snapshot and at past midnights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from openvoy.protocol.firmware import Capabilities, Firmware
from openvoy.virtual.api.metering import as_metered
from openvoy.virtual.api.versions import SEVEN_METERS
from openvoy.virtual.settings.book import Book
from openvoy.virtual.settings.state import Settings
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.calendar import midnight
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.meters import Meter, build_meters, build_seven_meters
from openvoy.virtual.site.simulation import Site
from openvoy.virtual.site.state import Midnight, PanelState, SiteState
from openvoy.virtual.site.switchgear import Switchgear

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

    def __init__(self, subject: Subject, at: datetime, book: Book) -> None:
        self._subject = subject
        self.now_s = int(at.timestamp())
        self.book = book

    @property
    def settings(self) -> Settings:
        """What is set on the gateway."""
        return self.book.settings

    @property
    def site(self) -> SiteDefinition:
        """What the site is."""
        return self._subject.site.definition

    @property
    def simulation(self) -> Site:
        """The site itself."""
        return self._subject.site

    @property
    def serials(self) -> tuple[str, ...]:
        """Serial numbers of the microinverters that were there at the commissioning, by place."""
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
    def truth(self) -> SiteState:
        """The site now, as it is."""
        return self._state_at(self.now_s)

    @cached_property
    def state(self) -> SiteState:
        """The site now, as the meters count it."""
        return self._metered_at(self.now_s)

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
        """The site at the last interval snapshot, as metered."""
        return self._metered_at(self.snapshot_s)

    @cached_property
    def before_snapshot(self) -> SiteState:
        """The site one interval earlier, as metered."""
        return self._metered_at(self.snapshot_s - self.interval_s)

    @cached_property
    def midnight(self) -> Midnight:
        """Counters at the start of the snapshot's local day."""
        return self.midnight_before(0)

    def midnight_before(self, days: int) -> Midnight:
        """Give the counters some days before the start of the snapshot's local day, as metered."""
        site = self._subject.site
        day = site.date_of(self.snapshot.at) - timedelta(days=days)
        at_s = int(midnight(day, self.site.zone).timestamp())
        return as_metered(site.midnight(day), at_s, self.settings.meters, self._watched)

    @cached_property
    def meters(self) -> tuple[Meter, ...]:
        """The gateway's meters, enabled as they are set."""
        ledgers = self.settings.meters.ledgers
        listed = {meter.eid for meter in build_meters(self.site)}
        is_long = self.site.gateway.combiner or self.firmware >= SEVEN_METERS
        rows = (replace(row, enabled=ledgers[row.eid].setup.enabled) for row in build_seven_meters(self.site))
        return tuple(row for row in rows if is_long or row.enabled or row.eid in listed)

    @property
    def has_production_meter(self) -> bool:
        """Whether production is metered."""
        return any(meter.enabled and meter.kind == "production" for meter in self.meters)

    @property
    def has_consumption_meter(self) -> bool:
        """Whether consumption is metered, net or total."""
        return any(meter.enabled and meter.kind.endswith("-consumption") for meter in self.meters)

    @property
    def switchgear(self) -> Switchgear:
        """What is so of what was ordered: relay, contacts, generator."""
        return self.truth.switchgear

    @property
    def local(self) -> datetime:
        """The time by the gateway's own time zone."""
        return datetime.fromtimestamp(self.now_s, ZoneInfo(self.settings.gateway.time_zone))

    @property
    def commissioned_s(self) -> int:
        """When the site was set up, Unix seconds."""
        return int(self._subject.site.commissioned_at.timestamp())

    def at(self, now_s: int) -> Moment:
        """Give another second of the same gateway, as it is set now."""
        return Moment(self._subject, datetime.fromtimestamp(now_s, UTC), self.book)

    def is_heard(self, panel: PanelState, now_s: int) -> bool:
        """Whether a microinverter reported lately."""
        return panel.report is not None and now_s - panel.report.at_s < SILENT_AFTER * self.interval_s

    @property
    def _watched(self) -> dict[int, Branch]:
        return {meter.eid: meter.branch for meter in build_seven_meters(self.site)}

    def _metered_at(self, at_s: int) -> SiteState:
        return as_metered(self._state_at(at_s), at_s, self.settings.meters, self._watched)

    def _state_at(self, at_s: int) -> SiteState:
        return self._subject.state_at(datetime.fromtimestamp(max(at_s, self.commissioned_s), UTC))

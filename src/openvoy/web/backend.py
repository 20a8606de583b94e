"""What every operation of the HTTP API may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from openvoy import __version__
from openvoy.ports import Clock, Exporters, ExporterStatus, Feed, Store
from openvoy.ports.control import Desk
from openvoy.ports.logbook import Logbook
from openvoy.ports.prices import Prices
from openvoy.ports.roof import Roof
from openvoy.ports.setup import Setup
from openvoy.web.access import Access
from openvoy.web.broadcast import Broadcaster
from openvoy.web.offers import SharedOffers
from openvoy.web.readings import SharedReadings


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """The site as the dashboard names and places it."""

    name: str
    time_zone: str
    """IANA name, such as Europe/Paris: days, months and years are those of this zone."""
    latitude: float | None = None
    longitude: float | None = None
    version: str = __version__
    """Of Openvoy."""


class _NoExporters:
    def statuses(self) -> Sequence[ExporterStatus]:
        return ()


NO_EXPORTERS: Exporters = _NoExporters()
"""For a service that hands nothing on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Feed, history, site and time."""

    feed: Feed
    store: Store
    site: SiteInfo
    clock: Clock
    live: Broadcaster
    exporters: Exporters
    access: Access
    offers: SharedOffers
    readings: SharedReadings
    desk: Desk | None = None
    """None: gateways are only read."""
    prices: Prices | None = None
    """None: nobody says what energy costs."""
    setup: Setup | None = None
    """None: what is configured is not changed from here."""

    roof: Roof | None = None
    """None: nobody keeps how the panels lie."""
    logbook: Logbook | None = None
    """None: the gateways' own logs are not read."""

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.site.time_zone)


class Shelf:
    """Where operations find the backend, which may be another from one request to the next."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def put(self, *, site: SiteInfo, prices: Prices | None, setup: Setup | None, logbook: Logbook | None) -> None:
        """Exchange what a change of the configuration concerns."""
        was = self.backend
        self.backend = replace(
            was,
            site=site,
            prices=prices,
            setup=setup,
            logbook=logbook,
            offers=SharedOffers(was.clock),
            readings=SharedReadings(was.store, was.clock),
        )

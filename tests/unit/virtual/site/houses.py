"""Sites with something special, and orders to them, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from openvoy.virtual.site import Site, SiteDefinition, SiteState, read_site
from openvoy.virtual.site.equipment import GridSupply, Outage
from openvoy.virtual.site.orders import Orders

SINCE = date(2025, 6, 14)
DAY = SINCE + timedelta(days=1)
NO_OUTAGES = GridSupply()


def plain(name: str, **tables: Any) -> SiteDefinition:
    """Read a shipped site, commissioned a day before the day that is looked at, whose grid never fails."""
    return replace(read_site(name).commissioned_on(SINCE), grid=NO_OUTAGES, **tables)


def build(name: str, *, seed: int = 1, **tables: Any) -> Site:
    return Site(plain(name, **tables), seed=seed)


def with_outage(definition: SiteDefinition, start: str, minutes: float) -> SiteDefinition:
    """Let the grid fail at a time of the wall clock on the day that is looked at."""
    outage = Outage(start=datetime.fromisoformat(f"{DAY}T{start}"), minutes=minutes)
    return replace(definition, grid=GridSupply(outage=(outage,)))


def clock(site: Site, text: str, day: date = DAY) -> datetime:
    """Give a time of the site's wall clock, UTC."""
    return datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=site.definition.zone).astimezone(UTC)


def order(site: Site, since: datetime, **changes: Any) -> Orders:
    """Order what was ordered before, but for some members."""
    orders = replace(site.orders, **changes)
    site.obey(orders, since)
    return orders


def seconds(site: Site, start: datetime, *after_s: float) -> list[SiteState]:
    return [site.at(start + timedelta(seconds=after)) for after in after_s]


def with_battery(definition: SiteDefinition, **members: Any) -> SiteDefinition:
    assert definition.battery is not None
    return replace(definition, battery=replace(definition.battery, **members))

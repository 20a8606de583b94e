from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from openvoy.virtual.site import Site, SiteDefinition, read_site

SUMMER = date(2025, 6, 20)


@pytest.fixture(scope="session")
def site_of() -> Callable[..., Site]:
    """Shipped sites, commissioned shortly before the day that is looked at; one for each name and seed."""
    kept: dict[tuple[str, int, date], Site] = {}

    def build(name: str, *, seed: int = 1, since: date = SUMMER) -> Site:
        key = (name, seed, since)
        if key not in kept:
            kept[key] = Site(read_site(name).commissioned_on(since), seed=seed)
        return kept[key]

    return build


@pytest.fixture
def demo() -> SiteDefinition:
    return read_site("demo")

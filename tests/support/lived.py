"""Sites that have lived for days: one that several tests ask for lives them once a process."""

from __future__ import annotations

import copy
from collections import OrderedDict
from datetime import date, datetime
from functools import lru_cache

from openvoy.virtual.site import Site, SiteDefinition


def lived_site(definition: SiteDefinition, at: datetime, *, seed: int = 1) -> Site:
    """Give a site of its own to who asks, with what it was up to the day of `at`: what is ordered is for it alone."""
    lived = _lived(definition, at.astimezone(definition.zone).date(), seed)
    twin = copy.copy(lived)
    vars(twin).update({name: kept.copy() for name, kept in vars(lived).items() if isinstance(kept, OrderedDict)})
    return twin


@lru_cache(maxsize=32)
def _lived(definition: SiteDefinition, day: date, seed: int) -> Site:
    site = Site(definition, seed=seed)
    if day >= definition.gateway.commissioned:
        site.block(day)
    return site

"""A site that was never told anything does what its gateway would have told it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openvoy.virtual.settings.initial import build_settings
from openvoy.virtual.settings.ordering import build_gateway_orders
from openvoy.virtual.site import SiteDefinition, example_names, read_site
from openvoy.virtual.site.standing import build_orders


def variants() -> list[SiteDefinition]:
    """Shipped sites, and some of them as others would describe them."""
    full, acb = read_site("full"), read_site("acb")
    assert full.battery is not None
    batteries = (
        replace(full.battery, mode="backup"),
        replace(full.battery, mode="backup", charge_from_grid=False),
        replace(full.battery, charge_from_grid=False),
        replace(full.battery, mode="self-consumption", reserve_pct=77),
    )
    return [
        *(read_site(name) for name in example_names()),
        *(replace(full, battery=battery) for battery in batteries),
        replace(full, tariff=replace(full.tariff, period=())),
        replace(full, generator=None, contact=()),
        replace(acb, battery=None),
    ]


@pytest.mark.parametrize("site", variants(), ids=lambda site: site.name)
def test_the_gateway_orders_what_follows_from_the_definition(site: SiteDefinition) -> None:
    assert build_gateway_orders(build_settings(site, 0), site) == build_orders(site)

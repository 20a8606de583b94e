"""The site types that are lived through, each with what its firmware does to counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from openvoy.testing.truth.life import STEP_S, Case
from openvoy.testing.truth.plan import Trouble
from openvoy.virtual.site import read_site
from openvoy.virtual.site.definition import Meters, SiteDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type of site."""

    site: str
    firmware: str
    has_meters: bool = True
    always: tuple[str, ...] = ()
    begin: str = "2025-03-02"
    """Some weeks before clocks change."""
    step_s: int = STEP_S
    most_days: int = 365
    """How long it is worth living: what takes short steps takes long."""


KINDS: Mapping[str, Kind] = {
    "standard, 7.6": Kind(site="standard", firmware="7.6.175"),
    "standard, 8.3.5169": Kind(site="standard", firmware="8.3.5169", always=("joule-wrap:earlier_kwh=1143",)),
    "standard, 8.3.5528": Kind(site="standard", firmware="8.3.5528"),
    "metered, 4.10": Kind(site="metered-split", firmware="4.10.35"),
    "metered, 8.2": Kind(site="metered-split", firmware="8.2.4345"),
    "without transformers, 7.6": Kind(
        site="metered-split", firmware="7.6.175", has_meters=False, always=("joule-wrap:earlier_kwh=1093",)
    ),
    "without transformers, 8.2": Kind(
        site="metered-split", firmware="8.2.4345", has_meters=False, always=("joule-wrap:earlier_kwh=1143",)
    ),
    "three phases, 7.6": Kind(site="three-phase", firmware="7.6.185"),
    "three phases with batteries, 8.3": Kind(site="three-phase-battery", firmware="8.3.5169"),
    "everything, 8.3.5286": Kind(site="full", firmware="8.3.5286"),
    "collar, 8.3.5289": Kind(site="collar", firmware="8.3.5289"),
    "large, 8.2": Kind(site="large", firmware="8.2.4345"),
    "AC batteries, 8.2": Kind(site="acb", firmware="8.2.4382", step_s=60, most_days=45),
}


def build_case(name: str, days: int, trouble: Trouble, *, seed: int = 1) -> Case:
    """Give a site type some days of life; it was commissioned the day before."""
    kind = KINDS[name]
    begin = date.fromisoformat(kind.begin)
    site: SiteDefinition = read_site(kind.site).commissioned_on(begin - timedelta(days=1))
    if not kind.has_meters:
        site = replace(site, meters=Meters())
    return Case(
        name=name,
        site=site,
        firmware=kind.firmware,
        start=begin,
        days=days,
        trouble=trouble,
        always=kind.always,
        seed=seed,
        step_s=kind.step_s,
    )

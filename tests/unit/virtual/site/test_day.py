from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from openvoy.virtual.site import Site, SiteDefinition, read_site
from openvoy.virtual.site.circuit import Branch, Count
from openvoy.virtual.site.day import DayBlock
from openvoy.virtual.site.panels import ASLEEP_W

SitesOf = Callable[..., Site]
SINCE = date(2025, 6, 20)
ALL = ["demo", "metered-split", "standard", "three-phase"]


def totals(block: DayBlock) -> dict[Branch, np.ndarray]:
    return {branch: block.circuit.active_w[branch].sum(axis=0) for branch in Branch}


@pytest.mark.parametrize("name", ALL)
def test_the_balance_is_exact_at_every_mark(site_of: SitesOf, name: str) -> None:
    block = site_of(name).block(SINCE + timedelta(days=1))
    for powers in (block.circuit.active_w, np.moveaxis(block.circuit.active_w, 1, 0).sum(axis=0)[:, None]):
        own = powers[Branch.SOLAR] + powers[Branch.GRID] + powers[Branch.BATTERY] + powers[Branch.GENERATOR]
        assert np.array_equal(own, powers[Branch.LOAD])
        assert np.array_equal(powers[Branch.TOTAL], powers[Branch.SOLAR] + powers[Branch.GRID])
    assert block.circuit.active_w[Branch.LOAD].min() > 0


@pytest.mark.parametrize("name", ALL)
def test_lifetime_energies_are_integrals_of_power(site_of: SitesOf, name: str) -> None:
    site, day = site_of(name), SINCE + timedelta(days=1)
    block, before, after = site.block(day), site.opening(day), site.opening(day + timedelta(days=1))
    grown = (after.counts - before.counts)[:, :, :]
    net_j = np.trapezoid(block.circuit.active_w, dx=60.0, axis=-1)
    assert grown[Count.DELIVERED] - grown[Count.RECEIVED] == pytest.approx(net_j, abs=1e-3)
    net_vars = np.trapezoid(block.circuit.reactive_var, dx=60.0, axis=-1)
    assert grown[Count.LAGGING] - grown[Count.LEADING] == pytest.approx(net_vars, abs=1e-3)
    fine = np.linspace(0, block.day.minutes, block.day.minutes * 60 + 1)
    grid = np.interp(fine, np.arange(block.day.minutes + 1), block.circuit.active_w[Branch.GRID, 0])
    imported_j = np.trapezoid(np.maximum(grid, 0.0), dx=1.0)
    assert grown[Count.DELIVERED, Branch.GRID, 0] == pytest.approx(imported_j, rel=2e-4)
    assert (grown >= 0).all()


def test_panels_add_up_to_the_production_meter(site_of: SitesOf) -> None:
    site, day = site_of("three-phase"), SINCE + timedelta(days=1)
    block = site.block(day)
    asleep = block.panel_w == 0
    fed = np.where(asleep, -ASLEEP_W, block.panel_w)
    for phase in range(3):
        assert np.array_equal(fed[phase::3].sum(axis=0), block.circuit.active_w[Branch.SOLAR, phase])
    grown_j = site.opening(day + timedelta(days=1)).panel_j - site.opening(day).panel_j
    assert grown_j == pytest.approx(np.trapezoid(block.panel_w, dx=60.0, axis=1), rel=1e-12)


def test_at_night_the_array_draws_a_little_and_is_reactive(site_of: SitesOf) -> None:
    block = site_of("metered-split").block(SINCE + timedelta(days=1))
    night = slice(0, 180)
    solar = block.circuit.active_w[Branch.SOLAR, :, night].sum(axis=0)
    assert set(solar.tolist()) == {-24 * ASLEEP_W}
    assert (block.circuit.reactive_var[Branch.SOLAR, :, night].sum(axis=0) > 100).all()
    assert block.circuit.apparent_va[Branch.SOLAR].min() > 0


@pytest.mark.parametrize("name", ALL)
def test_days_join(site_of: SitesOf, name: str) -> None:
    site = site_of(name)
    today, tomorrow = site.block(SINCE + timedelta(days=1)), site.block(SINCE + timedelta(days=2))
    for member in ("active_w", "reactive_var", "voltage_v", "frequency_hz"):
        last, first = getattr(today.circuit, member)[..., -1], getattr(tomorrow.circuit, member)[..., 0]
        assert last == pytest.approx(first, abs=3e-3), member
    assert today.air_c[-1] == pytest.approx(tomorrow.air_c[0])
    assert np.array_equal(today.stored_j[:, -1], tomorrow.stored_j[:, 0])


def test_summer_time_days_are_short_and_long() -> None:
    site = Site(read_site("three-phase").commissioned_on(date(2025, 3, 29)), seed=3)
    assert site.block(date(2025, 3, 30)).circuit.active_w.shape == (len(Branch), 3, 1381)
    site = Site(read_site("three-phase").commissioned_on(date(2025, 10, 25)), seed=3)
    assert site.block(date(2025, 10, 26)).circuit.active_w.shape == (len(Branch), 3, 1501)


def test_a_day_does_not_depend_on_what_was_simulated_before() -> None:
    definition = read_site("metered-split")
    day = SINCE + timedelta(days=5)
    long = Site(definition.commissioned_on(SINCE), seed=4).block(day)
    short = Site(definition.commissioned_on(day), seed=4).block(day)
    assert np.array_equal(long.circuit.active_w, short.circuit.active_w)
    assert np.array_equal(long.panel_w, short.panel_w)


def digest_of(block: DayBlock) -> str:
    parts = (block.circuit.active_w, block.circuit.voltage_v, block.panel_w, block.stored_j, block.reports.energy_j)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


SCRIPT = """
from datetime import date
from openvoy.virtual.site import Site, read_site
from tests.unit.virtual.site.test_day import digest_of
for seed in (7, 8):
    site = Site(read_site("demo").commissioned_on(date(2025, 6, 20)), seed=seed)
    print(digest_of(site.block(date(2025, 6, 22))))
"""


def test_another_process_simulates_the_same_and_another_seed_does_not(site_of: SitesOf) -> None:
    here = digest_of(site_of("demo", seed=7).block(SINCE + timedelta(days=2)))
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    same, other = done.stdout.split()
    assert same == here
    assert other != here


def test_the_battery_keeps_within_its_limits(demo: SiteDefinition) -> None:
    site = Site(demo.commissioned_on(SINCE), seed=2)
    assert demo.battery is not None
    capacity_j = 2 * 5000 * 3600
    for number in range(10):
        block = site.block(SINCE + timedelta(days=number))
        assert block.stored_j.max() <= capacity_j
        assert block.stored_j.min() >= capacity_j * demo.battery.reserve_pct / 100 - 1e-3
        assert np.abs(totals(block)[Branch.BATTERY]).max() <= 2 * 3840
    assert site.opening(SINCE + timedelta(days=10)).counts[Count.RECEIVED, Branch.BATTERY].sum() > 0


def test_what_goes_into_the_battery_comes_out_less_the_losses(demo: SiteDefinition) -> None:
    site = Site(demo.commissioned_on(SINCE), seed=2)
    first, last = site.opening(SINCE), site.opening(SINCE + timedelta(days=20))
    grown = (last.counts - first.counts)[:, Branch.BATTERY].sum(axis=1)
    charged_j, discharged_j = grown[Count.RECEIVED], grown[Count.DELIVERED]
    assert last.standing.stored_j[0] - first.standing.stored_j[0] == pytest.approx(
        0.949 * charged_j - discharged_j / 0.949, abs=1.0
    )
    assert charged_j > 20 * 3.6e6


def test_the_battery_covers_the_house_while_it_can(demo: SiteDefinition) -> None:
    site = Site(demo.commissioned_on(SINCE), seed=2)
    block = site.block(SINCE + timedelta(days=1))
    flows = totals(block)
    fits = (np.abs(flows[Branch.LOAD] - flows[Branch.SOLAR]) < 7000) & (block.stored_j[0] > 0.2 * 3.6e7)
    fits &= block.stored_j[0] < 0.95 * 3.6e7
    assert fits.sum() > 300
    assert np.abs(flows[Branch.GRID][fits]).max() < 100


def test_a_battery_for_backup_only_charges(demo: SiteDefinition) -> None:
    assert demo.battery is not None
    backup = replace(demo, battery=replace(demo.battery, mode="backup"))
    site = Site(backup.commissioned_on(SINCE), seed=2)
    assert totals(site.block(SINCE))[Branch.BATTERY].max() <= 0
    from_grid = replace(demo, battery=replace(demo.battery, mode="backup", charge_from_grid=True, start_pct=10))
    night = Site(from_grid.commissioned_on(SINCE), seed=2).block(SINCE)
    assert night.stored_j[0, 180] == pytest.approx(3.6e7, rel=1e-3)
    assert totals(night)[Branch.GRID][60] > 7000


def test_export_lifts_the_voltage(site_of: SitesOf) -> None:
    block = site_of("three-phase").block(SINCE + timedelta(days=1))
    grid, voltage = block.circuit.active_w[Branch.GRID].ravel(), block.circuit.voltage_v.ravel()
    assert np.corrcoef(grid, voltage)[0, 1] < -0.2
    assert 215 < voltage.min() < voltage.max() < 253
    assert np.abs(block.circuit.frequency_hz - 50).max() < 0.15


@pytest.mark.slow
def test_a_year_takes_less_than_a_minute_and_yields_what_the_place_allows(demo: SiteDefinition) -> None:
    site = Site(demo.commissioned_on(date(2025, 1, 1)), seed=1)
    counts = site.opening(date(2026, 1, 1)).counts
    solar_kwh = counts[Count.DELIVERED, Branch.SOLAR].sum() / 3.6e6
    assert 1000 < solar_kwh / 9.6 < 1450  # kWh for each kW in the south of France

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np
import pytest

from openvoy.virtual.site import Site, history, read_site
from openvoy.virtual.site.reports import offset_s

SitesOf = Callable[..., Site]
SINCE = date(2025, 6, 20)
DAY = SINCE + timedelta(days=1)
NOON = datetime(2025, 6, 21, 11, 7, 13, tzinfo=UTC)


def test_inverters_report_each_at_its_own_moment_every_five_minutes(site_of: SitesOf) -> None:
    reports = site_of("demo").block(DAY).reports
    assert reports.at_s.shape == (24, 288)
    assert np.unique(reports.at_s % 300).size > 12
    assert set(np.diff(reports.at_s, axis=1).ravel().tolist()) == {300.0}


def test_the_moment_is_the_same_for_ever() -> None:
    assert offset_s("122200000101", 300) == offset_s("122200000101", 300)
    assert offset_s("122200000101", 300) != offset_s("122200000102", 300)
    assert 0 <= offset_s("122200000101", 900) < 900


def test_reports_carry_all_energy_that_was_produced(site_of: SitesOf) -> None:
    site = site_of("demo")
    block, later = site.block(DAY), site.opening(DAY + timedelta(days=1))
    sent = block.harvest.sent_by(block.day.end_s)
    told_j = np.where(sent, block.reports.energy_j, 0.0).sum(axis=1)
    assert told_j == pytest.approx(later.panel_j - site.opening(DAY).panel_j, rel=1e-9)
    assert later.told.lifetime_j == pytest.approx(later.panel_j, rel=1e-12)


def test_a_report_is_the_mean_of_its_interval(site_of: SitesOf) -> None:
    site = site_of("demo")
    report = site.at(NOON).panels[0].report
    assert report is not None
    assert 0 <= NOON.timestamp() - report.at_s < 300
    end = datetime.fromtimestamp(report.at_s, UTC)
    powers = [site.at(end - timedelta(seconds=second)).panels[0].power_w for second in range(301)]
    assert report.energy_j == pytest.approx(np.trapezoid(powers, dx=1.0), rel=1e-3)
    assert report.dc_voltage_v * report.dc_current_a > report.ac_voltage_v * report.ac_current_a > 0
    assert 25 < report.dc_voltage_v < 45


def test_the_last_value_of_the_day_stays_all_night(site_of: SitesOf) -> None:
    site = site_of("demo")
    midnight, before_dawn = (site.at(NOON.replace(day=22, hour=hour, minute=30)) for hour in (0, 2))
    for late, early in zip(midnight.panels, before_dawn.panels, strict=True):
        assert late.report == early.report
        assert late.report is not None
        assert 0 < late.report.energy_j / 300 < 15
        assert late.power_w == 0
        assert datetime.fromtimestamp(late.report.at_s, UTC).hour in {18, 19}


def test_a_panel_never_reports_less_than_before(site_of: SitesOf) -> None:
    site = site_of("demo")
    states = [site.at(NOON + timedelta(minutes=7 * step)) for step in range(60)]
    for earlier, later in pairwise(states):
        for before, after in zip(earlier.panels, later.panels, strict=True):
            assert before.report is not None
            assert after.report is not None
            assert after.report.lifetime_j >= before.report.lifetime_j
            assert after.lifetime_j >= after.report.lifetime_j - 1e-6
            assert after.most_w >= before.most_w


@pytest.mark.parametrize("interval_s", [900, 3600])
def test_reports_may_come_less_often(interval_s: Literal[900, 3600]) -> None:
    definition = read_site("standard").commissioned_on(SINCE)
    definition = replace(definition, gateway=replace(definition.gateway, report_interval_s=interval_s))
    block = Site(definition, seed=1).block(DAY)
    assert block.reports.at_s.shape == (24, 86400 // interval_s)
    assert set(np.diff(block.reports.at_s, axis=1).ravel().tolist()) == {float(interval_s)}


def test_a_day_that_is_no_multiple_of_the_interval_loses_no_report() -> None:
    definition = read_site("standard").commissioned_on(date(2025, 4, 4))
    place = replace(definition.location, time_zone="Australia/Lord_Howe", latitude=-31.5, longitude=159.1)
    definition = replace(definition, location=place)
    definition = replace(definition, gateway=replace(definition.gateway, report_interval_s=3600))
    site = Site(definition, seed=1)
    start, end = (datetime(2025, 4, day, tzinfo=UTC) for day in (4, 9))
    at: list[int] = []
    for day in history(site, start, end):
        at += day.inverters["at"][day.inverters["serial"] == site.plant.serials[0]].tolist()
    assert len(at) == len(set(at))
    assert {later - earlier for earlier, later in pairwise(at) if later - earlier < 20000} == {3600}

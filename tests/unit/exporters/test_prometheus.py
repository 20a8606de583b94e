"""What a scrape gives."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest

from openvoy.client.control import MemoryAudit
from openvoy.collector import ControlDesk
from openvoy.exporters.prometheus import KIND, PrometheusSettings
from openvoy.model import Snapshot
from openvoy.model.place import SitePlace
from openvoy.ports import Household
from openvoy.testing.clock import ManualClock
from tests.contract.broken_store import BrokenStore
from tests.unit.exporters.house import SNAPSHOT, StillFeed

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


def scrape(snapshot: Snapshot | None = SNAPSHOT, accept: str = "", *, is_fresh: bool = True) -> str:
    household = Household(
        place=SitePlace(name="home", time_zone="Europe/Paris"),
        feed=StillFeed(snapshot, is_fresh=is_fresh),
        store=BrokenStore(),
        clock=ManualClock(),
        desk=ControlDesk({}, audit=MemoryAudit(), store=BrokenStore()),
        environ={},
    )
    (page,) = KIND.build(PrometheusSettings(), household).pages
    return page.render(accept)[1].decode()


@pytest.mark.parametrize(
    "line",
    [
        'openvoy_gateway_up{gateway="122000000001"} 1.0',
        'openvoy_site_solar_power_watts{gateway="122000000001"} 2500.0',
        'openvoy_site_import_energy_joules_total{gateway="122000000001"} 721800.0',
        'openvoy_meter_voltage_volts{gateway="122000000001",meter="704643328",phase="L1"} 230.1',
        'openvoy_inverter_lifetime_energy_joules_total{gateway="122000000001",serial="482200000001"} 324000.0',
        'openvoy_inverter_producing{gateway="122000000001",serial="482200000001"} 1.0',
        'openvoy_battery_soc_ratio{gateway="122000000001",serial="492200000001"} 0.55',
        'openvoy_inverter_report_timestamp_seconds{gateway="122000000001",serial="482200000001"} 1.7820432e+09',
        "# TYPE openvoy_site_import_energy_joules_total counter",
        "# TYPE openvoy_site_solar_power_watts gauge",
    ],
)
def test_values_have_base_units(line: str) -> None:
    assert line in scrape().splitlines()


def test_what_was_not_said_is_not_there() -> None:
    assert "generator" not in scrape()


def test_old_values_are_not_given_for_new_ones() -> None:
    text = scrape(is_fresh=False)
    assert 'openvoy_gateway_up{gateway="122000000001"} 0.0' in text
    assert "solar" not in text


def test_a_gateway_that_was_never_read_is_down() -> None:
    assert "openvoy_gateway_up" in scrape(None)


def test_text_is_escaped() -> None:
    odd = replace(SNAPSHOT, gateway=replace(SNAPSHOT.gateway, model='a "b"\\'))
    assert 'model="a \\"b\\"\\\\"' in scrape(odd)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not installed")
def test_promtool_finds_nothing() -> None:
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=scrape().encode(), capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")


def test_open_metrics_is_given_where_it_is_asked_for() -> None:
    assert scrape(accept=OPEN_METRICS).endswith("# EOF\n")

"""The gateway's own overview, devices of the storage inventory, and meters that lose a leg."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.protocol.replies import PRODUCTION, STORAGE, capabilities, meter, reading, replies, snapshot

LINE = {"wNow": 10.0, "whLifetime": 100.0, "whToday": 1.0, "whLastSevenDays": 2.0}


def row(measurement: str, power_w: float, lifetime_wh: float, lines: int = 2) -> Mapping[str, Any]:
    return {
        "type": "eim",
        "activeCount": 1,
        "measurementType": measurement,
        "readingTime": 1780315000,
        "wNow": power_w,
        "whLifetime": lifetime_wh,
        "whToday": 7.0,
        "whLastSevenDays": 70.0,
        "lines": [LINE] * lines,
    }


def page(total_w: float, total_wh: float) -> Mapping[str, Any]:
    return {
        "production": [
            {"type": "inverters", "activeCount": 2, "wNow": 1, "whLifetime": 2},
            row("production", 300, 4000),
        ],
        "consumption": [row("total-consumption", total_w, total_wh), row("net-consumption", 500, 5000)],
    }


TWO_PHASES = [{**meter(PRODUCTION, "production"), "phaseCount": 2}]


def test_the_overview_is_told_as_it_stands() -> None:
    reported = snapshot(
        replies(meters=TWO_PHASES, meter_readings=[reading(PRODUCTION, 300)], production_details=page(800, 9000))
    ).reported
    assert reported.production is not None
    assert reported.consumption is not None
    assert reported.net is not None
    assert (reported.production.power_w, reported.production.lifetime_wh) == (300, 4000)
    assert (reported.consumption.today_wh, reported.consumption.seven_days_wh) == (7, 70)
    assert [(phase.phase, phase.power_w) for phase in reported.net.phases] == [("L1", 10), ("L2", 10)]


def test_a_total_that_repeats_the_net_is_made_anew() -> None:
    reported = snapshot(
        replies(meters=TWO_PHASES, meter_readings=[reading(PRODUCTION, 300)], production_details=page(500, 5000))
    ).reported
    assert reported.consumption is not None
    assert (reported.consumption.power_w, reported.consumption.lifetime_wh) == (800, 9000)
    assert (reported.consumption.today_wh, reported.consumption.seven_days_wh) == (None, None)
    assert [phase.lifetime_wh for phase in reported.consumption.phases] == [200, 200]


def test_a_standard_gateway_tells_its_interval() -> None:
    totals = {"wattHoursToday": 100, "wattHoursSevenDays": 700, "wattHoursLifetime": 5000, "wattsNow": 400}
    result = snapshot(replies(production_v1=totals), capabilities(imeter=False))
    assert result.reported.production is not None
    assert (result.reported.production.today_wh, result.reported.production.lifetime_wh) == (100, 5000)
    assert (result.reported.consumption, result.reported.net) == (None, None)


def test_every_device_of_the_storage_inventory_is_told_new_kinds_too() -> None:
    groups = [
        {"type": "ENPOWER", "devices": [{"serial_num": "1", "temperature": 77, "mains_oper_state": "closed"}]},
        {"type": "COLLAR", "devices": [{"serial_num": "2", "temperature": 25, "mid_state": "close"}]},
        {"type": "C6 COMBINER CONTROLLER", "devices": [{"serial_num": "3", "fw_version": "1.2", "dmir_version": "9"}]},
        {"type": "SOMETHING NEW", "devices": [{"serial_num": "4", "temperature": "unknown"}]},
        {"grid_profile_name": "X"},
    ]
    controllers = snapshot(replies(ensemble_inventory=groups)).controllers
    assert [one.kind for one in controllers] == ["system-controller", "meter-collar", "combiner", "something new"]
    assert [one.temperature_c for one in controllers] == [25.0, 25.0, None, None]
    assert [one.relay for one in controllers] == ["closed", "closed", None, None]
    assert (controllers[2].firmware, controllers[2].parameters) == ("1.2", "9")


def split_storage(*counts_wh: float) -> list[dict[str, Any]]:
    values = {**reading(STORAGE, 10), "actEnergyDlvd": sum(counts_wh), "actEnergyRcvd": sum(counts_wh)}
    channels = [{"activePower": 5.0, "actEnergyDlvd": wh, "actEnergyRcvd": wh} for wh in counts_wh]
    return [{**values, "activePower": 10.0, "channels": channels}]


@pytest.mark.parametrize(
    ("counts_wh", "power_w", "phases"),
    [((0, 50), None, ["L2"]), ((50, 0), None, ["L1"]), ((20, 30), 10.0, ["L1", "L2"])],
)
def test_a_storage_meter_that_loses_a_leg_has_no_sums(
    counts_wh: tuple[float, float], power_w: float | None, phases: list[str]
) -> None:
    meters = [{**meter(STORAGE, "storage"), "phaseMode": "split", "phaseCount": 2}]
    result = snapshot(replies(meters=meters, meter_readings=split_storage(*counts_wh)))
    assert (result.meters[0].active_power_w, result.power.battery_w) == (power_w, power_w)
    assert [channel.phase for channel in result.meters[0].channels] == phases
    assert bool(result.missing) == (power_w is None)
    charges = [one for one in result.counters if one.source.quantity == "charge" and one.source.block == "aggregate"]
    assert bool(charges) == (power_w is not None)


def test_a_battery_that_has_not_counted_yet_has_not_lost_anything() -> None:
    meters = [{**meter(STORAGE, "storage"), "phaseMode": "split", "phaseCount": 2}]
    result = snapshot(replies(meters=meters, meter_readings=split_storage(0, 0)))
    assert result.power.battery_w == 10.0
    assert result.missing == ()

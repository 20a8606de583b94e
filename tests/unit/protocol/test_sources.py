"""Which reply is believed, where the gateway's word is not the truth."""

from __future__ import annotations

import pytest

from openvoy.errors import BadPayload, EndpointRefused, GatewayTimeout
from tests.unit.protocol.replies import (
    CONSUMPTION,
    PRODUCTION,
    STORAGE,
    capabilities,
    meter,
    reading,
    replies,
    snapshot,
)

INTERVAL = {"wattHoursToday": 100, "wattHoursSevenDays": 700, "wattHoursLifetime": 5000, "wattsNow": 400}
BOTH = [meter(PRODUCTION, "production"), meter(CONSUMPTION, "net-consumption")]
PAGE = {
    "production": [
        {"type": "inverters", "activeCount": 2, "wNow": 300, "whLifetime": 4000, "readingTime": 1780315000},
        {"type": "eim", "activeCount": 1, "measurementType": "production", "wNow": 310.0, "whLifetime": 4100.0},
    ],
    "consumption": [
        {"type": "eim", "activeCount": 1, "measurementType": "total-consumption", "wNow": 800.0, "whLifetime": 9.0},
        {"type": "eim", "activeCount": 1, "measurementType": "net-consumption", "wNow": 490.0, "whLifetime": 5.0},
    ],
    "storage": [{"type": "acb", "activeCount": 0, "wNow": 0, "whNow": 0, "state": "idle"}],
}


def test_a_late_meter_reading_leaves_production_unknown_rather_than_changing_its_source() -> None:
    result = snapshot(
        replies(meters=BOTH, meter_readings=GatewayTimeout("late"), production_v1=INTERVAL, production_details=PAGE)
    )
    assert result.power.solar_w is None
    assert result.power.grid_w is None
    assert result.energy.solar_wh is None
    assert [part.part for part in result.missing] == ["meter_readings"]


def test_a_late_meter_list_leaves_production_unknown() -> None:
    assert snapshot(replies(meters=GatewayTimeout("late"), production_v1=INTERVAL)).power.solar_w is None


@pytest.mark.parametrize("answer", [None, EndpointRefused("401")])
def test_without_the_meter_endpoint_the_page_tells(answer: Exception | None) -> None:
    result = snapshot(replies(meters=answer, production_v1=INTERVAL, production_details=PAGE))
    assert result.power.solar_w == 310
    assert result.power.grid_w == 490
    assert result.power.reported_consumption_w == 800


def test_meters_that_may_be_listed_but_not_read_leave_the_page_to_tell() -> None:
    known = {"meters": BOTH, "production_v1": INTERVAL, "production_details": PAGE}
    result = snapshot(replies(**known, meter_readings=EndpointRefused("401")))
    assert (result.power.solar_w, result.power.grid_w, result.power.load_w) == (310, 490, 800)
    assert [counter.source.quantity for counter in result.counters] == ["solar", "solar", "net"]


def test_a_row_that_does_not_count_is_noise() -> None:
    page = {
        "production": [{**PAGE["production"][1], "activeCount": 0, "wNow": -6660}],
        "consumption": [],
        "storage": [],
    }
    assert snapshot(replies(meters=None, production_details=page)).power.solar_w is None


def report(serial: str, power_w: int, device_type: int = 1) -> dict[str, object]:
    values = {"lastReportDate": 1780315000, "devType": device_type, "lastReportWatts": power_w, "maxReportWatts": 300}
    return {"serialNumber": serial, **values}


def test_meters_that_are_off_leave_the_inverters_to_count() -> None:
    off = [meter(PRODUCTION, "production", "disabled"), meter(CONSUMPTION, "net-consumption", "disabled")]
    reports = [report("1", 120), report("2", 130), report("3", 9, device_type=12)]
    frozen = {**INTERVAL, "wattHoursLifetime": 1583, "wattsNow": 4}
    result = snapshot(
        replies(
            meters=off,
            meter_readings=[reading(PRODUCTION, -3.0), reading(CONSUMPTION, 2.0)],
            production_v1=frozen,
            inverters=reports,
            production_details=PAGE,
        )
    )
    assert result.power.solar_w == 250
    assert result.power.grid_w is None
    assert result.energy.solar_wh == 4000
    assert all(shown.active_power_w is None for shown in result.meters)


def device(serial: str, joules: float | None, *, active: bool = True) -> dict[str, object]:
    lifetime = {} if joules is None else {"joulesProduced": joules}
    return {"devName": "pcu", "sn": serial, "active": active, "channels": [{"lastReading": {}, "lifetime": lifetime}]}


def test_inverter_counters_that_do_not_wrap_come_first_and_retired_ones_do_not_count() -> None:
    data = {"1": device("1", 2**32 + 3600), "2": device("2", 7200), "3": device("3", None, active=False)}
    result = snapshot(
        replies(meters=[], device_data={**data, "deviceCount": 3, "deviceDataLimit": 50}, production_details=PAGE)
    )
    assert result.energy.solar_wh == pytest.approx(2**32 / 3600 + 3)
    assert [inverter.serial for inverter in result.inverters] == ["1", "2"]


@pytest.mark.parametrize(
    "data",
    [
        {"1": device("1", 3600), "deviceCount": 50, "deviceDataLimit": 50},
        {"1": device("1", 3600), "2": device("2", None), "deviceCount": 2, "deviceDataLimit": 50},
    ],
    ids=["list at its limit", "one counter unknown"],
)
def test_an_incomplete_device_list_is_not_added_up(data: dict[str, object]) -> None:
    assert snapshot(replies(meters=[], device_data=data, production_details=PAGE)).energy.solar_wh == 4000


def test_standard_hardware_counts_by_interval_snapshot() -> None:
    result = snapshot(replies(production_v1=INTERVAL), capabilities("D7.6.175", imeter=False))
    assert (result.power.solar_w, result.energy.solar_wh) == (400, 5000)


def test_a_zero_lifetime_is_no_reading() -> None:
    zero = dict.fromkeys(INTERVAL, 0)
    result = snapshot(replies(production_v1=zero, production_details=PAGE), capabilities("D8.3.5422", imeter=False))
    assert (result.power.solar_w, result.energy.solar_wh) == (300, 4000)
    assert snapshot(replies(production_v1=zero), capabilities("D3.17.3", imeter=None)).energy.solar_wh is None


def test_a_total_consumption_meter_gives_the_grid_by_difference_and_no_import() -> None:
    meters = [meter(PRODUCTION, "production"), meter(CONSUMPTION, "total-consumption")]
    result = snapshot(
        replies(meters=meters, meter_readings=[reading(PRODUCTION, 350.0), reading(CONSUMPTION, 780.0, 20_000.0)])
    )
    assert (result.power.grid_w, result.power.load_w, result.power.reported_consumption_w) == (430, 780, 780)
    assert (result.energy.import_wh, result.energy.export_wh, result.energy.load_wh) == (None, None, 20_000)


def test_a_storage_meter_gives_battery_power_and_energies_and_the_load_excludes_charging() -> None:
    meters = [*BOTH, meter(STORAGE, "storage")]
    readings = [
        reading(PRODUCTION, 5000.0, 9000.0),
        reading(CONSUMPTION, 3885.0, 4000.0, 1000.0),
        reading(STORAGE, -7084.0, 500.0, 800.0),
    ]
    result = snapshot(replies(meters=meters, meter_readings=readings))
    assert result.power.battery_w == -7084
    assert result.power.load_w == 1801
    assert (result.energy.charge_wh, result.energy.discharge_wh) == (800, 500)
    assert result.energy.load_wh == 9000 + 4000 - 1000 + 500 - 800


@pytest.mark.parametrize(("said", "meant"), [("29", 29), (" -4.5", -4.5), ("warm", None), ("nan", None), (None, None)])
def test_a_temperature_as_text_is_one(said: str | None, meant: float | None) -> None:
    devices = [{"serial_num": "5", "percentFull": 40, "temperature": said}]
    result = snapshot(replies(ensemble_inventory=[{"type": "ENCHARGE", "devices": devices}]))
    assert result.batteries[0].temperature_c == meant


def test_a_battery_whose_power_is_late_leaves_the_load_unknown() -> None:
    inventory = [{"type": "ENCHARGE", "devices": [{"serial_num": "5", "percentFull": 40, "temperature": "unknown"}]}]
    result = snapshot(
        replies(
            meters=BOTH,
            meter_readings=[reading(PRODUCTION, 500.0), reading(CONSUMPTION, 100.0)],
            ensemble_inventory=inventory,
            ensemble_power=GatewayTimeout("late"),
        )
    )
    assert result.power.load_w is None
    assert (result.batteries[0].soc_pct, result.batteries[0].temperature_c) == (40, None)


def test_an_unknown_storage_inventory_leaves_the_load_unknown() -> None:
    known = {"meters": BOTH, "meter_readings": [reading(PRODUCTION, 500.0), reading(CONSUMPTION, 100.0)]}
    assert snapshot(replies(**known, ensemble_inventory=GatewayTimeout("late"))).power.load_w is None
    assert snapshot(replies(**known, ensemble_inventory=[])).power.load_w == 600


def test_a_meter_that_never_measured_has_no_values() -> None:
    never = {**reading(PRODUCTION, 0.0), "timestamp": 0}
    assert snapshot(replies(meters=BOTH, meter_readings=[never])).power.solar_w is None


def test_readings_without_a_meter_do_not_count() -> None:
    result = snapshot(replies(meters=BOTH, meter_readings=[reading(1023410688, 0.0), reading(PRODUCTION, 5.0)]))
    assert [shown.eid for shown in result.meters] == [PRODUCTION, CONSUMPTION]


def test_one_bad_member_costs_itself() -> None:
    broken = [{**reading(PRODUCTION, 5.0), "voltage": "??"}, reading(CONSUMPTION, 7.0)]
    result = snapshot(replies(meters=BOTH, meter_readings=broken))
    assert (result.power.solar_w, result.power.grid_w, result.meters[0].voltage_v) == (5, 7, None)
    assert [part.part for part in result.missing] == ["meter_readings $[0].voltage"]


def test_inverters_that_stopped_reporting_long_ago_do_not_produce() -> None:
    reports = [report("1", 120), {**report("2", 130), "lastReportDate": 1573000000}]
    result = snapshot(replies(meters=[], inverters=reports))
    assert result.power.solar_w == 120


def test_at_night_the_page_says_that_the_evening_reports_are_over() -> None:
    row = {"type": "inverters", "activeCount": 2, "readingTime": 0, "wNow": 0, "whLifetime": 4000}
    page = {"production": [row], "consumption": [], "storage": []}
    result = snapshot(replies(meters=[], inverters=[report("1", 3), report("2", 4)], production_details=page))
    assert (result.power.solar_w, result.energy.solar_wh) == (0, 4000)


def test_a_gateway_that_boots_has_no_reading() -> None:
    row = {"type": "inverters", "activeCount": 0, "readingTime": 0, "wNow": 0, "whLifetime": 0}
    page = {"production": [row], "consumption": [], "storage": []}
    result = snapshot(replies(meters=[], inverters=[], production_details=page))
    assert (result.power.solar_w, result.energy.solar_wh) == (None, None)


def test_a_report_that_vanished_is_found_among_the_details() -> None:
    detail = {"endDate": 1780315000, "duration": 300}
    data = {
        serial: {
            "devName": "pcu",
            "sn": serial,
            "active": True,
            "channels": [{"lastReading": detail, "watts": {"now": 50}, "lifetime": {"joulesProduced": 7200}}],
        }
        for serial in ("1", "2")
    }
    known = {**data, "deviceCount": 2, "deviceDataLimit": 50}
    result = snapshot(replies(meters=[], inverters=[report("1", 50)], device_data=known))
    assert result.power.solar_w == 100


def test_an_error_in_the_place_of_a_reply_is_no_reply() -> None:
    with pytest.raises(BadPayload, match="an error in the place of a reply"):
        replies(secondary_control={"error": "busy"})
    with pytest.raises(BadPayload):
        replies(meters={"err": "404 - Not Found"})

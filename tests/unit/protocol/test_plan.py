"""Which endpoints a gateway is asked, and how often."""

from __future__ import annotations

import pytest

from openvoy.errors import EndpointRefused
from openvoy.protocol.endpoint import Handler, Poll
from openvoy.protocol.plan import next_endpoint, wanted_endpoints
from openvoy.protocol.replies import Replies
from tests.unit.protocol.replies import CONSUMPTION, PRODUCTION, STORAGE, capabilities, meter, replies

ON = [meter(PRODUCTION, "production"), meter(CONSUMPTION, "net-consumption")]


def polls(noted: Replies, software: str = "D8.2.4345", *, imeter: bool | None = True) -> dict[str, Poll]:
    known = capabilities(software, imeter=imeter)
    return {endpoint.name: poll for endpoint, poll in wanted_endpoints(known, noted).items()}


def test_the_oldest_gateways_are_asked_little() -> None:
    assert set(polls(Replies(), "D3.17.3", imeter=None)) == {"production_v1", "inverters"}
    assert set(polls(Replies(), "R3.9.36", imeter=None)) == {"production_v1", "inverters", "tariff"}


@pytest.mark.parametrize(("relay", "poll"), [("open", Poll.FIVE_MINUTES), ("closed", Poll.HOURLY)])
def test_the_inventory_is_read_often_while_a_relay_of_panels_is_open(relay: str, poll: Poll) -> None:
    groups = [{"type": "PCU", "devices": []}, {"type": "NSRB", "devices": [{"serial_num": "5", "relay": relay}]}]
    assert polls(replies(inventory=groups))["inventory"] is poll


def test_the_table_is_read_where_nothing_else_counts() -> None:
    assert "production_table" in polls(replies(production_v1=None), "D3.7.0", imeter=None)


def test_the_hot_path_is_native() -> None:
    known = capabilities()
    live = [
        endpoint
        for endpoint, poll in wanted_endpoints(known, replies(meters=ON)).items()
        if poll in {Poll.LIVE, Poll.MINUTE, Poll.FIVE_MINUTES}
    ]
    assert live
    assert all(endpoint.handler is not Handler.SCRIPTED for endpoint in live)


def test_the_slow_page_is_asked_each_minute_only_where_it_is_the_only_source() -> None:
    assert polls(replies(meters=ON))["production_details"] is Poll.HOURLY
    assert polls(replies(meters=EndpointRefused("401")))["production_details"] is Poll.MINUTE
    interval = {"wattHoursLifetime": 5, "wattsNow": 1}
    assert "production_details" not in polls(replies(production_v1=interval), imeter=False)


def test_readings_are_asked_only_where_a_meter_is_on() -> None:
    off = [meter(PRODUCTION, "production", "disabled")]
    assert polls(replies(meters=ON))["meter_readings"] is Poll.LIVE
    assert "meter_readings" not in polls(replies(meters=off))


def test_the_controller_is_asked_only_where_there_is_one() -> None:
    inventory = [{"type": "ENCHARGE", "devices": []}, {"type": "ENPOWER", "devices": [{"serial_num": "9"}]}]
    with_controller = polls(replies(ensemble_inventory=inventory))
    assert {"relay", "dry_contacts", "generator"} <= set(with_controller)
    assert "ensemble_power" not in with_controller
    assert "ensemble_status" not in with_controller
    assert "ensemble_status" in polls(replies(ensemble_inventory=inventory, relay=None))
    assert "relay" not in polls(replies(ensemble_inventory=[]))


def test_a_reading_ends() -> None:
    known, noted = capabilities(), Replies()
    asked = 0
    while (endpoint := next_endpoint(known, noted)) is not None:
        noted.note(endpoint, EndpointRefused("401"))
        asked += 1
    assert 5 < asked < 30


def test_battery_power_is_asked_briskly_unless_a_meter_counts_it() -> None:
    inventory = [{"type": "ENCHARGE", "devices": [{"serial_num": "9"}]}]
    assert polls(replies(meters=ON, ensemble_inventory=inventory))["ensemble_power"] is Poll.BRISK
    counted = [*ON, meter(STORAGE, "storage")]
    assert polls(replies(meters=counted, ensemble_inventory=inventory))["ensemble_power"] is Poll.FIVE_MINUTES
    assert polls(replies(ensemble_inventory=inventory))["ensemble_power"] is Poll.MINUTE

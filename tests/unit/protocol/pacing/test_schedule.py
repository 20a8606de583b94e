from __future__ import annotations

from typing import Any

from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.protocol.endpoints.meters import METER_READINGS
from openvoy.protocol.endpoints.tariff import TARIFF
from openvoy.protocol.pacing import LoadMeter, Schedule

WANTED: dict[Endpoint[Any], Poll] = {TARIFF: Poll.HOURLY, INVERTERS: Poll.FIVE_MINUTES, METER_READINGS: Poll.LIVE}


def test_live_values_come_first_and_the_rest_follows() -> None:
    schedule = Schedule()
    schedule.want(WANTED, 0.0)
    order = []
    for now_s in (0.0, 0.1, 0.2):
        due = schedule.next_due(now_s)
        assert due is not None
        order.append(due[0])
        schedule.done(due[0], now_s)
    assert order == [METER_READINGS, INVERTERS, TARIFF]


def test_a_gateway_too_slow_for_everything_is_still_asked_for_everything() -> None:
    schedule = Schedule()
    schedule.want(WANTED, 0.0)
    asked = []
    for turn in range(400):
        now_s = turn * 20.0
        due = schedule.next_due(now_s)
        assert due is not None
        asked.append(due[0])
        schedule.done(due[0], now_s)
    assert asked.count(INVERTERS) >= 13, "at half its pace"
    assert asked.count(TARIFF) >= 2
    assert asked.count(METER_READINGS) > 350


def test_an_endpoint_that_is_wanted_more_often_is_due_sooner() -> None:
    schedule = Schedule()
    schedule.want({TARIFF: Poll.HOURLY}, 0.0)
    schedule.done(TARIFF, 0.0)
    assert schedule.next_due(1.0) == (TARIFF, 3600.0)
    schedule.want({TARIFF: Poll.MINUTE}, 1.0)
    assert schedule.next_due(1.0) == (TARIFF, 61.0)


def test_what_is_not_there_is_forgotten_until_it_is_remembered() -> None:
    schedule = Schedule()
    schedule.want({TARIFF: Poll.HOURLY}, 0.0)
    schedule.forget(TARIFF)
    assert schedule.next_due(0.0) is None
    schedule.remember()
    assert schedule.next_due(0.0) == (TARIFF, 0.0)


def test_rest_is_asked_for_only_beyond_the_budget() -> None:
    load = LoadMeter()
    load.note(busy_s=1.0, since_last_s=99.0)
    assert load.rest_s(1.0) == 0
    for _ in range(200):
        load.note(busy_s=4.0, since_last_s=1.0)
    assert load.rest_s(4.0) == 12

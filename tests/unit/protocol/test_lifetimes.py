"""What the house used by the lifetime counters of one moment: the rule by which history accounts it too."""

from __future__ import annotations

from openvoy.model import RawCounter, Snapshot
from openvoy.model.accounting.accountant import Accountant
from tests.unit.protocol.replies import AT, CONSUMPTION, PRODUCTION, STORAGE, meter, reading, replies, snapshot

METERS = [meter(PRODUCTION, "production"), meter(CONSUMPTION, "net-consumption")]
INVENTORY = [{"type": "ENCHARGE", "devices": [{"serial_num": "9", "encharge_capacity": 3360}]}]


def site(*readings: object, **more: object) -> Snapshot:
    given = {"meters": METERS, "meter_readings": list(readings), "ensemble_inventory": []}
    return snapshot(replies(**{**given, **more}))


def accounted_wh(counters: tuple[RawCounter, ...]) -> float | None:
    return Accountant().account(counters, AT).energy.load_wh


def test_what_inverters_draw_at_night_is_not_the_houses() -> None:
    found = site(reading(PRODUCTION, 0.0, 1000.0, 12.5), reading(CONSUMPTION, 0.0, 700.0, 300.0))
    assert found.energy.load_wh == 1000 - 12.5 + 700 - 300
    assert found.energy.load_wh == accounted_wh(found.counters)


def test_batteries_are_balanced_and_a_total_meter_is_taken_at_its_word() -> None:
    stored = meter(STORAGE, "storage")
    readings = reading(PRODUCTION, 0.0, 1000.0, 12.5), reading(STORAGE, 0.0, 50.0, 80.0)
    net = site(
        *readings, reading(CONSUMPTION, 0.0, 700.0, 300.0), meters=[*METERS, stored], ensemble_inventory=INVENTORY
    )
    total = site(
        *readings,
        reading(CONSUMPTION, 0.0, 900.0, 0.0),
        meters=[METERS[0], meter(CONSUMPTION, "total-consumption"), stored],
        ensemble_inventory=INVENTORY,
    )
    assert net.energy.load_wh == 1000 - 12.5 + 700 - 300 + 50 - 80 == accounted_wh(net.counters)
    assert total.energy.load_wh == 900 + 50 - 80 == accounted_wh(total.counters)


def test_a_part_that_was_not_read_leaves_it_unknown() -> None:
    assert site(reading(CONSUMPTION, 0.0, 700.0, 300.0)).energy.load_wh is None
    unread = site(reading(PRODUCTION, 0.0), reading(CONSUMPTION, 0.0), ensemble_inventory=INVENTORY)
    assert unread.energy.load_wh is None


def test_sums_have_no_more_digits_than_what_was_measured() -> None:
    found = site(reading(PRODUCTION, 0.1, 0.1, 0.0), reading(CONSUMPTION, 0.2, 0.2, 0.0))
    assert (found.power.load_w, found.energy.load_wh) == (0.3, 0.3)
    assert accounted_wh(found.counters) == 0.3

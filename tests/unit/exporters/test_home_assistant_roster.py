"""What Home Assistant is told from one snapshot to the next: devices come, vanish and are renamed by themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from openvoy.exporters.home_assistant import Prefixes, Roster, build_discovery
from openvoy.exporters.home_assistant.roster import PATIENCE
from openvoy.exporters.quantities import quantities
from openvoy.model import Snapshot
from openvoy.model.devices import Contact
from tests.unit.exporters.house import SNAPSHOT

PREFIXES = Prefixes()
SERIAL = SNAPSHOT.gateway.serial
CONTROL = {f"homeassistant/switch/openvoy_{SERIAL}/control_grid-relay_relay/config": {"name": "Grid relay"}}
WITHOUT = replace(SNAPSHOT, inverters=())


def told(
    roster: Roster, snapshot: Snapshot, after: timedelta = timedelta(0), *, is_whole: bool = True, **more: Any
) -> Mapping[str, str]:
    listed = list(quantities(snapshot))
    messages = {**build_discovery(listed, prefixes=PREFIXES, version="1"), **more.get("controls", {})}
    return roster.update(messages, listed, at=SNAPSHOT.at + after, is_whole=is_whole)


def started(**more: Any) -> Roster:
    roster = Roster(SERIAL, PREFIXES)
    assert told(roster, SNAPSHOT, **more) == roster.told
    assert len(roster.told) > 20
    return roster


def test_what_was_told_is_not_told_again_and_what_comes_is_told_at_once() -> None:
    roster = Roster(SERIAL, PREFIXES)
    before = dict(told(roster, WITHOUT))
    come = told(roster, SNAPSHOT)
    assert come
    assert all("_inverter_" in topic for topic in come)
    assert not told(roster, SNAPSHOT)
    assert roster.told == {**before, **come}


def test_a_name_that_changes_is_told_with_every_entity_of_its_device() -> None:
    roster = started()
    for name in ("Pump", "Heat pump"):
        fresh = told(roster, replace(SNAPSHOT, contacts=(Contact(id="NC1", name=name, status="open"),)))
        assert {json.loads(payload)["device"]["name"] for payload in fresh.values()} == {name}
        assert len(fresh) == 2


def test_what_is_not_said_for_a_while_stays() -> None:
    roster = started()
    dark = replace(SNAPSHOT, inverters=(replace(SNAPSHOT.inverters[0], power_w=None),))
    assert not told(roster, dark)
    assert not told(roster, dark, 2 * PATIENCE)


def test_a_device_that_is_listed_no_more_vanishes_after_a_while() -> None:
    roster = started()
    panel = {topic for topic in roster.told if "_inverter_" in topic}
    assert not told(roster, WITHOUT)
    assert not told(roster, WITHOUT, PATIENCE - timedelta(seconds=1))
    assert told(roster, WITHOUT, PATIENCE) == dict.fromkeys(panel, "")
    assert not panel & set(roster.told)
    assert not told(roster, WITHOUT, 2 * PATIENCE)
    assert set(told(roster, SNAPSHOT, 2 * PATIENCE)) == panel


def test_nothing_is_gone_while_a_part_is_missing_or_once_it_is_back() -> None:
    roster = started()
    assert not told(roster, WITHOUT, is_whole=False)
    assert not told(roster, WITHOUT, 3 * PATIENCE, is_whole=False)
    assert not told(roster, WITHOUT, 3 * PATIENCE)
    assert not told(roster, SNAPSHOT, 3 * PATIENCE)
    assert not told(roster, WITHOUT, 4 * PATIENCE)
    assert not told(roster, WITHOUT, 5 * PATIENCE - timedelta(seconds=1))
    assert told(roster, WITHOUT, 5 * PATIENCE)


def test_controls_that_are_no_longer_offered_vanish_but_not_while_they_are_asked_for() -> None:
    roster = started(controls=CONTROL)
    assert not told(roster, SNAPSHOT)
    assert not told(roster, SNAPSHOT, PATIENCE / 2, controls=CONTROL)
    assert not told(roster, SNAPSHOT, PATIENCE)
    assert told(roster, SNAPSHOT, 2 * PATIENCE) == dict.fromkeys(CONTROL, "")


def test_an_entity_that_changes_its_platform_leaves_the_old_one() -> None:
    roster = started()
    old = f"homeassistant/binary_sensor/openvoy_{SERIAL}/site_solar_w/config"
    roster.note_retained(old, "{}")
    assert told(roster, SNAPSHOT) == {old: ""}


def test_what_the_broker_kept_of_a_device_that_is_gone_vanishes_too() -> None:
    roster = Roster(SERIAL, PREFIXES)
    old = f"homeassistant/sensor/openvoy_{SERIAL}_inverter_9/power_w/config"
    for topic in (
        old,
        "homeassistant/sensor/openvoy_9/a/config",
        "homeassistant/sensor/0x12/config",
        f"openvoy/{SERIAL}",
    ):
        roster.note_retained(topic, "{}")
    roster.note_retained(f"homeassistant/sensor/openvoy_{SERIAL}_inverter_8/power_w/config", "")
    assert set(roster.told) == {old}
    assert old not in told(roster, SNAPSHOT)
    assert told(roster, SNAPSHOT, PATIENCE) == {old: ""}

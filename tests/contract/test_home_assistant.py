"""Discovery of every recording and every example site, held against what Home Assistant's schemas allow.

`script/home-assistant --extract` writes what they allow; `test_home_assistant_core.py` asks the schemas themselves.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openvoy.exporters.home_assistant import build_control_states, build_controls, parse_command
from openvoy.exporters.quantities import quantities
from openvoy.model import Snapshot
from openvoy.testing.captures import Capture, read_capture
from tests.contract.control_support import bench
from tests.contract.site_support import read_snapshot, source_of
from tests.support.home_assistant import EXAMPLES, PREFIXES, ROOT, Messages, discovery_of

RULES: Any = json.loads((ROOT / "tests/golden/home_assistant.json").read_text())
NEWER = {"sensor": {"options"}}
"""What later versions know beside the rules' one; it leaves it out without a word."""
AT = datetime(2026, 1, 1, tzinfo=UTC)


def faults(messages: Messages) -> Iterator[str]:
    """Tell what Home Assistant would not take, or take badly."""
    for topic, message in messages.items():
        match = re.fullmatch(RULES["topic"], topic.partition("/")[2])
        if match is None or match["component"] not in RULES["platforms"]:
            yield f"{topic}: no topic of a platform"
            continue
        for fault in _message_faults(match["component"], message):
            yield f"{topic}: {fault}"
    yield from _namesakes(messages)


def _message_faults(platform: str, message: Any) -> Iterator[str]:
    shape = RULES["platforms"][platform]
    strange = set(message) - set(shape["keys"]) - NEWER.get(platform, set())
    missing = set(shape["required"]) - set(message) - {"platform"}
    strange |= {f"device.{key}" for key in set(message["device"]) - set(RULES["device"]["keys"])}
    strange |= {f"origin.{key}" for key in set(message["origin"]) - set(RULES["origin"]["keys"])}
    if strange or missing:
        yield f"not known: {sorted(strange)}, missing: {sorted(missing)}"
    if message["name"].startswith(message["device"]["name"]):
        yield "the name repeats the device's"
    if not message["name"][:1].isupper():
        yield f"{message['name']} is no name"
    if message.get("entity_category", "diagnostic") not in RULES["entity_categories"]:
        yield "no such category"
    if platform in {"sensor", "binary_sensor"} and message.get("entity_category") == "config":
        yield "what is only read is no configuration"
    yield from _kind_faults(platform, message)


def _kind_faults(platform: str, message: Any) -> Iterator[str]:
    kind, unit, statistics = (message.get(key) for key in ("device_class", "unit_of_measurement", "state_class"))
    if platform == "binary_sensor" and kind is not None and kind not in RULES["binary_sensor_classes"]:
        yield f"no class {kind}"
    if platform not in {"sensor", "number"} or kind is None:
        return
    units = RULES[f"{platform}_units"]
    if kind not in units:
        yield f"no class {kind}"
    elif units[kind] is not None and unit not in units[kind]:
        yield f"{unit} is no unit of {kind}"
    if statistics is not None and statistics not in RULES["sensor_state_classes"][kind]:
        yield f"{statistics} does not suit {kind}"
    if ("options" in message) != (kind == "enum"):
        yield "options belong to an enumeration"


def _namesakes(messages: Messages) -> Iterator[str]:
    """Tell of entities that cannot be told apart."""
    identifiers = Counter(message["unique_id"] for message in messages.values())
    names = Counter(
        (topic.split("/")[1], message["device"]["identifiers"][0], message["name"])
        for topic, message in messages.items()
    )
    yield from (f"twice: {key}" for counted in (identifiers, names) for key, count in counted.items() if count > 1)


def check(snapshot: Snapshot) -> Messages:
    messages = discovery_of(snapshot)
    assert list(faults(messages)) == []
    assert len(messages) == sum(quantity.value is not None for quantity in quantities(snapshot))
    devices = [message["device"] for message in messages.values()]
    assert {one["via_device"] for one in devices if "via_device" in one} <= {one["identifiers"][0] for one in devices}
    return messages


def test_every_recording_is_discovered(capture: Capture) -> None:
    check(read_capture(capture, AT)[2])


@pytest.mark.parametrize("site", EXAMPLES)
@pytest.mark.sample(3)
async def test_every_example_site_is_discovered_without_a_flood(site: str) -> None:
    snapshot = await read_snapshot(source_of(site, "5.0" if site == "standard" else "8.3"))
    messages = check(snapshot)
    shown = sum(message.get("enabled_by_default", True) for message in messages.values())
    assert shown <= 90 + 2 * len(snapshot.inverters) + 5 * len(snapshot.batteries)


async def test_every_control_of_a_site_with_everything_is_an_entity(tmp_path: Path) -> None:
    async with bench("8.3", tmp_path) as workbench:
        offers = await workbench.gateway.control.offers()
        snapshot = await workbench.gateway.snapshot()
    gateway = snapshot.gateway.serial
    controls = build_controls(
        offers, gateway=gateway, quantities=quantities(snapshot), prefixes=PREFIXES, version="1.2.3"
    )
    assert list(faults({**discovery_of(snapshot), **controls})) == []
    platforms = {topic.split("/")[1] for topic in controls}
    assert platforms == {"switch", "select", "number", "text", "button"}
    states = build_control_states(offers, gateway=gateway, prefixes=PREFIXES)
    assert set(states) == {message["state_topic"] for message in controls.values() if "state_topic" in message}
    told = {message["command_topic"].split("/")[3] for message in controls.values()}
    owners = {offer.name for offer in offers if offer.is_offered and offer.family == "control"}
    assert owners
    assert told == owners | {"undo"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit_of_measurement": "km"}, "no unit of power"),
        ({"state_class": "total"}, "does not suit power"),
        ({"device_class": "wattage"}, "no class"),
        ({"entity_category": "config"}, "no configuration"),
        ({"wrong": 1}, "not known: ['wrong']"),
        ({"name": "Gateway home power"}, "repeats"),
        ({"options": ["a"]}, "enumeration"),
    ],
)
async def test_what_does_not_suit_is_found(change: dict[str, Any], says: str) -> None:
    messages = discovery_of(await read_snapshot(source_of("demo", "8.3")))
    topic, message = next((topic, one) for topic, one in messages.items() if topic.endswith("/site_solar_w/config"))
    assert any(says in fault for fault in faults({topic: {**message, **change}}))
    assert not list(faults({topic: message}))


async def test_the_page_lists_what_is_enabled_by_itself() -> None:
    page = (ROOT / "docs" / "home-assistant.md").read_text().partition("### Entities")[2].partition("###")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")
    ]
    listed = {(name.strip(), unit): counted for _, names, unit, counted in rows[1:] for name in names.split(",")}
    seen: dict[tuple[str, str], str] = {}
    for site in ("full", "three-phase-battery"):
        for message in discovery_of(await read_snapshot(source_of(site, "8.3"))).values():
            if message.get("enabled_by_default", True):
                seen[message["name"], message.get("unit_of_measurement", "")] = message.get("state_class", "")
    assert seen.items() <= listed.items()
    assert {name for name, _ in listed} - {name for name, _ in seen} <= {"L3 active power", "L3 voltage"}


async def test_what_stands_as_a_state_is_understood_as_a_command_that_changes_nothing(tmp_path: Path) -> None:
    async with bench("8.3", tmp_path) as workbench:
        control = workbench.gateway.control
        offers = {"1": await control.offers()}
        states = build_control_states(offers["1"], gateway="1", prefixes=PREFIXES)
        said = {topic: state for topic, state in states.items() if state}
        assert len(said) > 100
        for topic, state in said.items():
            told = topic.replace("/control/", "/set/", 1)
            command = parse_command(told, state.encode(), is_retained=False, offers=offers, prefixes=PREFIXES)
            preview = await control.preview(command.control, command.arguments)
            assert preview.changes == (), topic
        assert not workbench.writes

"""What a simulated site sends has at least the keys that gateways of its generation sent when they were recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from openvoy.protocol.http import Request
from openvoy.testing.captures import Capture
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import read_site
from tests.contract.catalogue import Desk, full_site
from tests.support.lived import lived_site

NOON = datetime(2025, 6, 21, 11, 33, 20, tzinfo=UTC)
ALIKE = {
    "7.3.130": "metered-split",
    "7.6.114_without_cts": "standard",
    "7.6.175_standard": "standard",
    "7.6.175_with_cts_3phase": "three-phase",
    "7.6.185_with_cts_and_battery_3t": "demo",
    "8.2.127_with_generator_running": "demo",
    "8.2.4345_with_device_data": "metered-split",
    "8.2.4382_ACB": "demo",
    "8.3.5169_with_generator": "metered-split",
    "8.3.5433_tot_is_net_cons": "metered-split",
}
"""The shipped site that is most like each recording."""
OTHER_HARDWARE = ("/ivp/ss/gen_config", "/ivp/ss/gen_mode", "/ivp/ss/gen_schedule")
"""Filled only where there is a generator."""
WITH_PHASES = {"/production.json": "/production.json?details=1"}
"""Some recorders left the query out of the name."""
BATTERY_TYPE = 13
SITE_PARTS = {"PCU", "ENCHARGE"}
SITE_DEVICES = {"pcu", "eim"}


def paths_of(value: Any, here: str = "$") -> Iterator[str]:
    """Every place of a JSON document; rows of lists are one place, and so are members named by serial or number."""
    yield here
    if isinstance(value, list):
        for row in value:
            yield from paths_of(row, f"{here}[]")
    elif isinstance(value, dict):
        for key, member in value.items():
            name = "*" if key.isdigit() or here.endswith(".counters") else key
            yield from paths_of(member, f"{here}.{name}")


def without_other_things(value: Any) -> Any:
    """Leave out what stands for hardware and settings that the simulated sites do not have."""
    if isinstance(value, list):
        return [without_other_things(row) for row in value if not is_other(row)]
    if isinstance(value, dict):
        return {key: without_other_things(member) for key, member in value.items() if not is_other(member)}
    return value


def is_other(row: Any) -> bool:
    """Whether this is a controller, a relay, an AC Battery, a modem, a tier or a feed-in season."""
    if not isinstance(row, dict):
        return False
    if "devices" in row:
        return row.get("type") not in SITE_PARTS or not row["devices"]
    if "devName" in row:
        return row["devName"] not in SITE_DEVICES
    if row.get("type") == "acb":
        return bool(row.get("activeCount"))
    if "com_interface_str" in row:
        return bool(row["device_type"] != BATTERY_TYPE)
    return row.get("type") == "cellular" or set(row) in ({"id", "limit", "rate"}, {"id", "start", "days"})


def test_a_place_is_told_by_its_keys() -> None:
    found = set(paths_of({"a": [{"b": 1}, {"c": {"12": {"d": 2}}}], "counters": {"x": 1}}))
    assert found >= {"$.a[].b", "$.a[].c.*.d", "$.counters.*"}


@pytest.fixture(params=sorted(ALIKE))
def pair(request: pytest.FixtureRequest, captures: Mapping[str, Capture]) -> tuple[Capture, SiteSource]:
    if request.param not in captures:
        pytest.skip(f"no recording {request.param}")
    site = lived_site(read_site(ALIKE[request.param]).commissioned_on(date(2025, 6, 12)), NOON)
    version = parse_version(request.param.partition("_")[0])
    return captures[request.param], SiteSource(site, ManualClock(NOON), version)


async def test_replies_have_the_keys_of_their_generation(pair: tuple[Capture, SiteSource]) -> None:
    capture, source = pair
    compared = 0
    for path, recorded in capture.responses.items():
        if recorded.status != 200 or path in OTHER_HARDWARE or path in {"/info", "/home.html"}:
            continue
        reply = await source.reply(Request(path=WITH_PHASES.get(path, path)))
        assert reply.status == 200, path
        wanted = set(paths_of(without_other_things(json.loads(recorded.body))))
        missing = wanted - set(paths_of(json.loads(reply.body)))
        assert not missing, (path, sorted(missing))
        compared += 1
    assert compared >= 5


async def test_every_recorded_path_is_served(pair: tuple[Capture, SiteSource]) -> None:
    capture, source = pair
    for path, recorded in capture.responses.items():
        reply = await source.reply(Request(path=path))
        assert (reply.status == 200) == (recorded.status == 200), path


EQUIPPED = (
    "8.2.127_with_generator_running",
    "8.2.4345_with_device_data",
    "8.2.4382_ACB",
    "8.3.5169_with_generator",
    "8.3.5433_tot_is_net_cons",
)
"""Recordings with controllers, generators or AC Batteries."""
NO_SUCH_THING = ("$.network.interfaces[].network", "$.tariff.seasons[].tiers[]", "$.tariff.seasons_sell[]")
"""Of a modem, of tiers, and of feed-in seasons."""


@pytest.mark.parametrize("name", EQUIPPED)
async def test_replies_have_the_keys_of_all_hardware(name: str, captures: Mapping[str, Capture]) -> None:
    if name not in captures:
        pytest.skip(f"no recording {name}")
    desk = Desk(name.partition("_")[0], full_site())
    compared = 0
    for path, recorded in captures[name].responses.items():
        if recorded.status != 200 or path == "/info":
            continue
        reply = await desk.ask(WITH_PHASES.get(path, path))
        missing = set(paths_of(json.loads(recorded.body))) - set(paths_of(reply))
        assert {place for place in missing if not place.startswith(NO_SUCH_THING)} == set(), path
        compared += 1
    assert compared >= 15

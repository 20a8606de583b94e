"""Who supplies the house, by the gateway's own words about its relays."""

from __future__ import annotations

from typing import Any

import pytest

from openvoy.model import Snapshot
from openvoy.protocol.endpoint import Poll
from openvoy.protocol.endpoints.livedata import LIVEDATA_STATUS
from openvoy.protocol.plan import wanted_endpoints
from tests.unit.protocol.replies import AT, CONSUMPTION, PRODUCTION, capabilities, meter, reading, replies, snapshot

INVENTORY = [
    {"type": "ENPOWER", "devices": [{"serial_num": "7", "mains_oper_state": "open"}]},
    {"type": "ENCHARGE", "devices": [{"serial_num": "9", "encharge_capacity": 3360}]},
]
POWER = {"devices:": [{"serial_num": "9", "real_power_mw": -1_250_000, "soc": 98}]}
METERS = [meter(PRODUCTION, "production"), meter(CONSUMPTION, "net-consumption")]
READINGS = [reading(PRODUCTION, 2336.0), reading(CONSUMPTION, 195.0)]
LIVE: dict[str, Any] = {
    "connection": {"sc_stream": "enabled"},
    "meters": {
        "last_update": AT.timestamp() - 5,
        "soc": 61,
        "enc_agg_energy": 2000,
        "phase_count": 3,
        "generator": {"agg_p_mw": 4_200_000},
    },
}


def site(generator: str, relay_word: str, **more: Any) -> Snapshot:
    given = {
        "meters": METERS,
        "meter_readings": READINGS,
        "ensemble_inventory": INVENTORY,
        "ensemble_power": POWER,
        "generator": {"oper_state": generator, "admin_mode": 2, "present": 1},
        "relay": {"mains_oper_state": relay_word},
    }
    return snapshot(replies(**{**given, **more}))


@pytest.mark.parametrize(
    ("generator", "relay", "grid_w", "generator_w"),
    [
        ("close", "open", 0, 195),
        ("closed", "open synchronizing", 0, 195),
        ("open", "closed", 195, 0),
        ("open", "open", 195, 0),
        ("close", "closed", 195, None),
    ],
)
def test_the_net_meter_sees_grid_or_generator(
    generator: str, relay: str, grid_w: float, generator_w: float | None
) -> None:
    power = site(generator, relay).power
    assert (power.grid_w, power.generator_w) == (grid_w, generator_w)
    assert power.load_w == 2336 + 195 - 1250
    assert power.reported_consumption_w == 2336 + 195


def test_where_the_relay_page_is_refused_the_inventory_tells() -> None:
    power = site("close", "", relay=None).power
    assert (power.grid_w, power.generator_w) == (0, 195)


def test_without_net_meter_live_data_knows_the_generator() -> None:
    only_production = {"meters": METERS[:1], "meter_readings": READINGS[:1]}
    assert site("close", "open", **only_production).power.generator_w is None
    stamped = [{**READINGS[0], "timestamp": AT.timestamp()}]
    power = site("close", "open", meters=METERS[:1], meter_readings=stamped, livedata_status=LIVE).power
    assert (power.grid_w, power.generator_w) == (0, 4200)
    assert power.load_w == 2336 + 4200 - 1250
    stale = {**LIVE, "meters": {**LIVE["meters"], "last_update": AT.timestamp() - 600}}
    power = site("close", "open", meters=METERS[:1], meter_readings=stamped, livedata_status=stale).power
    assert power.generator_w is None


def test_live_data_is_asked_only_where_nothing_else_knows() -> None:
    def poll(**members: Any) -> Poll | None:
        return wanted_endpoints(capabilities(), replies(**members)).get(LIVEDATA_STATUS)

    relays = {"generator": {"oper_state": "close"}, "relay": {"mains_oper_state": "open"}}
    assert poll(meters=METERS, **relays) is None
    assert poll(meters=METERS[:1], **relays) is Poll.MINUTE
    assert poll(ensemble_inventory=INVENTORY, ensemble_power=POWER) is None
    assert poll(ensemble_inventory=INVENTORY, ensemble_power=None, secondary_control=None) is Poll.MINUTE


def test_live_data_fills_charge_and_phases() -> None:
    refused: dict[str, Any] = {"ensemble_power": None, "secondary_control": None, "meters": [], "meter_readings": None}
    filled = site("open", "closed", livedata_status=LIVE, **refused)
    assert filled.storage is not None
    assert filled.storage.soc_pct == 61
    assert filled.gateway.phases == 3
    never = site("open", "closed", livedata_status={"meters": {"last_update": 0, "soc": 0}}, **refused)
    assert never.storage is not None
    assert never.storage.soc_pct is None


def test_the_page_says_when_a_gateway_without_meters_sleeps() -> None:
    page = {"production": [{"type": "inverters", "activeCount": 1, "readingTime": 0, "wNow": 0}]}
    reports = [{"serialNumber": "1", "lastReportDate": AT.timestamp() - 600, "lastReportWatts": 21}]
    off = [meter(PRODUCTION, "production", state="disabled")]
    asleep = snapshot(replies(meters=off, inverters=reports, production_details=page))
    assert asleep.power.solar_w == 0
    wanted = {endpoint.name: poll for endpoint, poll in wanted_endpoints(capabilities(), replies(meters=off)).items()}
    assert wanted["production_details"] is Poll.FIVE_MINUTES

from __future__ import annotations

import pytest

from openvoy.protocol.endpoint import Role
from openvoy.protocol.firmware import parse_firmware
from openvoy.protocol.registry import REGISTRY, find_endpoint


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/ivp/meters", "meters"),
        ("/ivp/meters/704643328", "meter"),
        ("/ivp/meters/readings", "meter_readings"),
        ("/ivp/meters/readings/704643328", "meter_reading"),
        ("/ivp/meters/reports/consumption", "consumption_reports"),
        ("/production.json?details=1", "production_details"),
        ("/production.json", "production_page"),
        ("/inventory.json?deleted=1", "inventory"),
        ("/inv/", "inventory_raw"),
        ("/ivp/mod/603980032/mode/power", "production_switch"),
        ("/ivp/grest/profile/G99-1-6%3A2020%20UK/1.2.10", "profile_model"),
        ("/ivp/grest/profile/active", "profile_active"),
        ("/ivp/adc/record?eid=1090519312&agf=frt", "adc_record"),
    ],
)
def test_paths_lead_to_endpoints(path: str, name: str) -> None:
    endpoint = find_endpoint(path)
    assert endpoint is not None
    assert endpoint.name == name


def test_firmware_decides_between_two_at_one_path() -> None:
    old, new = (find_endpoint("/production", parse_firmware(software)) for software in ("3.7.0", "5.0.62"))
    assert (old, new) == (REGISTRY["production_table"], REGISTRY["production_aggregate"])


def test_unknown_paths_lead_nowhere() -> None:
    assert find_endpoint("/ivp/nothing") is None
    assert find_endpoint("/ivp/meters/1/2/3") is None


def test_parts_of_a_path_are_filled_in_and_quoted() -> None:
    endpoint = REGISTRY["profile_model"].at(name="G99-1-6:2020 UK", version="1.2.10")
    assert endpoint.path == "/ivp/grest/profile/G99-1-6%3A2020%20UK/1.2.10"


def test_writing_may_need_more_than_reading() -> None:
    limit = REGISTRY["dynamic_limit"]
    assert (limit.role_for("GET"), limit.role_for("POST")) == (Role.OWNER, Role.INSTALLER)
    assert REGISTRY["relay"].role_for("POST") is Role.OWNER


def test_every_endpoint_can_be_asked_in_some_way() -> None:
    assert all(endpoint.methods for endpoint in REGISTRY.values())
    assert all(endpoint.path.startswith("/") for endpoint in REGISTRY.values())

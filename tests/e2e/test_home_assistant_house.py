"""From a gateway through service and broker into Home Assistant, and back: everything runs as its user runs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import get_json, service, virtual_gateway
from tests.support.home_assistant import House, broker, house, need_home_assistant

RESERVE, SOLAR = "number.batteries_reserve", "sensor.gateway_home_solar_power"


def write_configuration(folder: Path, gateway: Mapping[str, Any], broker_port: int) -> Path:
    token, file = folder / "home.jwt", folder / "openvoy.toml"
    token.touch(mode=0o600)
    token.write_text(gateway["owner_token"])
    file.write_text(
        f'[[gateway]]\nname = "home"\nhost = "{gateway["url"]}"\ntoken_file = "{token}"\n'
        f'[mqtt]\nurl = "mqtt://127.0.0.1:{broker_port}"\n[control]\nenabled = true\n'
    )
    return file


def wait_for_state(core: House, entity: str, *states: str) -> Any:
    return core.wait(lambda found: found["states"].get(entity, {}).get("state") in states)


def is_known(found: Any, entity: str) -> bool:
    return found["states"].get(entity, {}).get("state", "unknown") not in {"unknown", "unavailable"}


def complaints(found: Any) -> list[str]:
    """What Home Assistant says is wrong, but for what it misses here without its web server and pictures."""
    return [line for line in found["complaints"] if "mqtt" in line or "sensor" in line]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_house_comes_to_life_is_told_something_and_survives_a_restart(tmp_path: Path) -> None:
    need_home_assistant()
    with virtual_gateway("--site", "full", data=tmp_path) as gateway, broker(tmp_path) as port:
        file = str(write_configuration(tmp_path, gateway, port))
        with house(tmp_path / "house", "mqtt", broker="127.0.0.1", port=port, discovery=True) as core:
            with service("--config", file, data=tmp_path) as (_, url):
                before = core.wait(lambda found: is_known(found, RESERVE) and is_known(found, SOLAR))
                snapshot = get_json(f"{url}/api/v1/snapshot")
                assert {one["serial"] for one in snapshot["inverters"]} <= serials(before)
                told = 47 if before["states"][RESERVE]["state"] != "47" else 48
                core.call("number", "set_value", entity_id=RESERVE, value=told)
                wait_for_state(core, RESERVE, str(told))
                assert last_change(tmp_path) == ("battery.reserve", {"reserve": told}, "took effect")
                before = core.ask("states")
            wait_for_state(core, SOLAR, "unavailable")
            with service("--config", file, data=tmp_path):
                after = core.wait(lambda found: is_known(found, SOLAR))
                assert after["entities"] == before["entities"]
                assert complaints(after) == []


def serials(found: Any) -> set[str]:
    return {one["serial"] for one in found["devices"].values()}


def last_change(data: Path) -> tuple[str, Any, str]:
    """Read what the audit log says last: control, arguments, outcome."""
    entry = json.loads((data / "audit.jsonl").read_text().splitlines()[-1])
    return entry["control"], entry["arguments"], entry["outcome"]

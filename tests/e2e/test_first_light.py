"""From a recording over HTTPS with login into history and onto the page, through a kill -9."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import get_json, login, service, started, virtual_gateway, wait_for
from tests.support.patience import PATIENCE_S

RECORDINGS = ["5.0.62", "7.6.175_with_cts_3phase", "7.6.185_with_cts_and_battery_3t", "8.2.127_with_generator_running"]
GOLDEN: dict[str, dict[str, float]] = {
    "5.0.62": {"solar_w": 7907},
    "7.6.175_with_cts_3phase": {"solar_w": 488.925, "grid_w": -36.162, "load_w": 452.763},
    "7.6.185_with_cts_and_battery_3t": {"solar_w": -0.661, "grid_w": 522.043, "battery_w": 0, "load_w": 521.382},
    "8.2.127_with_generator_running": {
        "solar_w": 2336.093,
        "grid_w": 0,
        "generator_w": 195.575,
        "battery_w": -1250,
        "load_w": 1281.668,
    },
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", RECORDINGS)
@pytest.mark.sample(1)
def test_a_recording_is_collected_kept_and_shown(name: str, recordings_folder: Path, tmp_path: Path) -> None:
    recording = str(recordings_folder / f"{name}.har")
    with virtual_gateway("--capture", recording, data=tmp_path) as gateway:
        with service(*login(gateway), data=tmp_path) as (process, url):
            snapshot = wait_for(f"{url}/api/v1/snapshot", lambda reply: "error" not in reply and reply["inverters"])
            assert snapshot["gateway"]["serial"] == gateway["serial"]
            shown = {flow: snapshot["power"][flow] for flow in GOLDEN[name]}
            assert shown == pytest.approx(GOLDEN[name], abs=0.0015)
            assert first_event(url)["snapshot"]["power"] == snapshot["power"]
            assert b"<html" in urllib.request.urlopen(url, timeout=PATIENCE_S).read()
            process.send_signal(2)
            process.wait(timeout=PATIENCE_S)
            assert process.returncode == 0
        with service(*login(gateway), data=tmp_path) as (process, url):
            kept = powers(url)
            assert kept, "what was collected before is there after a restart"
            wait_for(f"{url}/healthz", lambda reply: reply["status"] == "ok")
            process.kill()
            process.wait(timeout=PATIENCE_S)
        with service(*login(gateway), data=tmp_path) as (process, url):
            assert set(kept) <= set(powers(url)), "a kill -9 loses nothing that was acknowledged"
            wait_for(f"{url}/healthz", lambda reply: reply["status"] == "ok")


def powers(url: str) -> list[tuple[int, Any]]:
    now = int(time.time())
    columns = get_json(f"{url}/api/v1/history/power?start={now - now % 60 - 3600}&end={now + 60}&step_s=60")
    return [(at, solar) for at, solar in zip(columns["at"], columns["solar_w"], strict=True) if solar is not None]


def first_event(url: str) -> Any:
    with urllib.request.urlopen(f"{url}/api/v1/live", timeout=PATIENCE_S) as stream:
        for line in stream:
            if line.startswith(b"data:"):
                return json.loads(line[5:])
    raise AssertionError("the stream ended")


def test_history_is_not_shared_by_two_services(tmp_path: Path, recordings_folder: Path) -> None:
    recording = str(recordings_folder / "5.0.62.har")
    with (
        virtual_gateway("--capture", recording, data=tmp_path) as gateway,
        service(*login(gateway), data=tmp_path),
        started("run", "--listen", "127.0.0.1:0", *login(gateway), data=tmp_path) as second,
    ):
        _, said = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 5
    assert "Traceback" not in said
    assert "Another process" in said

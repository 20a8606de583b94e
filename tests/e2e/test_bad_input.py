"""Whatever is wrong: a clear error with its remedy and exit code, no traceback, nothing lost."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import OPENVOY, environment, login, openvoy, virtual_gateway

METERED = "7.6.175_with_cts_3phase"


def check(result: Any, exit_code: int, *words: str) -> None:
    said = result.stderr
    assert result.returncode == exit_code, said
    assert "Traceback" not in said
    assert result.stdout == ""
    for word in words:
        assert word in said
    assert len(said.strip().splitlines()) >= 2, "the error comes with a remedy"


@pytest.fixture(scope="module")
def gateway(recordings_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Any]]:
    recording = str(recordings_folder / f"{METERED}.har")
    with virtual_gateway("--capture", recording, data=tmp_path_factory.mktemp("gateway")) as described:
        yield described


@pytest.mark.timeout(30)
def test_a_wrong_token(gateway: Mapping[str, Any], tmp_path: Path) -> None:
    head, payload, _ = gateway["owner_token"].split(".")
    forged = f"{head}.{payload}.{'A' * 86}"
    result = openvoy("read", "--json", "--host", gateway["url"], "--token", forged, data=tmp_path)
    check(result, 4, "token")
    assert payload not in result.stderr


@pytest.mark.timeout(30)
def test_no_token(gateway: Mapping[str, Any], tmp_path: Path) -> None:
    check(openvoy("read", "--host", gateway["url"], data=tmp_path), 2, "token")


@pytest.mark.timeout(30)
def test_a_token_that_is_none(gateway: Mapping[str, Any], tmp_path: Path) -> None:
    check(openvoy("read", "--host", gateway["url"], "--token", "hello", data=tmp_path), 4, "token")


@pytest.mark.timeout(30)
def test_a_wrong_password(recordings_folder: Path, tmp_path: Path) -> None:
    with virtual_gateway("--capture", str(recordings_folder / "5.0.62.har"), data=tmp_path) as old:
        options = ["--host", old["url"], "--user", "envoy"]
        result = openvoy("read", *options, data=tmp_path, OPENVOY_PASSWORD="nonsense")
    check(result, 4, "password")
    assert "nonsense" not in result.stderr


@pytest.mark.timeout(30)
def test_nothing_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    check(openvoy("read", "--host", f"127.0.0.1:{port}", data=tmp_path), 3, f"127.0.0.1:{port}")


@pytest.mark.timeout(30)
def test_a_port_that_speaks_no_http(tmp_path: Path) -> None:
    def greet(server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"220 mail.example ESMTP ready\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=greet, args=[server])
        thread.start()
        try:
            result = openvoy("read", "--host", f"127.0.0.1:{server.getsockname()[1]}", data=tmp_path)
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
    check(result, 3)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("fault", ["truncated-json", "html-with-200", "huge-body"])
@pytest.mark.sample(2)
def test_one_broken_reply_costs_its_part_only(fault: str, recordings_folder: Path, tmp_path: Path) -> None:
    recording = str(recordings_folder / f"{METERED}.har")
    switch = f"{fault}:path=/api/v1/production/inverters" + (",mb=200" if fault == "huge-body" else "")
    with virtual_gateway("--capture", recording, "--fault", switch, data=tmp_path) as broken:
        result = openvoy("read", "--json", *login(broken), data=tmp_path)
    assert result.returncode == 0, result.stderr
    snapshot = json.loads(result.stdout)
    assert snapshot["power"]["solar_w"] == pytest.approx(488.925)
    assert snapshot["inverters"] == []
    assert [part["part"] for part in snapshot["missing"]] == ["inverters"]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", ["", "not json", "{}", '{"log": {"entries": []}}', '{"log": 5}'])
@pytest.mark.sample(2)
def test_a_har_that_is_none(text: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.har"
    file.write_text(text)
    check(openvoy("gateway", "--capture", str(file), data=tmp_path), 2, "bad.har")


@pytest.mark.timeout(30)
def test_a_configuration_with_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "openvoy.toml"
    file.write_text('[web]\nlisten = "127.0.0.1:8400"\nlisen = 5\n')
    check(openvoy("run", "--config", str(file), data=tmp_path), 2, "line 3", "listen")


@pytest.mark.timeout(30)
def test_history_in_a_place_that_cannot_be_written(gateway: Mapping[str, Any], tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("in the way")
    result = openvoy("run", *login(gateway), "--data", str(place), "--listen", "127.0.0.1:0", data=tmp_path)
    check(result, 5)


@pytest.mark.timeout(30)
def test_a_host_beside_a_configuration_that_names_gateways(tmp_path: Path) -> None:
    file = tmp_path / "openvoy.toml"
    file.write_text('[[gateway]]\nhost = "192.0.2.1"\n')
    check(openvoy("run", "--config", str(file), "--host", "127.0.0.1:1", data=tmp_path), 2, "openvoy.toml", "--host")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.timeout(30)
def test_what_is_printed_where_there_is_no_room(tmp_path: Path) -> None:
    words = ("history", "import", "--list", "--json")
    with Path("/dev/full").open("wb") as full:
        finished = subprocess.run(
            [*OPENVOY, *words], env=environment(tmp_path), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert finished.returncode == 5
    assert finished.stderr.splitlines() == [
        "openvoy: What is printed finds no room.",
        "  Make room there, or print to another place.",
    ]

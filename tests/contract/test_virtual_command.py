"""`openvoy gateway` as a user starts it."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from openvoy.cli.app import run
from tests.unit.virtual.recordings import SERIAL, entry, har, info_page
from tests.unit.virtual.wire import ask, bearer, digest

KEYS = {
    "url",
    "http_url",
    "cloud_url",
    "serial",
    "firmware",
    "owner_token",
    "installer_token",
    "envoy_password",
    "installer_password",
    "cloud_user",
    "cloud_password",
    "admin_token",
}


def recorded(folder: Path, firmware: str) -> str:
    path = folder / f"{firmware}.har"
    path.write_bytes(har([entry("/info", info_page(firmware)), entry("/ivp/meters", "[]", time=250)]))
    return str(path)


@asynccontextmanager
async def gateway(*arguments: str, stop: signal.Signals = signal.SIGTERM) -> AsyncIterator[dict[str, Any]]:
    """Start it in a process of its own; it must end by itself when told to, with nothing more on stdout."""
    command = (sys.executable, "-m", "openvoy", "gateway", "--listen", "127.0.0.1:0", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())
    finally:
        process.send_signal(stop)
        rest = await process.stdout.read()
        code = await process.wait()
    assert (code, rest) == (0, b"")


async def test_new_firmware_says_where_it_is_and_how_to_log_in(tmp_path: Path) -> None:
    async with gateway("--capture", recorded(tmp_path, "7.6.175"), "--http-port", "0") as said:
        assert set(said) == KEYS
        assert (said["serial"], said["firmware"]) == (SERIAL, "7.6.175")
        assert said["cloud_url"] is said["envoy_password"] is said["installer_password"] is None
        assert (await ask(said["url"], "/ivp/meters", headers=bearer(said["owner_token"]))).body == b"[]"
        assert (await ask(said["http_url"], "/ivp/meters")).status == 301


async def test_old_firmware_is_plain_http_with_passwords(tmp_path: Path) -> None:
    arguments = ("--capture", recorded(tmp_path, "5.0.62"), "--installer-password", "s3cret")
    async with gateway(*arguments, stop=signal.SIGINT) as said:
        assert said["url"].startswith("http://127.0.0.1:")
        assert said["http_url"] is said["owner_token"] is said["installer_token"] is None
        assert (said["envoy_password"], said["installer_password"]) == (SERIAL[-6:], "s3cret")
        challenge = (await ask(said["url"], "/ivp/meters")).header("WWW-Authenticate")
        answer = digest(challenge, path="/ivp/meters", user="envoy", password=said["envoy_password"])
        assert (await ask(said["url"], "/ivp/meters", headers=answer)).status == 200


async def test_tokens_and_certificate_survive_a_restart(tmp_path: Path) -> None:
    arguments = ("--capture", recorded(tmp_path, "8.2.4345"), "--state", str(tmp_path / "state"))
    async with gateway(*arguments) as first:
        pass
    kept = {path.name: path.read_bytes() for path in (tmp_path / "state").iterdir()}
    async with gateway(*arguments) as second:
        assert second["owner_token"] != first["owner_token"]
        assert (await ask(second["url"], "/ivp/meters", headers=bearer(first["owner_token"]))).status == 200
    assert {path.name: path.read_bytes() for path in (tmp_path / "state").iterdir()} == kept


async def test_time_latency_and_faults_are_as_ordered(tmp_path: Path) -> None:
    arguments = (
        "--start",
        "2030-01-01T00:00:00",
        "--speed",
        "0",
        "--latency",
        "capture",
        "--fault",
        "busy-503:path=/x",
    )
    async with gateway("--capture", recorded(tmp_path, "8.2.4345"), *arguments) as said:
        loop = asyncio.get_running_loop()
        asked_s = loop.time()
        reply = await ask(said["url"], "/ivp/meters", headers=bearer(said["owner_token"]))
        assert loop.time() - asked_s >= 0.25
        assert reply.header("Date") == "Tue, 01 Jan 2030 00:00:00 GMT"
        assert (await ask(said["url"], "/x", headers=bearer(said["owner_token"]))).status == 503
        clock = await ask(said["url"], "/__virtual/clock", headers=bearer(said["admin_token"]))
        assert json.loads(clock.body) == {"now": "2030-01-01T00:00:00Z", "elapsed_s": 0, "speed": 0}


async def test_a_simulated_site_stands_behind_the_same_server(tmp_path: Path) -> None:
    arguments = ("--site", "standard", "--firmware", "7.6", "--seed", "3", "--start", "2025-03-21T12:00:00Z")
    async with gateway(*arguments) as said:
        reply = await ask(said["url"], "/production.json", headers=bearer(said["owner_token"]))
        assert json.loads(reply.body)["production"][0]["type"] == "inverters"
        truth = await ask(said["url"], "/__virtual/truth", headers=bearer(said["admin_token"]))
        assert truth.status == 200


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "one source"),
        (("--capture", "a.har", "--site", "demo"), "one source"),
        (("--capture", "absent.har"), "cannot be read"),
        (("--capture", "README.md"), "not a HAR file"),
        (("--capture", "a.har", "--firmware", "8.3"), "simulated site"),
        (("--capture", "a.har", "--listen", "nowhere"), "no address"),
        (("--capture", "a.har", "--listen", "127.0.0.1:99999"), "no address"),
        (("--capture", "a.har", "--http-port", "-1"), "no port"),
        (("--capture", "a.har", "--start", "yesterday"), "no time"),
        (("--capture", "a.har", "--speed", "-1"), "no speed"),
        (("--capture", "a.har", "--speed", "nan"), "no speed"),
        (("--capture", "a.har", "--fault", "none"), "no fault"),
        (("--site", "standard", "--fault", "none"), "no fault"),
        (("--site", "nowhere.toml"), "nowhere.toml"),
        (("--site", "standard", "--firmware", "3.7"), "no firmware"),
    ],
)
def test_what_cannot_be_is_said_with_a_remedy(
    arguments: tuple[str, ...],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path(recorded(tmp_path, "8.2.4345")).rename(tmp_path / "a.har")
    (tmp_path / "README.md").write_text("# no recording")
    monkeypatch.chdir(tmp_path)
    assert run(["gateway", *arguments]) == 2
    output, said = capsys.readouterr()
    assert "simulating" not in said
    assert output == ""
    assert problem in said
    assert len(said.splitlines()) == 2


def test_a_port_in_use_is_said_with_a_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert run(["gateway", "--capture", recorded(tmp_path, "5.0.62"), "--listen", address]) == 2
    assert "Address already in use" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for name, arguments in (
            ("--listen", ("--listen", f"127.0.0.1:{port}")),
            ("--listen", ("--port", str(port))),
            ("--cloud-port", ("--port", "0", "--cloud-port", str(port))),
        ):
            assert run(["gateway", "--site", "standard", *arguments]) == 2
            said = capsys.readouterr().err
            assert f"127.0.0.1:{port} ({name}): cannot listen: Address already in use" in said
            assert "port 0" in said
            assert "simulating" not in said


async def test_a_port_alone_is_an_address_of_this_machine(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "openvoy", "gateway", "--port", "0", "--capture", recorded(tmp_path, "8.2.4345"))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert json.loads(await process.stdout.readline())["url"].startswith("https://127.0.0.1:")
    process.terminate()
    await process.communicate()

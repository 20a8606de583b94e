"""What docs/tokens.md and README.md show of tokens runs, against a virtual gateway and its cloud."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from openvoy.cli.config import parse_config
from openvoy.client import SystemClock
from openvoy.protocol.login import explain_token
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from tests.contract.test_token_commands import served
from tests.contract.test_virtual_command import recorded
from tests.unit.virtual.recordings import SERIAL, entry, recording

ROOT = Path(__file__).parents[2]
TOKENS = (ROOT / "docs" / "tokens.md").read_text()
README = (ROOT / "README.md").read_text()


def block(language: str, words: str, text: str = TOKENS) -> str:
    (found,) = [
        one for one in re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL) if words in one
    ]
    return str(found)


async def run(*command: str, cwd: Path, environ: Mapping[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**os.environ, "OPENVOY_DATA": str(cwd), **environ},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


def shell_with_openvoy(folder: Path) -> dict[str, str]:
    """Put the program of this environment on the path, under the name that the documents use."""
    program = folder / "bin" / "openvoy"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m openvoy "$@"\n')
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}"}


def environ_of(gateway: VirtualGateway) -> dict[str, str]:
    said = gateway.describe()
    return {
        "LOGIN": str(said["cloud_url"]),
        "TOKENS": str(said["cloud_url"]),
        "OPENVOY_CLOUD_URL": str(said["cloud_url"]),
        "OPENVOY_CLOUD_PASSWORD": str(said["cloud_password"]),
        "CLOUD_USER": str(said["cloud_user"]),
        "CLOUD_PASSWORD": str(said["cloud_password"]),
        "SERIAL": SERIAL,
    }


@pytest.mark.parametrize("words", ["openvoy token fetch", "login.json"])
async def test_both_ways_in_a_shell(words: str, tmp_path: Path) -> None:
    async with served() as (gateway, _):
        environ = {**environ_of(gateway), **shell_with_openvoy(tmp_path)}
        await run("sh", "-euc", block("sh", words), cwd=tmp_path, environ=environ)
    file = tmp_path / "home.jwt"
    assert explain_token(file.read_text()).serials == (SERIAL,)
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("route", ["page", "url"])
async def test_the_ways_of_a_browser(route: str, tmp_path: Path) -> None:
    assert f"openvoy token fetch --route {route}" in TOKENS
    async with served() as (_, command):
        done = await command(
            "fetch", "--user", "owner@example.com", "--serial", SERIAL, "--route", route, data=tmp_path
        )
    assert explain_token(done.out.decode()).role == "owner"


async def test_the_way_from_python(tmp_path: Path) -> None:
    meters = entry("/ivp/meters", "[]")
    production = entry("/api/v1/production", json.dumps({"wattsNow": 412, "wattHoursLifetime": 3}))
    async with VirtualGateway(
        recording("7.6.175", meters, production),
        clock=VirtualClock(SystemClock()),
        settings=GatewaySettings(cloud_port=0),
    ) as gateway:
        url = repr(str(gateway.cloud_url))
        source = block("python", "CloudTokens").replace('"envoy.local"', repr(gateway.url))
        source = source.replace("CloudService()", f"CloudService(base_url={url}, tokens_url={url})")
        out = await run(sys.executable, "-W", "error", "-c", source, cwd=tmp_path, environ=environ_of(gateway))
    assert out.split()[0] == SERIAL
    assert (tmp_path / "tokens" / f"{SERIAL}.jwt").stat().st_mode & 0o777 == 0o600


def test_the_configurations_are_right(tmp_path: Path) -> None:
    for words in ("[[gateway]]", "[cloud]"):
        config = parse_config(block("toml", words), file=tmp_path / "openvoy.toml", environ={"TZ": "UTC"})
        assert config.file is None


def test_the_checks_that_are_shown_exist() -> None:
    for line in block("sh", "openvoy token check").splitlines():
        assert line.startswith(("openvoy token show", "openvoy token check", "openvoy doctor"))


async def test_the_token_of_a_virtual_gateway_as_the_readme_cuts_it(tmp_path: Path) -> None:
    example = block("sh", "owner_token", README)
    start, *rest = example.splitlines()
    assert start.startswith("openvoy gateway --site demo")
    # A recording starts at once, a simulated site after some seconds.
    free = start.replace("--site demo", f"--capture {recorded(tmp_path, '7.6.175')} --listen 127.0.0.1:0")
    script = "\n".join((free, "trap 'kill $!' EXIT", *rest))
    out = await run("bash", "-euc", script, cwd=tmp_path, environ=shell_with_openvoy(tmp_path))
    assert (tmp_path / "home.jwt").stat().st_mode & 0o077 == 0
    assert "Accepted" in out

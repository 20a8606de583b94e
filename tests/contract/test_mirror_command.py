"""`openvoy gateway --mirror` as a user starts it, beside the gateway that it mirrors."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contract.client_support import openvoy
from tests.unit.virtual.recordings import entry, har, info_page
from tests.unit.virtual.wire import ask, bearer

PDM = "/ivp/pdm/energy"


@asynccontextmanager
async def started(*arguments: str, **environ: str) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    command = (sys.executable, "-W", "error", "-m", "openvoy", "gateway", "--listen", "127.0.0.1:0", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, env={**os.environ, **environ})
    assert process.stdout is not None
    try:
        yield process, json.loads(await process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0


def recorded(folder: Path) -> str:
    path = folder / "home.har"
    path.write_bytes(har([entry("/info", info_page("8.3.5169")), entry("/ivp/meters", "[]"), entry(PDM, "{}")]))
    return str(path)


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[tuple[dict[str, Any], Process, dict[str, Any]]]:
    async with started("--capture", recorded(folder)) as (_, upstream):
        token = folder / "home.jwt"
        token.write_text(upstream["owner_token"])
        arguments = ("--mirror", upstream["url"], "--token-file", str(token))
        async with started(*arguments, OPENVOY_DATA=str(folder)) as (process, mirror):
            yield upstream, process, mirror


async def switch(upstream: dict[str, Any], method: str, path: str, body: bytes = b"") -> None:
    reply = await ask(
        upstream["url"], f"/__virtual/{path}", method=method, headers=bearer(upstream["admin_token"]), body=body
    )
    assert reply.status == 200


async def test_it_serves_the_gateway_and_notices_its_update(tmp_path: Path) -> None:
    path = "/ivp/meters"
    async with both(tmp_path) as (upstream, process, mirror):
        assert (mirror["serial"], mirror["firmware"]) == (upstream["serial"], upstream["firmware"])
        for token in (mirror["owner_token"], upstream["owner_token"]):
            assert (await ask(mirror["url"], path, headers=bearer(token))).status == 200
        await switch(upstream, "POST", "faults", b'{"name": "connection-reset", "path": "/ivp/*"}')
        assert (await ask(mirror["url"], PDM, headers=bearer(mirror["owner_token"]))).status == 503
        await switch(upstream, "DELETE", "faults")
        await switch(upstream, "POST", "faults", b'{"name": "firmware-changed", "version": "D8.3.5433"}')
        await asyncio.sleep(2.1)
        assert (await ask(mirror["url"], PDM, headers=bearer(mirror["owner_token"]))).status == 200
        assert process.stdout is not None
        anew = json.loads(await process.stdout.readline())
        assert (anew["serial"], anew["firmware"]) == (upstream["serial"], "8.3.5433")
        for token in (mirror["owner_token"], anew["owner_token"]):
            assert (await ask(anew["url"], path, headers=bearer(token))).status == 200


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--mirror", "127.0.0.1:1"), 3, "cannot be reached"),
        (("--mirror", "x y"), 2, "no address"),
        (("--mirror", "a", "--site", "full"), 2, "one source"),
        (("--mirror", "a", "--firmware", "8.3"), 2, "for a simulated site"),
        (("--mirror", "a", "--speed", "2"), 2, "not for a mirror"),
        (("--site", "full", "--allow-writes"), 2, "for a mirrored gateway"),
        (("--site", "full", "--token", "a.b.c"), 2, "for a mirrored gateway"),
        (("--site", "full", "--firmware", "99"), 2, "no firmware"),
    ],
)
@pytest.mark.sample(3)
async def test_what_cannot_be_is_told(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    ended = await openvoy("gateway", *arguments, data=tmp_path)
    assert (ended.code, ended.out) == (code, b"")
    assert words in ended.err
    assert "Traceback" not in ended.err


async def test_a_login_that_cannot_work_is_told_at_once(tmp_path: Path) -> None:
    source = ("--capture", recorded(tmp_path))
    async with started(*source) as (_, upstream), started(*source) as (_, other):
        ended = await openvoy("gateway", "--mirror", upstream["url"], "--token", other["owner_token"], data=tmp_path)
    assert ended.code == 4
    assert "does not accept the token" in ended.err

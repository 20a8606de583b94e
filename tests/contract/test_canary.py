"""Secrets that nobody may ever say: every command at its most talkative, with logins that are right, wrong and broken.

Every registered command is run, a new one too. What it prints, logs and leaves on disk is searched for each secret, and
for pieces of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from reference.cli import commands
from tests.contract.fault_support import Stand, standing

PASSWORD = "canary-password-4711"
CLOUD_PASSWORD = "canary-cloud-password-0815"
SECONDS = 6
"""Then it is interrupted."""
AT_ONCE = 3
BY_DESIGN = MappingProxyType({"gateway": "prints the logins of the gateway that it is", "demo": "the same, to itself"})
"""Commands that are not searched, and why."""
GIVEN: Mapping[str, Sequence[str]] = MappingProxyType({
    "get": ("/ivp/meters",),
    "token fetch": ("--serial", "122200000001", "--out", "fetched.jwt"),
    "token show": (),
    "capture": ("--out", "recorded.har"),
    "history export": ("--out", "exported.csv"),
    "account set": ("somebody",),
})  # fmt: skip
"""Arguments that let a command get further than its first check."""


@dataclass(frozen=True)
class Said:
    """Everything that came out of one command."""

    command: str
    text: bytes


def arguments_of(name: str, command: Any) -> Iterator[str]:
    """Make up what a command must be given, and tell it where the gateway is."""
    yield from name.split()
    options = {option for parameter in command.params for option in parameter.opts}
    if "--verbose" in options:
        yield "--verbose"
    if name in GIVEN:
        yield from GIVEN[name]
        return
    for parameter in command.params:
        if parameter.required and parameter.param_type_name == "argument":
            yield _choice(parameter)
        elif parameter.required:
            yield from (parameter.opts[0], _choice(parameter))


def _choice(parameter: Any) -> str:
    kind = getattr(parameter, "type", None)
    return str(next(iter(getattr(kind, "choices", ())), "1" if "int" in str(kind).lower() else "on"))


async def run(name: str, arguments: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Said:
    """Run a command in a process and folder of its own; take what it says and what it writes."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "PYTHONPATH") if key in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "openvoy", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={**kept, "OPENVOY_DATA": str(folder / "data"), "COLUMNS": "200", **environ},
    )
    loop = asyncio.get_running_loop()
    ends = [
        loop.call_later(seconds, _signal, process, number)
        for seconds, number in ((SECONDS, signal.SIGINT), (3 * SECONDS, signal.SIGKILL))
    ]
    said, _ = await process.communicate()
    for end in ends:
        end.cancel()
    return Said(name, said + written(folder))


def _signal(process: asyncio.subprocess.Process, number: int) -> None:
    if process.returncode is None:
        process.send_signal(number)


def written(folder: Path) -> bytes:
    """Give everything that was left on disk."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and is_searched(path))


def is_searched(path: Path) -> bool:
    """Whether a file is one that is not there to keep a secret."""
    return path.suffix != ".jwt"


def told(said: Said, secrets: Mapping[str, str]) -> list[str]:
    """Name the secrets that were said, whole or in pieces that are enough to guess the rest."""
    return [
        f"{said.command} tells the {name}"
        for name, secret in secrets.items()
        if secret.encode() in said.text or secret[-24:].encode() in said.text
    ]


async def sweep(names: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Sequence[Said]:
    """Run commands, some at once."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, command: Any) -> Said:
        place = folder / name.replace(" ", "-")
        place.mkdir()
        async with turn:
            return await run(name, list(arguments_of(name, command)), place, environ)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(name, command)) for name, command in names.items()]
    return [task.result() for task in tasks]


def searched() -> Mapping[str, Any]:
    return {name: command for name, command in commands() if name not in BY_DESIGN}


async def check(stand: Stand, names: Mapping[str, Any], token: str, folder: Path) -> None:
    assert stand.gateway.url is not None
    environ = {
        "OPENVOY_HOST": stand.gateway.url,
        "OPENVOY_TOKEN": token,
        "OPENVOY_PASSWORD": PASSWORD,
        "OPENVOY_CLOUD_USER": "me@example.com",
        "OPENVOY_CLOUD_PASSWORD": CLOUD_PASSWORD,
        "OPENVOY_CLOUD_URL": "http://127.0.0.1:9",
        "OPENVOY_TOKENS_URL": "http://127.0.0.1:9",
    }
    secrets = {"token": token, "password": PASSWORD, "cloud password": CLOUD_PASSWORD}
    everything = await sweep(names, environ, folder)
    assert [problem for said in everything for problem in told(said, secrets)] == []
    assert sum(bool(said.text) for said in everything) > len(names) // 2


@pytest.mark.timeout(120)
async def test_no_command_that_reads_tells_a_secret(tmp_path: Path) -> None:
    async with standing("demo", "8.3") as stand:
        token = stand.gateway.owner_token
        assert token is not None
        others = ("control", "provision", "account")
        names = {name: command for name, command in searched().items() if not name.startswith(others)}
        await check(stand, names, token, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("login", ["right", "wrong", "broken"])
@pytest.mark.timeout(600)
async def test_no_command_tells_a_secret(login: str, tmp_path: Path) -> None:
    async with standing("demo", "8.3") as stand:
        good = stand.gateway.owner_token
        assert good is not None
        token = {"right": good, "wrong": f"{good[:-6]}AAAAAA", "broken": "canary-token-that-is-none-1618"}[login]
        await check(stand, searched(), token, tmp_path)


def test_a_secret_that_is_told_is_found() -> None:
    secrets = {"token": "a" * 40 + "b" * 24}
    assert told(Said("x", b"login with " + b"a" * 40 + b"b" * 24), secrets) == ["x tells the token"]
    assert told(Said("x", b"... " + b"b" * 24), secrets) == ["x tells the token"]
    assert told(Said("x", b"login with a token"), secrets) == []

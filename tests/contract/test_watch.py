"""`openvoy watch` in a terminal and in a pipe."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from openvoy.virtual.gateway import VirtualGateway
from tests.contract.client_support import openvoy, virtual_gateway
from tests.support.patience import PATIENCE_S

NAME = "8.2.127_with_generator_running"
ALTERNATE, NORMAL = b"\x1b[?1049h", b"\x1b[?1049l"


@contextlib.asynccontextmanager
async def terminal(
    gateway: VirtualGateway, data: Path, *options: str, column_count: int = 80
) -> AsyncIterator[tuple[int, asyncio.subprocess.Process]]:
    """Run it in a terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, column_count, 0, 0))
    environ = {"PATH": os.environ["PATH"], "TERM": "xterm", "OPENVOY_DATA": str(data), "OPENVOY_HOST": str(gateway.url)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "openvoy", "watch", *options),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**environ, "OPENVOY_TOKEN": str(gateway.owner_token)},
    )
    try:
        yield master, process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(slave)
        os.close(master)


async def read_until(master: int, wanted: bytes) -> bytes:
    """Read what is shown until something stands in it."""
    os.set_blocking(master, False)
    shown = b""
    async with asyncio.timeout(PATIENCE_S):
        while wanted not in shown:
            with contextlib.suppress(BlockingIOError):
                shown += os.read(master, 65_536)
            await asyncio.sleep(0.02)
    return shown


@pytest.mark.parametrize(("key", "code"), [(b"q", 0), (None, 130)])
async def test_a_key_ends_it_and_gives_the_terminal_back(
    recordings_folder: Path, tmp_path: Path, key: bytes | None, code: int
) -> None:
    async with virtual_gateway(recordings_folder, NAME) as gateway, terminal(gateway, tmp_path) as (master, process):
        shown = await read_until(master, b"House")
        is_raw = not termios.tcgetattr(master)[3] & termios.ICANON
        if key is None:
            process.send_signal(signal.SIGINT)
        else:
            os.write(master, key)
        shown += await read_until(master, NORMAL)
        assert await process.wait() == code
        is_cooked = bool(termios.tcgetattr(master)[3] & termios.ICANON)
    assert ALTERNATE in shown
    assert b"Generator" in shown
    assert b"Traceback" not in shown
    assert (is_raw, is_cooked) == (True, True)


async def test_a_line_that_a_narrow_terminal_cuts_says_so(recordings_folder: Path, tmp_path: Path) -> None:
    cut = "…\r\n".encode()
    async with (
        virtual_gateway(recordings_folder, NAME) as gateway,
        terminal(gateway, tmp_path, column_count=30) as (master, _),
    ):
        shown = await read_until(master, b"House")
        shown = shown if cut in shown else shown + await read_until(master, cut)
        head = next(line for line in shown.decode().splitlines() if line.endswith("…"))
    assert "Gateway 1" in head


async def test_in_a_pipe_each_reading_is_a_line(recordings_folder: Path, tmp_path: Path) -> None:
    async with virtual_gateway(recordings_folder, NAME) as gateway:
        for options in ((), ("--json",)):
            finished = await openvoy(
                "watch", *options, data=tmp_path, interrupt="after a line",
                OPENVOY_HOST=str(gateway.url), OPENVOY_TOKEN=str(gateway.owner_token),
            )  # fmt: skip
            assert finished.code == 130, finished.err
            assert finished.err == ""
            first = finished.out.splitlines()[0]
            if options:
                assert json.loads(first)["power"]["solar_w"] == pytest.approx(2336.093)
            else:
                assert b"solar 2,336 W" in first


async def test_what_keeps_it_from_beginning_is_told(tmp_path: Path) -> None:
    finished = await openvoy("watch", data=tmp_path, OPENVOY_HOST="127.0.0.1:1")
    assert finished.code == 3
    assert "cannot be reached" in finished.err
    for every in ("0.1", "nan", "inf", "1e9"):
        finished = await openvoy("watch", "--every", every, data=tmp_path)
        assert finished.code == 2
        assert "Give seconds from 1" in finished.err
    finished = await openvoy("watch", "--every", "0.1", data=tmp_path)
    assert finished.code == 2

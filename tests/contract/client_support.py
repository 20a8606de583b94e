"""Gateways behind real sockets, for the client's side of the contract."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from openvoy import Gateway
from openvoy.client import SystemClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.recording import open_recording

DIGEST, TOKEN, BATTERY = "4.10.35", "7.6.175_with_cts_3phase", "8.2.127_with_generator_running"


@asynccontextmanager
async def virtual_gateway(
    folder: Path, name: str, *faults: str, port: int = 0, http_port: int | None = None
) -> AsyncIterator[VirtualGateway]:
    """Serve a recording."""
    settings = GatewaySettings(faults=faults, port=port, http_port=http_port)
    async with VirtualGateway(
        open_recording(folder / f"{name}.har"), clock=VirtualClock(SystemClock()), settings=settings
    ) as gateway:
        yield gateway


def client_of(gateway: VirtualGateway, **options: object) -> Gateway:
    """A client with the owner's login."""
    assert gateway.url is not None
    return Gateway(gateway.url, **{"token": gateway.owner_token, **options})  # type: ignore[arg-type]


def requests_of(gateway: VirtualGateway) -> dict[str, int]:
    """How often each path was asked."""
    rows = gateway.stats.report()["endpoints"]
    assert isinstance(rows, dict)
    return {path: row.requests for path, row in rows.items()}


@dataclass(frozen=True)
class Finished:
    """What a process left."""

    code: int | None
    out: bytes
    err: str


async def openvoy(
    *arguments: str,
    data: Path,
    stdin: bytes = b"",
    interrupt: asyncio.Event | Literal["after a line"] | None = None,
    **environ: str | None,
) -> Finished:
    """Run the command line in a process of its own, with nothing of this one's environment but what is given.

    It is interrupted as by Ctrl-C once the event has happened, or once it has printed a line.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {name: value for name, value in environ.items() if value is not None}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "openvoy", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**kept, "OPENVOY_DATA": str(data), "COLUMNS": "120", **given},
    )
    line = b""
    if interrupt == "after a line":
        assert process.stdout is not None
        line = await process.stdout.readline()
    elif interrupt is not None:
        await interrupt.wait()
    if interrupt is not None:
        process.send_signal(signal.SIGINT)
    out, err = await process.communicate(stdin)
    return Finished(process.returncode, line + out, err.decode())

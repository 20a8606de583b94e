"""A real broker that a test starts and stops, and a reader that keeps what it hears."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiomqtt
import pytest

from tests.support.patience import PATIENCE_S
from tests.support.receivers import free_port


class Mosquitto:
    """Mosquitto on loopback; what it retains is lost when it stops, as without persistence."""

    def __init__(self, folder: Path, *, options: Sequence[str] = ("allow_anonymous true",)) -> None:
        program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            pytest.skip("mosquitto (Debian: mosquitto) is not installed")
        self.port = free_port()
        self._log = folder / "mosquitto.log"
        self._settings = folder / "mosquitto.conf"
        self._settings.write_text("\n".join((f"listener {self.port} 127.0.0.1", *options, "user root", "")))
        self._command = (program, "-c", str(self._settings))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        end_s = time.monotonic() + PATIENCE_S
        while not self._is_listening():
            assert time.monotonic() < end_s, self._log.read_text()
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None

    def _is_listening(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class Heard:
    """What a reader of all topics heard: the newest by topic, and everything in order."""

    newest: dict[str, str] = field(default_factory=dict)
    live: list[tuple[str, str]] = field(default_factory=list)
    """Without what the broker had retained when the reader came."""

    def take(self, message: aiomqtt.Message) -> None:
        body = message.payload
        text = body.decode() if isinstance(body, bytes) else ""
        if text:
            self.newest[message.topic.value] = text
        else:
            self.newest.pop(message.topic.value, None)
        if not message.retain:
            self.live.append((message.topic.value, text))


@asynccontextmanager
async def hearing(port: int, *topics: str) -> AsyncIterator[Heard]:
    """Listen while the context is open, again after every end of the connection."""
    heard = Heard()
    ready = asyncio.Event()

    async def listen() -> None:
        while True:
            try:
                async with aiomqtt.Client("127.0.0.1", port) as client:
                    await client.subscribe([(topic, 1) for topic in topics or ("#",)])
                    ready.set()
                    async for message in client.messages:
                        heard.take(message)
            except aiomqtt.MqttError:
                await asyncio.sleep(0.02)

    task = asyncio.create_task(listen())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await ready.wait()
        yield heard
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

"""Home Assistant itself, in an environment of its own, and messages of many sites to hold against it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from openvoy.exporters.home_assistant import Prefixes, build_discovery
from openvoy.exporters.quantities import quantities
from openvoy.model import Snapshot
from tests.support.receivers import free_port

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-home-assistant" / "bin" / "python"
ABSENT = "no Home Assistant to hold discovery against: script/home-assistant installs it"
EXAMPLES = sorted(path.stem for path in (ROOT / "src/openvoy/virtual/site/examples").glob("*.toml"))
PREFIXES = Prefixes()

Messages = Mapping[str, Any]


def discovery_of(snapshot: Snapshot) -> Messages:
    """Build what Home Assistant is told of a site."""
    return build_discovery(
        quantities(snapshot), prefixes=PREFIXES, version="1.2.3", names={snapshot.gateway.serial: "home"}
    )


def need_home_assistant() -> None:
    """Skip where it is not installed."""
    if not PYTHON.exists():
        pytest.skip(ABSENT)


def validate(messages: Messages) -> Any:
    """Have Home Assistant's own schemas look at messages: how many, and what is wrong with which."""
    need_home_assistant()
    command: list[str | Path] = [PYTHON, ROOT / "tests/support/ha_schemas.py", "validate"]
    found = subprocess.run(command, input=json.dumps(messages), capture_output=True, text=True, check=True, timeout=60)
    return json.loads(found.stdout)


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Run Mosquitto and give its port."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("mosquitto (Debian: mosquitto) is not installed")
    port = free_port()
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n")
    process = subprocess.Popen([program, "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_listening(port))
        yield port
    finally:
        process.terminate()
        process.wait(10)


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], bool], *, most_s: float = 30.0) -> None:
    """Wait for something that another program does."""
    end_s = time.monotonic() + most_s
    while not is_so():
        assert time.monotonic() < end_s, "it did not come to it"
        time.sleep(0.1)


class House:
    """A running core."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, op: str, **more: Any) -> Any:
        """Ask one thing and wait for the answer; "states" gives what there is."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, **more}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def wait(self, is_so: Callable[[Any], bool]) -> Any:
        """Wait until what there is satisfies something, and give it."""
        found = self.ask("states")

        def look() -> bool:
            nonlocal found
            found = self.ask("states")
            return is_so(found)

        wait_until(look)
        return found

    def call(self, domain: str, service: str, **data: Any) -> Any:
        """Call a service, as a person does who moves something."""
        return self.ask("call", domain=domain, service=service, data=data)


@contextmanager
def house(folder: Path, integration: str, **settings: Any) -> Iterator[House]:
    """Run Home Assistant's core with one of its integrations."""
    need_home_assistant()
    command: list[str | Path] = [PYTHON, ROOT / "tests/support/ha_core.py", folder, integration]
    command.append(json.dumps(settings))
    with (folder.parent / "house.log").open("w") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield House(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()

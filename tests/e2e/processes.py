"""Openvoy as its user starts it: processes, pipes, exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.patience import PATIENCE_S

OPENVOY = (sys.executable, "-W", "error", "-m", "openvoy")


def environment(data: Path, **more: str) -> dict[str, str]:
    """A user's environment with nothing of this machine's own settings, and history in `data`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENVOY_")}
    own = {"OPENVOY_DATA": str(data), "XDG_CONFIG_HOME": str(data / "config"), "OPENVOY_INTERFACE": "127.0.0.1"}
    return {**kept, **own, **more}


def openvoy(*arguments: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*OPENVOY, *arguments],
        env=environment(data, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@contextlib.contextmanager
def started(*arguments: str, data: Path, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command and end it politely, if it has not ended."""
    process = subprocess.Popen(
        [*OPENVOY, *arguments],
        env=environment(data, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        # A test that fails shows it.
        sys.stdout.write("".join(process.communicate(timeout=PATIENCE_S)))


@contextlib.contextmanager
def virtual_gateway(*arguments: str, data: Path) -> Iterator[Mapping[str, Any]]:
    """Start a virtual gateway; gives the line that it prints."""
    with started("gateway", "--listen", "127.0.0.1:0", *arguments, data=data) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())


def login(gateway: Mapping[str, Any]) -> Sequence[str]:
    """Options that log in to a virtual gateway."""
    token = gateway["owner_token"]
    return ["--host", gateway["url"], *(["--token", token] if token else [])]


@contextlib.contextmanager
def service(*arguments: str, data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the service; gives its process and URL."""
    with started("run", "--listen", "127.0.0.1:0", *arguments, data=data) as process:
        yield process, address_of(process)


def address_of(process: subprocess.Popen[str]) -> str:
    """Read what the service says until it names its address."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if found := re.search(r"runs: (http://\S+)/", line):
            return found[1]
    raise AssertionError(f"it ended: {said}")


def get_json(url: str) -> Any:
    """Read a JSON reply, whatever its status."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as error:
        return json.load(error)


def wait_for(url: str, wanted: Any) -> Any:
    """Ask until `wanted(reply)` holds; the reply."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        reply = get_json(url)
        if wanted(reply):
            return reply
        time.sleep(0.1)
    raise AssertionError(f"{url} says {reply}")

"""A service, a demo or a simulated gateway as a process of its own, as their user starts them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benches import UnmeasurableError
from benches._gateway import Served


@contextmanager
def openvoy(*arguments: str, data: Path | None = None) -> Iterator[tuple[int, str]]:
    """Start a service or the demo; gives its process and address."""
    own = {} if data is None else {"OPENVOY_DATA": str(data), "XDG_CONFIG_HOME": str(data / "config")}
    command = [sys.executable, "-m", "openvoy", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **own}) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if found := re.search(r"runs: (http://\S+?)/?$", line.strip()):
                    yield process.pid, found[1]
                    return
            raise UnmeasurableError(f"openvoy {arguments[0]} did not start")
        finally:
            process.terminate()


@contextmanager
def simulated(site: str, *options: str) -> Iterator[Served]:
    """Start a gateway of a simulated site."""
    gateway = ("gateway", "--site", site, "--listen", "127.0.0.1:0", *options)
    with subprocess.Popen([sys.executable, "-m", "openvoy", *gateway], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise UnmeasurableError("openvoy gateway did not start")
            said = json.loads(line)
            yield Served(url=said["url"], token=said["owner_token"], admin_token=said["admin_token"])
        finally:
            process.terminate()

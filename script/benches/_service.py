"""A service or a demo as a process of its own, as its user starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benches import UnmeasurableError


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

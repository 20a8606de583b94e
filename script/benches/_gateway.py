"""A virtual gateway in a process of its own."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benches import UnmeasurableError
from openvoy.errors import OpenvoyError
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.firmware import parse_firmware
from openvoy.testing.captures import captures_folder, load_capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where it is and how to log in."""

    pid: int
    url: str
    token: str
    admin_token: str

    def read_requests(self) -> Mapping[str, int]:
        """How often each path was asked so far."""
        request = urllib.request.Request(  # noqa: S310 - the address is our own process
            f"{self.url}/__virtual/stats", headers={"Authorization": f"Bearer {self.admin_token}"}
        )
        with urllib.request.urlopen(request, context=unverified()) as reply:  # noqa: S310 - as above
            stats: dict[str, Any] = json.load(reply)
        return {path: row["requests"] for path, row in stats["endpoints"].items()}


def unverified() -> ssl.SSLContext:
    """TLS for a self-signed certificate, without looking at it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def find_recording(major: int) -> Path:
    """Find the recording with the most replies of a firmware generation; raise UnmeasurableError without one."""
    folder = captures_folder(Path(__file__).parents[2])
    sizes = {path: len(load_capture(path).responses) for path in sorted(folder.glob("*.har")) if _major(path) == major}
    if not sizes:
        raise UnmeasurableError(
            f"no recording of firmware {major}, neither in OPENVOY_CAPTURES nor beside the checkout"
        )
    return max(sizes, key=lambda path: sizes[path])


def _major(path: Path) -> int | None:
    try:
        info = INFO.decode(load_capture(path).response("/info").body).value
    except OpenvoyError:
        return None
    numbers = parse_firmware(info.software).numbers
    return numbers[0] if numbers else None


@contextmanager
def started(*options: str) -> Iterator[Served]:
    """Start a virtual gateway, which lives until the block ends."""
    command = [sys.executable, "-m", "openvoy", "gateway", "--listen", "127.0.0.1:0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise UnmeasurableError("openvoy gateway did not start")
            said = json.loads(line)
            tokens = {"token": said["owner_token"], "admin_token": said["admin_token"]}
            yield Served(pid=process.pid, url=said["url"], **tokens)
        finally:
            process.terminate()

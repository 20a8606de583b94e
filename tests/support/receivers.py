"""Receivers of data as Debian has them, on loopback, which a test starts, stops and starts again."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import pytest

from tests.support.patience import PATIENCE_S


def free_port() -> int:
    """Find a port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Receiver(ABC):
    """A program that keeps what it is sent in a folder."""

    program = ""
    package = ""
    ready_path = "/"

    def __init__(self, folder: Path) -> None:
        if shutil.which(self.program) is None:
            pytest.skip(f"{self.program} (Debian: {self.package}) is not installed")
        self.folder = folder
        folder.mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """Build the command that starts it."""

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log)
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            try:
                self.ask(self.ready_path)
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
            else:
                return
        raise TimeoutError((self.folder / "log").read_text()[-2000:])

    def stop(self) -> None:
        """End it, politely."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(10)

    def ask(self, path: str, **query: str) -> bytes:
        """Get something."""
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        with urllib.request.urlopen(f"{self.url}{path}{asked}", timeout=PATIENCE_S) as reply:
            body: bytes = reply.read()
            return body


class InfluxDb(Receiver):
    """InfluxDB 1.x."""

    program, package, ready_path = "influxd", "influxdb", "/ping"

    def command(self) -> list[str]:
        config = self.folder / "influxdb.conf"
        config.write_text(
            f'reporting-disabled = true\nbind-address = "127.0.0.1:{free_port()}"\n'
            f'[meta]\ndir = "{self.folder}/meta"\n'
            f'[data]\ndir = "{self.folder}/data"\nwal-dir = "{self.folder}/wal"\n'
            f'[http]\nbind-address = "127.0.0.1:{self.port}"\n'
        )
        return [self.program, "-config", str(config)]

    def query(self, text: str, database: str = "") -> list[dict[str, Any]]:
        """Ask in InfluxQL; gives the series."""
        request = urllib.request.Request(
            f"{self.url}/query?{urllib.parse.urlencode({'db': database, 'epoch': 's', 'q': text})}", b"", method="POST"
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
            series: list[dict[str, Any]] = json.load(reply)["results"][0].get("series", [])
            return series


class VictoriaMetrics(Receiver):
    """VictoriaMetrics, single node."""

    program, package, ready_path = "victoria-metrics", "victoria-metrics", "/health"

    def command(self) -> list[str]:
        return [
            self.program,
            f"-storageDataPath={self.folder}/data",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=100y",
        ]

    def export(self, match: str) -> list[dict[str, Any]]:
        """Give all samples of series, those just written too."""
        self.ask("/internal/force_flush")
        return [json.loads(line) for line in self.ask("/api/v1/export", **{"match[]": match}).splitlines()]


class Prometheus(Receiver):
    """Prometheus, scraping one place four times a second."""

    program, package, ready_path = "prometheus", "prometheus", "/-/ready"
    scraped = ""
    """Host and port that it scrapes."""

    def command(self) -> list[str]:
        config = self.folder / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 250ms, scrape_timeout: 250ms}\n"
            f'scrape_configs: [{{job_name: openvoy, static_configs: [{{targets: ["{self.scraped}"]}}]}}]\n'
        )
        return [
            self.program,
            f"--config.file={config}",
            f"--storage.tsdb.path={self.folder}/data",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--log.level=warn",
        ]

    def samples(self, name: str) -> list[float]:
        """Give all raw samples of the one series of a name, as they were scraped."""
        found = json.loads(self.ask("/api/v1/query", query=f"{name}[1h]"))["data"]["result"]
        return [float(value) for series in found for _, value in series["values"]]

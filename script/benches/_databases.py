"""Time-series databases of the distribution as peers: started on loopback with a folder of their own, and stopped."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from benches._site_year import Columns

READY_S = 20.0
LINES = 20_000
"""Lines of line protocol sent together."""
ASKED = ("power", "inverters")
"""Kinds that peers are asked for, and so are given."""
NAMES = {"gateway", "at", "serial", "eid", "channel", "interval_s"}

Views = Mapping[str, Callable[[int], object]]
"""By figure: asks for the view of a day (counted from the start), or of the whole year, and gives Python values."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _send(url: str, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=120) as reply:  # noqa: S310 - loopback
        return bytes(reply.read())


@contextlib.contextmanager
def _running(command: list[str], ready: str) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + READY_S
            while True:
                try:
                    _send(ready)
                    break
                except (urllib.error.URLError, ConnectionError):
                    if process.poll() is not None or time.monotonic() > until:
                        raise
                    time.sleep(0.1)
            yield
        finally:
            process.terminate()


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@contextlib.contextmanager
def victoria_metrics(folder: Path, year: Mapping[str, Columns]) -> Iterator[tuple[Views, Callable[[], int]] | None]:
    """VictoriaMetrics with powers and panels of the year, its cache of answers left out; None if not installed."""
    program = shutil.which("victoria-metrics")
    if program is None:
        yield None
        return
    url = f"http://127.0.0.1:{_free_port()}"
    command = [program, f"-storageDataPath={folder}", f"-httpListenAddr={url[7:]}", "-retentionPeriod=100y"]
    with _running(command, f"{url}/health"):
        for kind in ASKED:
            for name in year[kind].keys() - NAMES:
                _send(f"{url}/api/v1/import", b"\n".join(_series(kind, name, year[kind])))
        _send(f"{url}/internal/force_flush")
        first_s = int(year["power"]["at"][0])
        last_s = int(year["power"]["at"][-1])

        def ask(query: str, start_s: int, end_s: int, step_s: int) -> object:
            asked = {"query": query, "start": start_s, "end": end_s, "step": step_s, "nocache": 1}
            return json.loads(_send(f"{url}/api/v1/query_range?{urllib.parse.urlencode(asked)}"))

        def export(match: str, start_s: int, end_s: int) -> object:
            asked = urllib.parse.urlencode({"match[]": match, "start": start_s, "end": end_s})
            return [json.loads(line) for line in _send(f"{url}/api/v1/export?{asked}").splitlines()]

        def day_s(day: int) -> int:
            return first_s + 86_400 * day

        yield (
            {
                "a day of power by minute": lambda day: ask(
                    '{__name__=~"power_.+"}', day_s(day), day_s(day + 1) - 1, 60
                ),
                "a day of all panels": lambda day: export('{__name__=~"inverters_.+"}', day_s(day), day_s(day + 1) - 1),
                # A window ends with the moment that it is asked for; that is the day's last second.
                "a year of power by day": lambda _: ask(
                    'avg_over_time({__name__=~"power_.+"}[1d])', first_s + 86_399, last_s + 60, 86_400
                ),
                "a year of panels by day": lambda _: ask(
                    "sum_over_time(inverters_power_w[1d]) / 12", first_s + 86_399, last_s + 60, 86_400
                ),
            },
            lambda: _size(folder),
        )


def _series(kind: str, name: str, columns: Columns) -> Iterator[bytes]:
    at, values = columns["at"], columns[name]
    owners = columns.get("serial")
    for owner in [None] if owners is None else sorted(set(owners.tolist())):
        here = slice(None) if owner is None else owners == owner
        metric = {"__name__": f"{kind}_{name}"} | ({} if owner is None else {"serial": owner})
        told = {"metric": metric, "values": values[here].round(3).tolist(), "timestamps": (at[here] * 1000).tolist()}
        yield json.dumps(told).encode()


@contextlib.contextmanager
def influxdb(folder: Path, year: Mapping[str, Columns]) -> Iterator[tuple[Views, Callable[[], int]] | None]:
    """InfluxDB 1 with powers and panels of the year in it; None where it is not installed."""
    program = shutil.which("influxd")
    if program is None:
        yield None
        return
    url = f"http://127.0.0.1:{_free_port()}"
    folder.mkdir()
    config = folder / "influxdb.conf"
    config.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{_free_port()}"\n[meta]\ndir = "{folder}/meta"\n'
        f'[data]\ndir = "{folder}/data"\nwal-dir = "{folder}/wal"\n[http]\nbind-address = "{url[7:]}"\n'
    )
    with _running([program, "-config", str(config)], f"{url}/ping"):
        _send(f"{url}/query?q=CREATE+DATABASE+bench", b"")
        for kind in ASKED:
            lines = _lines(kind, year[kind])
            while part := b"\n".join(islice(lines, LINES)):
                _send(f"{url}/write?db=bench&precision=s", part)
        first_s = int(year["power"]["at"][0])
        last_s = int(year["power"]["at"][-1])

        def ask(what: str, start_s: int, end_s: int, group: str = "") -> object:
            query = f"SELECT {what} WHERE time >= {start_s}s AND time < {end_s}s {group}"
            return json.loads(_send(f"{url}/query?{urllib.parse.urlencode({'db': 'bench', 'epoch': 's', 'q': query})}"))

        def day_s(day: int) -> int:
            return first_s + 86_400 * day

        yield (
            {
                "a day of power by minute": lambda day: ask("* FROM power", day_s(day), day_s(day + 1)),
                "a day of all panels": lambda day: ask("* FROM inverters", day_s(day), day_s(day + 1)),
                "a year of power by day": lambda _: ask("mean(*) FROM power", first_s, last_s + 1, "GROUP BY time(1d)"),
                "a year of panels by day": lambda _: ask(
                    "sum(power_w) / 12 FROM inverters", first_s, last_s + 1, "GROUP BY time(1d), serial"
                ),
            },
            lambda: _size(folder),
        )


def _lines(kind: str, columns: Columns) -> Iterator[bytes]:
    names = sorted(columns.keys() - NAMES)
    tags = [f",serial={serial}" for serial in columns["serial"].tolist()] if "serial" in columns else None
    rows = zip(columns["at"].tolist(), *(columns[name].round(3).tolist() for name in names), strict=True)
    for number, (at, *values) in enumerate(rows):
        fields = ",".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
        yield f"{kind}{tags[number] if tags else ''} {fields} {at}".encode()

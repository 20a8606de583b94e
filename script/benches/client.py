"""CPU time that a client spends on one full reading over HTTPS, beside a bare loop and pyenphase.

A virtual gateway serves a recording of firmware 8. Each contestant is a process of its own, so that none pays for
another's memory or imports; they read in turns, so that all share the machine's moods. The bare loop sends the requests
that our client sends in a steady reading, over one aiohttp connection with a session cookie, and decodes each reply
with msgspec into our wire structs: what a careful author would write for exactly this gateway.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benches import Row
from benches._gateway import Served, find_recording, serve

CONTESTANTS = ("openvoy", "bare", "pyenphase")
WARM_UP_CYCLES = 5
CYCLES = 4
ROUNDS = 40
MOST_RATIO = 1.3


class Contestant:
    """One client in a process of its own; it reads when it is told to."""

    def __init__(self, name: str, served: Served, paths: Sequence[str] = ()) -> None:
        self.name = name
        command = [sys.executable, "-m", "benches._contestants", name, served.url, *paths]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
        )
        self._tell(served.token)

    def read(self, cycles: int) -> float:
        """Read this often; return CPU seconds a cycle."""
        self._tell(str(cycles))
        assert self._process.stdout is not None
        return float(json.loads(self._process.stdout.readline())) / cycles

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


def run() -> Sequence[Row]:
    """Measure."""
    recording = find_recording(8)
    with serve(recording) as served, ExitStack() as running:
        contestants: dict[str, Contestant] = {}
        requests: dict[str, int] = {}
        steady: Mapping[str, int] = {}
        for name in CONTESTANTS:
            contestants[name] = Contestant(name, served, list(steady) if name == "bare" else ())
            running.callback(contestants[name].stop)
            contestants[name].read(WARM_UP_CYCLES)
            counted = _one_cycle(contestants[name], served)
            steady = steady or counted
            requests[name] = sum(counted.values())
        measured = _measure(contestants)
    return _rows(measured, requests, recording.stem)


def _one_cycle(contestant: Contestant, served: Served) -> Mapping[str, int]:
    """Count what one steady cycle asks for."""
    before = served.read_requests()
    contestant.read(1)
    after = served.read_requests()
    return {path: count - before.get(path, 0) for path, count in after.items() if count > before.get(path, 0)}


def _measure(contestants: Mapping[str, Contestant]) -> Mapping[str, float]:
    """Let all read in turns, each round beginning with another; return the median CPU seconds a cycle of each."""
    samples: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(ROUNDS):
        first = turn % len(CONTESTANTS)
        for name in CONTESTANTS[first:] + CONTESTANTS[:first]:
            samples[name].append(contestants[name].read(CYCLES))
    return {name: statistics.median(values) for name, values in samples.items()}


def _rows(measured_s: Mapping[str, float], requests: Mapping[str, int], recording: str) -> Sequence[Row]:
    ours_ms, bare_ms, pyenphase_ms = (1000 * measured_s[name] for name in CONTESTANTS)
    return [
        Row(
            figure=f"CPU a cycle ({recording}, {requests['openvoy']} requests)",
            value=ours_ms,
            unit="ms",
            peer="bare aiohttp + msgspec, same requests",
            peer_value=bare_ms,
            bound=f"ratio <= {MOST_RATIO}",
            ok=ours_ms <= MOST_RATIO * bare_ms,
        ),
        Row(
            figure=f"CPU a cycle, beside a cycle of {requests['pyenphase']} requests",
            value=ours_ms,
            unit="ms",
            peer="pyenphase",
            peer_value=pyenphase_ms,
        ),
        Row(
            figure="CPU a request",
            value=ours_ms / requests["openvoy"],
            unit="ms",
            peer="pyenphase",
            peer_value=pyenphase_ms / requests["pyenphase"],
        ),
    ]

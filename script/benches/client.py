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
from contextlib import ExitStack, closing
from pathlib import Path

from benches import Row
from benches._gateway import Served, find_recording, started

CONTESTANTS = ("openvoy", "bare", "pyenphase")
WARM_UP_CYCLES = 5
CYCLES = 4
ROUNDS = 25
GENERATIONS = 4
"""Sets of fresh processes: where a process happens to put its memory is worth some percent."""
MOST_RATIO = 1.3


class Contestant:
    """One client in a process of its own; it reads when it is told to."""

    def __init__(self, name: str, served: Served, paths: Sequence[str]) -> None:
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

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


def run() -> Sequence[Row]:
    """Measure."""
    recording = find_recording(8)
    with started("--capture", str(recording)) as served:
        paths, requests = _count_requests(served)
        rounds = [one for _ in range(GENERATIONS) for one in _measure(served, paths)]
    return _rows(rounds, requests, recording.stem)


def _count_requests(served: Served) -> tuple[Sequence[str], Mapping[str, int]]:
    """Give the paths of a steady cycle of ours, and how many requests a steady cycle of each client takes."""
    paths: list[str] = []
    requests: dict[str, int] = {}
    for name in CONTESTANTS:
        with closing(Contestant(name, served, paths)) as contestant:
            contestant.read(1)
            before = served.read_requests()
            contestant.read(1)
            after = served.read_requests()
        asked = {path: count - before.get(path, 0) for path, count in after.items() if count > before.get(path, 0)}
        paths = paths or list(asked)
        requests[name] = sum(asked.values())
    return paths, requests


def _measure(served: Served, paths: Sequence[str]) -> Sequence[Mapping[str, float]]:
    """Let fresh processes read in turns, each round beginning with another; return CPU seconds a cycle by round."""
    with ExitStack() as running:
        contestants = {name: running.enter_context(closing(Contestant(name, served, paths))) for name in CONTESTANTS}
        for contestant in contestants.values():
            contestant.read(WARM_UP_CYCLES)
        return [
            {name: contestants[name].read(CYCLES) for name in CONTESTANTS[turn % 3 :] + CONTESTANTS[: turn % 3]}
            for turn in range(ROUNDS)
        ]


def _rows(rounds: Sequence[Mapping[str, float]], requests: Mapping[str, int], recording: str) -> Sequence[Row]:
    ours_ms, bare_ms, pyenphase_ms = (1000 * statistics.median(one[name] for one in rounds) for name in CONTESTANTS)
    to_bare, to_pyenphase = (
        statistics.median(one["openvoy"] / one[peer] for one in rounds) for peer in ("bare", "pyenphase")
    )
    return [
        Row(
            figure=f"CPU a cycle ({recording}, {requests['openvoy']} requests)",
            value=ours_ms,
            unit="ms",
            peer="bare aiohttp + msgspec, same requests",
            peer_value=bare_ms,
            ratio=to_bare,
            bound=f"ratio <= {MOST_RATIO}",
            ok=to_bare <= MOST_RATIO,
        ),
        Row(
            figure=f"CPU a cycle, beside a cycle of {requests['pyenphase']} requests",
            value=ours_ms,
            unit="ms",
            peer="pyenphase",
            peer_value=pyenphase_ms,
            ratio=to_pyenphase,
        ),
        Row(
            figure="CPU a request",
            value=ours_ms / requests["openvoy"],
            unit="ms",
            peer="pyenphase",
            peer_value=pyenphase_ms / requests["pyenphase"],
            ratio=to_pyenphase * requests["pyenphase"] / requests["openvoy"],
        ),
    ]

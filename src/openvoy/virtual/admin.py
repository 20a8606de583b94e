"""The virtual gateway's own switches under `/__virtual/`, for tests and for whoever started it.

`clock` (GET, POST `{"advance_s": …}`), `stats` (GET), `faults` (GET; POST `{"name": …, option: value}`; DELETE, with
`?name=` one kind only), `truth` (GET, where the source knows one), `mirror` (GET, where the source is one). All need
`Authorization: Bearer <admin token>`.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from openvoy import codec
from openvoy.errors import ConfigError
from openvoy.protocol.http import Request
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.faults import build_fault
from openvoy.virtual.source import HasReport, HasTruth, Reply, Source
from openvoy.virtual.stats import Stats

PREFIX = "/__virtual/"


class Admin:
    """Answers requests below `/__virtual/`."""

    def __init__(self, token: str, *, clock: VirtualClock, stats: Stats, faults: FaultBoard, source: Source) -> None:
        self._token = token
        self._clock = clock
        self._stats = stats
        self._faults = faults
        self._source = source
        self._switches: Mapping[str, Mapping[str, Callable[[Request], Reply]]] = {
            "clock": {"GET": self._read_clock, "POST": self._advance},
            "stats": {"GET": self._read_stats},
            "faults": {"GET": self._read_faults, "POST": self._switch_on, "DELETE": self._switch_off},
            "truth": {"GET": self._read_truth},
            "mirror": {"GET": self._read_mirror},
        }

    def answer(self, request: Request) -> Reply:
        """Answer; whatever is wrong is said as `{"error": …, "hint": …}`."""
        expected = f"Bearer {self._token}"
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
            return _refuse(
                401, "not for everybody", "Send Authorization: Bearer with the admin_token that was printed."
            )
        switch = self._switches.get(request.path.removeprefix(PREFIX).partition("?")[0].rstrip("/"))
        if switch is None:
            return _refuse(404, "there is no such switch", f"There are: {', '.join(self._switches)}.")
        act = switch.get(request.method)
        if act is None:
            return _refuse(405, f"{request.method} is not for this switch", f"It takes {', '.join(switch)}.")
        try:
            return act(request)
        except ConfigError as error:
            return _refuse(400, error.message, error.hint)

    def _read_clock(self, request: Request) -> Reply:  # noqa: ARG002 - a switch takes the request
        return _say(
            {"now": self._clock.now(), "elapsed_s": self._clock.monotonic(), "speed": self._clock.speed},
        )

    def _advance(self, request: Request) -> Reply:
        seconds = _members(request).get("advance_s")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < math.inf:
            raise ConfigError("advance_s is no number of seconds", hint='Send {"advance_s": 600}.')
        self._clock.advance(seconds)
        return self._read_clock(request)

    def _read_stats(self, request: Request) -> Reply:  # noqa: ARG002 - as above
        return _say(self._stats.report())

    def _read_faults(self, request: Request) -> Reply:  # noqa: ARG002 - as above
        return _say(self._faults.report())

    def _switch_on(self, request: Request) -> Reply:
        options = _members(request)
        name = str(options.pop("name", ""))
        self._faults.switch_on(name, build_fault(name, options))
        return self._read_faults(request)

    def _switch_off(self, request: Request) -> Reply:
        names = parse_qs(request.path.partition("?")[2]).get("name")
        self._faults.switch_off(names[-1] if names else None)
        return self._read_faults(request)

    def _read_truth(self, request: Request) -> Reply:  # noqa: ARG002 - as above
        if isinstance(self._source, HasTruth):
            return _say(self._source.truth())
        problem = "a recording or a mirror has no truth beyond its replies"
        return _refuse(404, problem, "Start the gateway with --site instead.")

    def _read_mirror(self, request: Request) -> Reply:  # noqa: ARG002 - as above
        if isinstance(self._source, HasReport):
            return _say(self._source.report())
        return _refuse(404, "this gateway mirrors no other", "Start it with --mirror HOST instead.")


def _members(request: Request) -> dict[str, Any]:
    try:
        members: dict[str, Any] = codec.decoder(dict[str, Any])(request.body)[0]
    except codec.DecodeError as error:
        raise ConfigError(f"the body is no JSON object: {error.reason}", hint="Send one JSON object.") from error
    return members


def _say(value: object, status: int = 200) -> Reply:
    headers = (("Content-Type", "application/json"), ("Content-Length", ""), ("Cache-Control", "no-store"))
    return Reply(status=status, headers=headers, body=codec.encode_json(value) + b"\n")


def _refuse(status: int, error: str, hint: str) -> Reply:
    return _say({"error": error, "hint": hint}, status)

"""Mutated replies, decoded and translated as the client does it: each gives a Snapshot or BadPayload, nothing else."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from openvoy.codec import encode_json
from openvoy.errors import BadPayload, OpenvoyError
from openvoy.model.view import build_snapshot_view
from openvoy.protocol.endpoint import Decoded, Endpoint
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.plan import wanted_endpoints
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate import build_snapshot
from tests.fuzz.corpus import Case
from tests.fuzz.mutations import mutate

AT = datetime(2026, 1, 1, tzinfo=UTC)
MOST_MUTATED = 4
"""Replies of one reading that are bad at once."""


class Campaign:
    """Runs rounds over gateways; the same seed makes the same rounds."""

    def __init__(self, cases: Sequence[Case], seed: int) -> None:
        self._cases = cases
        self._random = Random(seed)
        self.outcomes: Counter[str] = Counter()
        self._good = {
            (case.name, endpoint): endpoint.decode(body) for case in cases for endpoint, body in case.bodies.items()
        }

    @property
    def mutated(self) -> int:
        """How many bad replies have been decoded."""
        return self.outcomes["decoded"] + self.outcomes["refused"]

    def run(self, count: int) -> None:
        """Go on until this many replies have been decoded; raise AssertionError with what reproduces a failure."""
        while self.mutated < count:
            self._round(self._random.choice(self._cases))

    def _round(self, case: Case) -> None:
        endpoints = [endpoint for endpoint in case.bodies if endpoint is not INFO]
        bad = self._random.sample(endpoints, min(len(endpoints), self._random.randint(1, MOST_MUTATED)))
        replies = Replies()
        for endpoint in case.bodies:
            if endpoint not in bad and endpoint is not INFO:
                replies.note(endpoint, self._good[case.name, endpoint])
        spoilt: list[tuple[str, bytes]] = []
        for endpoint in bad:
            body = mutate(case.bodies[endpoint], self._random)
            spoilt.append((endpoint.name, body))
            replies.note(endpoint, self._decode(case, endpoint, body))
        self._translate(case, replies, spoilt)
        self._decode_others(case)

    def _decode(self, case: Case, endpoint: Endpoint[Any], body: bytes) -> Decoded[Any] | OpenvoyError:
        try:
            decoded = endpoint.decode(body)
        except BadPayload as error:
            self.outcomes["refused"] += 1
            return error
        except Exception as error:
            raise AssertionError(f"{case.name}: {endpoint.path}: {error!r} for {body[:2000]!r}") from error
        self.outcomes["decoded"] += 1
        return decoded

    def _translate(self, case: Case, replies: Replies, spoilt: Sequence[tuple[str, bytes]]) -> None:
        try:
            wanted_endpoints(case.capabilities, replies)
            snapshot = build_snapshot(case.capabilities, replies, AT)
            encode_json(build_snapshot_view(snapshot))
        except Exception as error:
            told = [(name, body[:2000]) for name, body in spoilt]
            raise AssertionError(f"{case.name}: {error!r} for {told}") from error
        self.outcomes["snapshots"] += 1
        if odd := next(infinities(snapshot), None):
            raise AssertionError(f"{case.name}: {odd} for {[(name, body[:2000]) for name, body in spoilt]}")

    def _decode_others(self, case: Case) -> None:
        """Decode one reply that no reading asks for, and the identity page."""
        if case.others:
            endpoint, body = self._random.choice(case.others)
            self._decode(case, endpoint, mutate(body, self._random))
        info = self._decode(case, INFO, mutate(case.bodies[INFO], self._random))
        if isinstance(info, Decoded):
            try:
                build_capabilities(info.value)
            except BadPayload:
                self.outcomes["no identity"] += 1


def infinities(thing: Any, name: str = "snapshot") -> Iterator[str]:
    """Find numbers that are none."""
    if isinstance(thing, float):
        if not math.isfinite(thing):
            yield name
    elif isinstance(thing, tuple):
        for row in thing:
            yield from infinities(row, name)
    elif thing is not None and not isinstance(thing, str | int) and is_dataclass(thing):
        for field in fields(thing):
            yield from infinities(getattr(thing, field.name), f"{name}.{field.name}")

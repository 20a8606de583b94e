"""When to ask what: pure, in seconds of a stopwatch that the caller reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.pacing.cadence import CADENCE_S


@dataclass(slots=True)
class Schedule:
    """Which endpoint is due next. What is new is due at once, in the order it is wanted."""

    due_at_s: dict[Endpoint[Any], float] = field(default_factory=dict)
    polls: dict[Endpoint[Any], Poll] = field(default_factory=dict)
    forgotten: set[Endpoint[Any]] = field(default_factory=set)
    asked: set[Endpoint[Any]] = field(default_factory=set)

    def want(self, wanted: Mapping[Endpoint[Any], Poll], now_s: float) -> None:
        """Adopt what is worth asking now; an endpoint asked more often from now on is due by the new cadence."""
        self.polls = dict(wanted)
        for endpoint, poll in wanted.items():
            latest_s = now_s + CADENCE_S[poll]
            self.due_at_s[endpoint] = min(self.due_at_s.get(endpoint, now_s), latest_s)
        for endpoint in self.due_at_s.keys() - wanted.keys():
            del self.due_at_s[endpoint]

    def hasten(self, endpoint: Endpoint[Any], now_s: float) -> None:
        """Ask an endpoint as soon as its turn comes."""
        if endpoint in self.due_at_s:
            self.due_at_s[endpoint] = min(self.due_at_s[endpoint], now_s)

    def postpone(self, endpoint: Endpoint[Any], until_s: float) -> None:
        """Ask an endpoint no sooner than this."""
        if endpoint in self.due_at_s:
            self.due_at_s[endpoint] = max(self.due_at_s[endpoint], until_s)

    def forget(self, endpoint: Endpoint[Any]) -> None:
        """Stop asking an endpoint that this gateway does not have."""
        self.forgotten.add(endpoint)

    def remember(self) -> None:
        """Ask everything again: firmware or login have changed."""
        self.forgotten.clear()

    def next_due(self, now_s: float) -> tuple[Endpoint[Any], float] | None:
        """Give the endpoint whose turn it is and when it is due.

        Of those that are late, the one that is latest measured by its own cadence, live values counting as one cadence
        late at most: a gateway too slow for all is asked for everything more rarely, and for nothing never.
        """
        candidates = [endpoint for endpoint in self.due_at_s if endpoint not in self.forgotten]
        if not candidates:
            return None
        late = [endpoint for endpoint in candidates if self.due_at_s[endpoint] <= now_s]
        if late:
            endpoint = max(late, key=lambda one: (self._lateness(one, now_s), -CADENCE_S[self.polls[one]]))
        else:
            endpoint = min(candidates, key=self.due_at_s.__getitem__)
        return endpoint, self.due_at_s[endpoint]

    def _lateness(self, endpoint: Endpoint[Any], now_s: float) -> float:
        """Measure in cadences; what was never read yet is as urgent as live values."""
        poll = self.polls[endpoint] if endpoint in self.asked else Poll.LIVE
        lateness = (now_s - self.due_at_s[endpoint]) / CADENCE_S[poll]
        return min(lateness, 1.0) if self.polls[endpoint] is Poll.LIVE else lateness

    def done(self, endpoint: Endpoint[Any], started_s: float) -> None:
        """Take down that an endpoint was asked; its cadence counts from the start, so that delays do not add up."""
        self.asked.add(endpoint)
        if endpoint in self.polls:
            self.due_at_s[endpoint] = started_s + CADENCE_S[self.polls[endpoint]]

"""What a gateway has answered so far: the input of plan and translation, wherever it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, TypeVarTuple

from openvoy.errors import EndpointMissing, EndpointRefused, OpenvoyError
from openvoy.protocol.endpoint import Decoded, Endpoint

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Outcome = Decoded[Any] | OpenvoyError
Facet = tuple[Endpoint[Any], bool]
"""What was looked at: an endpoint, and whether at all of its reply or only at whether there is one."""


@dataclass(frozen=True, slots=True)
class _Derived:
    args: tuple[Any, ...]
    facets: frozenset[Facet]
    value: Any


class Replies:
    """The newest outcome of each endpoint: a decoded reply or the error that stood in its place."""

    def __init__(self) -> None:
        self._outcomes: dict[Endpoint[Any], Outcome] = {}
        self._troubles: tuple[tuple[Endpoint[Any], Outcome], ...] | None = None
        self._derived: dict[Callable[..., Any], _Derived] = {}
        self._users: dict[Facet, set[Callable[..., Any]]] = {}
        """What was derived from what."""
        self._seen: set[Facet] | None = None
        """What the function looks at that is being called."""

    def __contains__(self, endpoint: Endpoint[Any]) -> bool:
        self._see(endpoint, is_whole=False)
        return endpoint in self._outcomes

    def note(self, endpoint: Endpoint[T], outcome: Decoded[T] | OpenvoyError) -> None:
        """Take down what came of asking `endpoint`; the same reply once more changes nothing."""
        before = self._outcomes.get(endpoint)
        if before == outcome:
            return
        self._outcomes[endpoint] = outcome
        self._drop((endpoint, True))
        if not (isinstance(before, Decoded) and isinstance(outcome, Decoded)):
            self._drop((endpoint, False))
        self._troubles = None

    def forget(self, endpoint: Endpoint[Any]) -> None:
        """Drop what is known of `endpoint`, so that it counts as not asked."""
        self._outcomes.pop(endpoint, None)
        self._drop((endpoint, True))
        self._drop((endpoint, False))
        self._troubles = None

    def value(self, endpoint: Endpoint[T]) -> T | None:
        """Give the decoded reply, None where there is none."""
        self._see(endpoint, is_whole=True)
        outcome = self._outcomes.get(endpoint)
        return outcome.value if isinstance(outcome, Decoded) else None

    def error(self, endpoint: Endpoint[Any]) -> OpenvoyError | None:
        """Give the error that stands in the place of a reply."""
        self._see(endpoint, is_whole=False)
        outcome = self._outcomes.get(endpoint)
        return outcome if isinstance(outcome, OpenvoyError) else None

    def is_absent(self, endpoint: Endpoint[Any]) -> bool:
        """Whether this gateway does not have the endpoint, or not for this login: another source must do."""
        return isinstance(self.error(endpoint), EndpointMissing | EndpointRefused)

    def derive(self, build: Callable[[Replies, *Ts], T], *args: *Ts) -> T:
        """Give what `build` makes of these replies; it is called anew only when what it looked at has changed.

        It is a function of a module, without side effects, that looks at replies through `value`, `error`,
        `is_absent`, `in` and `derive`. Of several arguments only the newest are remembered.
        """
        known = self._derived.get(build)
        if known is None or known.args != args:
            known = self._build(build, args)
        if self._seen is not None:
            self._seen |= known.facets
        value: T = known.value
        return value

    def outcomes(self) -> Iterator[tuple[Endpoint[Any], Outcome]]:
        """Go through everything known; not to be derived from."""
        assert self._seen is None, "what is derived names the endpoints that it looks at"
        yield from self._outcomes.items()

    def troubles(self) -> tuple[tuple[Endpoint[Any], Outcome], ...]:
        """Give errors, and replies of which something was dropped; not to be derived from."""
        if self._troubles is None:
            self._troubles = tuple(
                (endpoint, outcome)
                for endpoint, outcome in self.outcomes()
                if isinstance(outcome, OpenvoyError) or outcome.defects
            )
        return self._troubles

    def _see(self, endpoint: Endpoint[Any], *, is_whole: bool) -> None:
        if self._seen is not None:
            self._seen.add((endpoint, is_whole))

    def _build(self, build: Callable[..., Any], args: tuple[Any, ...]) -> _Derived:
        outer, self._seen = self._seen, set()
        try:
            value = build(self, *args)
            known = _Derived(args, frozenset(self._seen), value)
        finally:
            self._seen = outer
        for facet in known.facets:
            self._users.setdefault(facet, set()).add(build)
        self._derived[build] = known
        return known

    def _drop(self, facet: Facet) -> None:
        for build in self._users.pop(facet, ()):
            self._derived.pop(build, None)

"""What a gateway has answered so far: the input of plan and translation, wherever it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from openvoy.errors import EndpointMissing, EndpointRefused, OpenvoyError
from openvoy.protocol.endpoint import Decoded, Endpoint

T = TypeVar("T")


class Replies:
    """The newest outcome of each endpoint: a decoded reply or the error that stood in its place."""

    def __init__(self) -> None:
        self._outcomes: dict[Endpoint[Any], Decoded[Any] | OpenvoyError] = {}
        self._derived: dict[Callable[[Replies], Any], tuple[tuple[object, ...], Any]] = {}

    def __contains__(self, endpoint: Endpoint[Any]) -> bool:
        return endpoint in self._outcomes

    def note(self, endpoint: Endpoint[T], outcome: Decoded[T] | OpenvoyError) -> None:
        """Take down what came of asking `endpoint`."""
        self._outcomes[endpoint] = outcome

    def forget(self, endpoint: Endpoint[Any]) -> None:
        """Drop what is known of `endpoint`, so that it counts as not asked."""
        self._outcomes.pop(endpoint, None)

    def value(self, endpoint: Endpoint[T]) -> T | None:
        """Give the decoded reply, None where there is none."""
        outcome = self._outcomes.get(endpoint)
        return outcome.value if isinstance(outcome, Decoded) else None

    def error(self, endpoint: Endpoint[Any]) -> OpenvoyError | None:
        """Give the error that stands in the place of a reply."""
        outcome = self._outcomes.get(endpoint)
        return outcome if isinstance(outcome, OpenvoyError) else None

    def is_absent(self, endpoint: Endpoint[Any]) -> bool:
        """Whether this gateway does not have the endpoint, or not for this login: another source must do."""
        return isinstance(self.error(endpoint), EndpointMissing | EndpointRefused)

    def derive(self, build: Callable[[Replies], T], *endpoints: Endpoint[Any]) -> T:
        """Give what follows from these endpoints alone; it is built anew only when one of them was asked again."""
        outcomes = tuple(self._outcomes.get(endpoint) for endpoint in endpoints)
        known = self._derived.get(build)
        if known is not None and all(one is other for one, other in zip(known[0], outcomes, strict=True)):
            value: T = known[1]
            return value
        value = build(self)
        self._derived[build] = (outcomes, value)
        return value

    def outcomes(self) -> Iterator[tuple[Endpoint[Any], Decoded[Any] | OpenvoyError]]:
        """Go through everything known."""
        yield from self._outcomes.items()

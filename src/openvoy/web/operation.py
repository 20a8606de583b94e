from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from openvoy.codec import doc
from openvoy.web.access import Caller, Right, Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the HTTP API.

    `handler` is an async function of the backend and of keyword arguments, which are the query parameters; types and
    docstring become its description in the schema. One named `body` is what was sent, as JSON of its type; one named
    `visit` is who calls.
    """

    path: str
    handler: Callable[..., Awaitable[Any]]
    tag: str
    method: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    right: Right = Right.VIEWER
    """What a caller needs."""
    is_stream: bool = False
    """The handler returns an iterator of server-sent events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who calls an operation."""

    caller: Caller
    visitor: Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, and what to do about it."""

    error: str
    hint: str
    kind: str
    """What a program goes by: the name of the error, which stays the same when its words change."""


GatewayName = Annotated[
    str | None, doc("", "Name of a gateway in the configuration, or its serial; of one that was replaced, its serial.")
]
Start = Annotated[str, doc("", "First moment: ISO 8601 (without offset: the site's time) or Unix seconds.")]
End = Annotated[str, doc("", "Moment after the last one, as start.")]

"""A request as the module that answers it sees it, and what comes of it: pure values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs

from openvoy import codec
from openvoy.protocol.endpoint import Endpoint, Handler
from openvoy.virtual.settings.events import News
from openvoy.virtual.settings.state import Settings

if TYPE_CHECKING:
    from openvoy.virtual.api.moment import Moment

T = TypeVar("T")
StructT = TypeVar("StructT", bound=codec.WireStruct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to one endpoint."""

    endpoint: Endpoint[Any]
    method: str = "GET"
    parts: Mapping[str, str] = field(default_factory=dict)
    """What stands in the braces of the endpoint's path."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Of repeated parameters the last one."""
    body: bytes = b""
    handler: Handler = Handler.NATIVE
    """Which kind of process answers on this firmware: it decides what a bad body gets."""

    def read(self, shape: type[T]) -> T:
        """Read the body as `shape`; raise Refused where it is not JSON or has a member of another type."""
        wanted: Any = shape
        try:
            value, defects = codec.decoder(wanted)(self.body)
        except codec.DecodeError as error:
            raise self.malformed(error.reason) from error
        if defects:
            raise self.malformed(f"{defects[0].reason} at {defects[0].json_path}")
        read: T = value
        return read

    def unwrapped(self, name: str) -> Call:
        """Give the call with what its body holds under `name`, where it does: clients send it with and without."""
        members = self.read(dict[str, Any])
        return replace(self, body=codec.encode_json(members[name])) if name in members else self

    def form(self) -> Mapping[str, str]:
        """Read the body as a form; of repeated fields the last one, in quotes or without."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[-1].strip('"') for name, values in fields.items()}

    def malformed(self, reason: str) -> Refused:
        """Build the refusal of a body: 400 from a module, an exception from a scripted page."""
        if self.handler is Handler.SCRIPTED:
            return Refused(500, {"message": f"EXCEPTION: {reason}", "backtrace": "[]"})
        return Refused(400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What comes of a request."""

    value: object = None
    """The body, printed as this endpoint's process prints."""
    text: bytes | None = None
    """The body as it is, where it is no JSON."""
    status: int = 200
    reads_back: bool = False
    """The body is what GET says from now on."""
    location: str | None = None
    """Where a redirect leads."""
    settings: Settings | None = None
    """From now on, where something changed."""
    news: tuple[News, ...] = ()
    """For the gateway's event log."""
    failure: Refused | None = None
    """What the client gets, where the change was none that it wanted."""


class Refused(Exception):
    """Ends a request with an error status; without `value` with the usual body of that status."""

    def __init__(self, status: int, value: object = None) -> None:
        super().__init__(status)
        self.status = status
        self.value = value


def settle(moment: Moment, *, value: object = None, news: tuple[News, ...] = (), **subjects: Any) -> Outcome:
    """Set subjects anew; without `value` the reply is what GET says from now on."""
    settings = replace(moment.settings, **subjects)
    return Outcome(value=value, reads_back=value is None, settings=settings, news=news)


def merged(stored: StructT, told: StructT) -> StructT:
    """Give a stored document with the members that were told; what was not said stays."""
    members = {name: getattr(told, name) for name in told.__struct_fields__}
    return codec.changed(stored, **{name: value for name, value in members.items() if value is not None})


Build = Callable[["Moment"], object]
"""Builds the reply to a GET that needs nothing of the request."""
Answer = Callable[["Moment", Call], object]
"""Builds the reply to a GET that does."""
Write = Callable[["Moment", Call], Outcome]
"""Carries out what changes something: pure, the change is in the outcome."""

"""What hands data on to another program, and what it is given for that.

An exporter is one file that offers an `ExporterKind` under the entry point group `openvoy.exporters`; those that come
with Openvoy are registered in no other way than somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from openvoy.model.place import SitePlace
from openvoy.ports.clock import Clock
from openvoy.ports.control import Desk
from openvoy.ports.feed import Feed
from openvoy.ports.files import Copies, TableFiles
from openvoy.ports.store import Archive

SettingsT = TypeVar("SettingsT")

ENTRY_POINTS = "openvoy.exporters"

ExporterState = Literal["starting", "ok", "trouble"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterStatus:
    """How one receiver is served."""

    name: str
    """Such as `mqtt`, or `influx 2` for the second of a kind."""
    kind: str
    """The section of the configuration that it comes from."""
    receiver: str
    """Where it sends to, without secrets; "" for one that is asked instead."""
    state: ExporterState
    delivered_count: int = 0
    """Messages, rows or replies since the start."""
    left_count: int = 0
    """What it has not delivered yet, as far as it counts that."""
    delivered_at: datetime | None = None
    """When something was delivered last; before the start too, where that is known."""
    problem: str | None = None
    hint: str | None = None


class Progress(Protocol):
    """Where an exporter says how it gets on; trouble is said by raising ExportError."""

    def note_delivered(self, count: int = 1, *, left_count: int = 0) -> None:
        """Take down that something was delivered, and how much is left; this ends any trouble, 0 too: all is well."""
        ...

    def note_earlier(self, at: datetime) -> None:
        """Take down when something was delivered before the start."""
        ...

    def note_waiting(self, left_count: int) -> None:
        """Take down how much is not delivered yet."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What an exporter answers at a path of the service's own web server."""

    path: str
    render: Callable[[str], tuple[str, bytes]]
    """From the request's Accept header to Content-Type and body."""


class Exporter(Protocol):
    """Serves one receiver."""

    @property
    def receiver(self) -> str:
        """Where it sends to, without secrets; "" for one that is asked instead."""
        ...

    @property
    def pages(self) -> Sequence[Page]:
        """What it answers when asked, if anything."""
        ...

    async def run(self, progress: Progress) -> None:
        """Deliver until cancelled.

        Raises ExportError where the receiver cannot be served now, StorageError where history cannot be read; it is run
        again after a growing pause. It holds nothing that is not bounded: what a receiver missed is read from the
        store, and live values are the newest.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """What an exporter may use. Reading costs the gateway nothing."""

    place: SitePlace
    feed: Feed
    store: Archive
    clock: Clock
    desk: Desk
    environ: Mapping[str, str]
    """Where secrets of the configuration are looked up."""
    files: TableFiles | None = None
    """Writes files of the history; None where there is none."""
    copies: Copies | None = None
    """Copies the history; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterKind(Generic[SettingsT]):
    """One kind of exporter."""

    section: str
    """Of the configuration: `mqtt` for `[mqtt]`."""
    settings: type[SettingsT]
    """A dataclass whose fields are declared by `openvoy.settings`; its docstring is the reference."""
    build: Callable[[SettingsT, Household], Exporter]
    is_list: bool = False
    """There may be several: `[[influx]]`."""
    by_default: bool = False
    """It runs where the configuration does not name it."""


AnyExporterKind = ExporterKind[Any]


class Exporters(Protocol):
    """All exporters of the service, as the dashboard sees them."""

    def statuses(self) -> Sequence[ExporterStatus]:
        """Give all, in the order of the configuration."""
        ...

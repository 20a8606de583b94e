"""Live push, and the last minutes for a page that opens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self, cast

from openvoy.codec import doc
from openvoy.errors import StorageError
from openvoy.ports import Columns
from openvoy.web.access import Right
from openvoy.web.backend import Backend
from openvoy.web.operation import GatewayName, Operation, Visit
from openvoy.web.problems import BadQuery
from openvoy.web.query import find_gateway
from openvoy.web.window import KEPT, LivePoint

MOST_MINUTES = int(KEPT.total_seconds()) // 60
MINUTE_S = 60
POWERS = ("solar_w", "grid_w", "battery_w", "generator_w", "load_w")

Numbers = Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveColumns:
    """Powers of the last minutes at `at` (Unix seconds); a row without any value says that from there on none is known.

    Before the service was started they are means of a minute, out of history.
    """

    at: Sequence[float]
    solar_w: Numbers
    grid_w: Numbers
    battery_w: Numbers
    generator_w: Numbers
    load_w: Numbers


async def follow_live(backend: Backend, *, visit: Visit) -> AsyncIterator[bytes]:
    """Server-sent events of all gateways.

    `event: update` with `data: {"status": …, "snapshot": …|null}` at once for every gateway and whenever something of
    it changes; a comment every 15 s. A reader that is slow gets the newest values, never a backlog. While
    `status.is_fresh` is false the snapshot is the last whole one, of `status.fresh_at`.
    """
    return _WhileAllowed(backend, visit)


class _WhileAllowed:
    """A stream that ends where its reader logs out, or a link or key is revoked."""

    def __init__(self, backend: Backend, visit: Visit) -> None:
        self._events, self._access, self._visitor = backend.live.follow(), backend.access, visit.visitor

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        event = await anext(self._events)
        if self._access.identify(self._visitor).right < Right.VIEWER:
            raise StopAsyncIteration
        return event


async def read_live_window(
    backend: Backend,
    *,
    minutes: Annotated[int, doc("min", f"How far back, 1 to {MOST_MINUTES}.")] = 15,
    gateway: GatewayName = None,
) -> LiveColumns:
    """The last minutes of one gateway, by default the first, as often as it was read."""
    if not 1 <= minutes <= MOST_MINUTES:
        raise BadQuery(
            f"minutes is {minutes}.", hint=f"Give 1 to {MOST_MINUTES}; /api/v1/history/power goes further back."
        )
    status = find_gateway(backend.feed, gateway)
    start = backend.clock.now() - timedelta(minutes=minutes)
    points = list(backend.live.window.points(status.name, start))
    if status.serial is not None:
        end = datetime.fromtimestamp(points[0].at_s, UTC) if points else backend.clock.now()
        points = [*await _read_minutes(backend, status.serial, start, end), *points]
    values = {name: [cast("float | None", getattr(point, name)) for point in points] for name in POWERS}
    return LiveColumns(at=[point.at_s for point in points], **values)


async def _read_minutes(backend: Backend, serial: str, start: datetime, end: datetime) -> list[LivePoint]:
    """Read the whole minutes between from history; one that it does not have is a row without values."""
    first_s = -(-int(start.timestamp()) // MINUTE_S) * MINUTE_S
    last_s = int(end.timestamp()) // MINUTE_S * MINUTE_S
    if last_s <= first_s:
        return []
    try:
        found = await backend.store.read_power(
            start=datetime.fromtimestamp(first_s, UTC),
            end=datetime.fromtimestamp(last_s, UTC),
            step_s=MINUTE_S,
            gateway=serial,
        )
    except StorageError:
        return []  # What is live is shown whatever becomes of history.
    rows = {at: row for row, at in enumerate(found["at"])}
    return [_build_minute(found, rows.get(at_s), at_s) for at_s in range(first_s, last_s, MINUTE_S) if rows]


def _build_minute(found: Columns, row: int | None, at_s: int) -> LivePoint:
    values = {} if row is None else {name: cast("float | None", found[name][row]) for name in POWERS}
    return LivePoint(at_s=at_s + MINUTE_S / 2, **values)


OPERATIONS = (
    Operation(path="/api/v1/live", handler=follow_live, tag="Now", is_stream=True),
    Operation(path="/api/v1/history/live", handler=read_live_window, tag="Now"),
)

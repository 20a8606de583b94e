"""Live push as server-sent events: one subscription of the feed for all readers."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from openvoy import codec
from openvoy.model import Snapshot
from openvoy.model.view import SnapshotView, build_snapshot_view
from openvoy.ports import Clock, Feed, GatewayStatus, Update
from openvoy.web.window import LiveWindow

COMMENT_S = 15.0
"""Proxies close what is silent for longer; the shortest limit in common use is 30 s."""

SAME = timedelta(seconds=1)

OPENING = b"retry: 2000\n\n"
"""Browsers come back 2 s after the stream ended."""
COMMENT = b": awake\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveUpdate:
    """The data of one `update` event: all that is known of one gateway."""

    status: GatewayStatus
    snapshot: SnapshotView | None
    """While nothing fresh arrives the last whole one, of `status.fresh_at`."""


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """One event; it is encoded once, when the first reader takes it."""

    number: int
    status: GatewayStatus
    snapshot: Snapshot | None

    @property
    def update(self) -> LiveUpdate:
        view = None if self.snapshot is None else build_snapshot_view(self.snapshot)
        return LiveUpdate(status=self.status, snapshot=view)

    @cached_property
    def data(self) -> bytes:
        return b"event: update\ndata: %b\n\n" % codec.encode_json(self.update)


class Broadcaster:
    """Keeps the newest event of every gateway and wakes the readers; a reader takes what is new since its last turn."""

    def __init__(self, feed: Feed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self.window = LiveWindow()
        self._frames: dict[str, _Frame] = {}
        self._whole: dict[str, Snapshot] = {}
        """What every gateway said last while all was well: what is newer falls apart as its parts get old."""
        self._number = 0
        self._comments = 0
        self._turn = 0
        """Grows when every reader has to begin anew."""
        self._changed = asyncio.Event()
        self._readers: weakref.WeakSet[_Reader] = weakref.WeakSet()
        self._is_closed = False

    @property
    def readers(self) -> int:
        """How many streams are open."""
        return len(self._readers)

    async def run(self) -> None:
        """Follow the feed until it ends or this is cancelled; then every stream ends."""
        comments = asyncio.create_task(self._comment())
        try:
            async for update in self._feed.updates():
                self.window.add(update.status, update.snapshot, self._clock.now())
                self._publish(update)
        finally:
            comments.cancel()
            self.close()

    def close(self) -> None:
        """End every stream; one that is opened later ends after the first state."""
        self._is_closed = True
        self._wake()

    def begin_anew(self, *, kept: Container[str]) -> None:
        """Forget the gateways that are not `kept`, and end every stream: its reader comes again for those that are."""
        self.window.keep(kept)
        self._frames = {name: frame for name, frame in self._frames.items() if name in kept}
        self._whole = {name: snapshot for name, snapshot in self._whole.items() if name in kept}
        self._turn += 1
        self._wake()

    def follow(self) -> AsyncIterator[bytes]:
        """Give the latest state at once, then what changes, the newest only."""
        reader = _Reader(self)
        self._readers.add(reader)
        return reader

    def state(self) -> bytes:
        """Render the latest state of all gateways."""
        return b"".join(frame.data for frame in self._newest())

    def updates(self) -> Sequence[LiveUpdate]:
        """Build the latest state of all gateways."""
        return [frame.update for frame in self._newest()]

    @property
    def turn(self) -> int:
        """How often streams were begun anew."""
        return self._turn

    def position(self) -> tuple[int, int]:
        """Number of the last event and of the last comment."""
        return self._number, self._comments

    def since(self, position: tuple[int, int]) -> bytes:
        """Render what is new since `position`, oldest first; b"" if nothing is."""
        number, comments = position
        fresh = sorted((f for f in self._frames.values() if f.number > number), key=lambda frame: frame.number)
        chunks = [frame.data for frame in fresh] + ([COMMENT] if self._comments > comments else [])
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def wait(self) -> bool:
        """Wait for a change; False where there will be none."""
        if not self._is_closed:
            await self._changed.wait()
        return not self._is_closed

    def _newest(self) -> Iterator[_Frame]:
        for status in self._feed.statuses():
            snapshot = self._shown(status, self._feed.latest(status.name))
            yield _Frame(number=self._number, status=status, snapshot=snapshot)

    def _publish(self, update: Update) -> None:
        status = update.status
        newest = update.snapshot or self._feed.latest(status.name)
        if newest is not None and _is_well(status) and _is_of(newest, status):
            self._whole[status.name] = newest
        self._number += 1
        self._frames[status.name] = _Frame(number=self._number, status=status, snapshot=self._shown(status, newest))
        self._wake()

    def _shown(self, status: GatewayStatus, newest: Snapshot | None) -> Snapshot | None:
        return newest if _is_well(status) else self._whole.get(status.name, newest)

    async def _comment(self) -> None:
        while True:
            await self._clock.sleep(COMMENT_S)
            self._comments += 1
            self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _is_well(status: GatewayStatus) -> bool:
    return status.is_fresh and status.state in {"ok", "degraded"}


def _is_of(snapshot: Snapshot, status: GatewayStatus) -> bool:
    """Whether it came with live values, or was made after them of what had not yet got old."""
    return status.fresh_at is not None and snapshot.at - status.fresh_at < SAME


class _Reader:
    """One stream. No generator: it may be dropped at any time and needs no clean-up."""

    def __init__(self, source: Broadcaster) -> None:
        self._source = source
        self._turn = source.turn
        self._position: tuple[int, int] | None = None

    def __aiter__(self) -> _Reader:
        return self

    async def __anext__(self) -> bytes:
        if self._position is None:
            self._position = self._source.position()
            return OPENING + self._source.state()
        while self._turn == self._source.turn:
            fresh = self._source.since(self._position)
            if fresh:
                self._position = self._source.position()
                return fresh
            if not await self._source.wait():
                break
        raise StopAsyncIteration

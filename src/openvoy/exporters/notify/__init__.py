"""Notifications: tells people by ntfy, e-mail or webhook what is wrong, once, and when it is over."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from openvoy import codec
from openvoy.errors import StorageError
from openvoy.exporters.notify.senders import Login, Sender, build_sender
from openvoy.exporters.notify.settings import NotifySettings
from openvoy.exporters.notify.watch import State, Watch
from openvoy.model.alerts.quiet import queue
from openvoy.ports import ExporterKind, Household, Page, Progress

__all__ = ["KIND", "NotifyExporter", "NotifySettings", "build_receiver"]

_LOG = logging.getLogger(__name__)

LOOK_EVERY_S = 30.0


def build_receiver(settings: NotifySettings, *, site: str, environ: Mapping[str, str]) -> Sender:
    """Build what tells the receiver; raise ConfigError for an address or a login that cannot be."""
    password = None if settings.password is None else settings.password.read(environ)
    token = None if settings.token is None else settings.token.read(environ)
    return build_sender(settings.find_target(), Login(site=site, password=password, token=token))


class NotifyExporter:
    """Looks, and tells what is new. While the receiver is away, at most a hundred messages wait for it."""

    pages: Sequence[Page] = ()

    def __init__(self, settings: NotifySettings, household: Household) -> None:
        """Raise ConfigError."""
        target = settings.find_target()
        self._sender = build_receiver(settings, site=household.place.name, environ=household.environ)
        self._quiet, self._zone = settings.quiet, ZoneInfo(household.place.time_zone)
        self._household, self.receiver = household, str(target)
        spacing = timedelta(minutes=settings.spacing_min)
        self._watch = Watch(household, topics=settings.events, spacing=spacing, low_soc_pct=settings.battery_low_pct)
        identity = f"{target}{target.path}{target.query}"
        self._key = f"notify.{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
        self._state: State | None = None
        self._kept = b""

    async def run(self, progress: Progress) -> None:
        """Look and tell for ever."""
        if self._state is None:
            self._state = await self._read_state()
        if not self._state.waiting:
            progress.note_delivered(0)
        while True:
            await self._look()
            await self._tell(progress)
            await self._household.clock.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        assert self._state is not None
        state, messages = await self._watch.look(self._state)
        self._state = replace(state, waiting=queue(state.waiting, messages))
        await self._write_state()

    async def _tell(self, progress: Progress) -> None:
        assert self._state is not None
        local = self._household.clock.now().astimezone(self._zone)
        is_quiet = self._quiet is not None and self._quiet.is_on(local)
        progress.note_waiting(len(self._state.waiting))
        for message in self._state.waiting:
            if is_quiet and not message.is_urgent:
                continue
            await self._sender.deliver(message)
            left = tuple(one for one in self._state.waiting if one is not message)
            self._state = replace(self._state, waiting=left)
            progress.note_delivered(left_count=len(left))
            await self._write_state()

    async def _read_state(self) -> State:
        try:
            kept = await self._household.store.read_meta(self._key)
            return State() if kept is None else _remember(codec.parse(kept.encode(), State))
        except (StorageError, codec.DecodeError) as error:
            _LOG.warning("What was told before is not known; it may be told again: %s", error)
            return State()

    async def _write_state(self) -> None:
        """Keep what must not be told twice; a store in trouble is told of, and it stays in memory meanwhile."""
        assert self._state is not None
        gist = codec.encode_json(_gist(self._state))
        if gist == self._kept:
            return
        try:
            await self._household.store.write_meta(self._key, codec.encode_json(self._state).decode())
        except StorageError as error:
            _LOG.info("What was told could not be kept: %s", error.message)
            return
        self._kept = gist


def _remember(state: State) -> State:
    """Take what was told; what had only begun begins anew, as nobody was looking meanwhile."""
    standing = {key: one for key, one in state.book.standing.items() if one.told_at is not None}
    return replace(state, book=replace(state.book, standing=standing))


def _gist(state: State) -> State:
    """Leave out what changes all the time and is not worth writing: the present words of what stands."""
    standing = {
        key: replace(one, condition=replace(one.condition, title="", text="", over="", hint=""))
        for key, one in _remember(state).book.standing.items()
    }
    return replace(state, book=replace(state.book, standing=standing))


KIND = ExporterKind(section="notify", settings=NotifySettings, build=NotifyExporter, is_list=True)

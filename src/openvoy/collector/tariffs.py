"""Keeps the tariff of each gateway as a note of the history: costs are asked for when no gateway answers, too."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from openvoy.codec import DecodeError, encode_json, parse
from openvoy.collector.supervisor import supervise
from openvoy.errors import StorageError
from openvoy.model.tariff import Tariff
from openvoy.ports import Clock, Feed
from openvoy.ports.store import Notes

_LOG = logging.getLogger(__name__)

RETRY_AFTER_S = 30.0


def _key_of(serial: str) -> str:
    return f"tariff.{serial}"


async def read_tariff(notes: Notes, serial: str) -> Tariff | None:
    """Read the tariff that a gateway had when it was last read; None where there is none."""
    text = await notes.read_meta(_key_of(serial))
    try:
        return None if text is None else parse(text.encode(), Tariff)
    except DecodeError:
        return None


@contextlib.asynccontextmanager
async def keeping_tariffs(feed: Feed, notes: Notes, clock: Clock) -> AsyncIterator[None]:
    """Note each tariff that changes, while the context is open."""
    task = asyncio.create_task(supervise("tariffs", lambda: _follow(feed, notes, clock), clock), name="tariffs")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _follow(feed: Feed, notes: Notes, clock: Clock) -> None:
    known: dict[str, Tariff] = {}
    refused_s: dict[str, float] = {}
    """When the tariff of a gateway was last refused."""
    async for update in feed.updates():
        snapshot = update.snapshot
        if snapshot is None or snapshot.tariff is None or known.get(snapshot.gateway.serial) == snapshot.tariff:
            continue
        serial, tariff = snapshot.gateway.serial, snapshot.tariff
        if clock.monotonic() - refused_s.get(serial, float("-inf")) < RETRY_AFTER_S:
            continue
        try:
            if await read_tariff(notes, serial) != tariff:
                await notes.write_meta(_key_of(serial), encode_json(tariff).decode())
        except StorageError as error:
            if serial not in refused_s:
                _LOG.warning("The tariff of %s cannot be noted; it is tried again: %s", serial, error.message)
            refused_s[serial] = clock.monotonic()
            continue
        if refused_s.pop(serial, None) is not None:
            _LOG.warning("The tariff of %s is noted now.", serial)
        known[serial] = tariff

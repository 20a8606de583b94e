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
    task = asyncio.create_task(supervise("tariffs", lambda: _follow(feed, notes), clock), name="tariffs")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _follow(feed: Feed, notes: Notes) -> None:
    known: dict[str, Tariff] = {}
    async for update in feed.updates():
        snapshot = update.snapshot
        if snapshot is None or snapshot.tariff is None or known.get(snapshot.gateway.serial) == snapshot.tariff:
            continue
        serial, tariff = snapshot.gateway.serial, snapshot.tariff
        try:
            if await read_tariff(notes, serial) != tariff:
                await notes.write_meta(_key_of(serial), encode_json(tariff).decode())
        except StorageError as error:
            # It is tried again with the next values.
            _LOG.warning("The tariff of %s cannot be noted: %s", serial, error)
            continue
        known[serial] = tariff

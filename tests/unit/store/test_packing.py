"""The journal's closed files: made small, and remembered instead of read again."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openvoy.model.records import Batch
from openvoy.store import HistoryStore, packing, tables
from openvoy.store.catalog import Key
from openvoy.store.changes import Change, Part, Span
from openvoy.store.journal import Scan, read_segment
from openvoy.store.packing import Contents
from openvoy.store.rows import build_drafts
from tests.unit.store.records import GATEWAY, energy, opened, power

NOON = datetime(2024, 6, 30, 12, tzinfo=UTC)
JULY = datetime(2024, 7, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FILES = 4


async def tidied(store: HistoryStore) -> None:
    """All is written and the time after it used."""
    for _ in range(2):
        await asyncio.wrap_future(store._writer.run(lambda _: None))


async def test_each_file_is_read_once_however_often_something_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[str] = Counter()

    def counted(file: Path) -> Scan:
        read[file.name] += 1
        return read_segment(file)

    monkeypatch.setattr(packing, "read_segment", counted)
    async with opened(tmp_path) as store:
        for number in range(FILES):
            await store.write(Batch(power=(power(NOON + number * MINUTE, 3.0),)))
            store._writer._opened_journal().turn()
            await tidied(store)
        names = {file.name for file in (tmp_path / "journal").iterdir()}
    assert sorted(read.values()) == [1] * FILES
    assert {name.partition(".")[0] for name in read} == {name.partition(".")[0] for name in names}
    assert all(name.endswith(".log.xz") for name in names)


def contents_of(*changes: Change) -> Contents:
    contents = Contents()
    for change in changes:
        contents.add(change)
    return contents


def test_what_has_to_be_sealed_is_what_rows_are_of() -> None:
    batch = Batch(power=(power(NOON, 3.0), power(JULY, 3.0)), energy=(energy(NOON, 4.0),))
    found = contents_of(Change(drafts=build_drafts(batch)), Change())
    assert found.months == {Key("power", "2024-06"), Key("power", "2024-07"), Key("energy", "2024-06")}
    assert not found.has_notes


def test_seconds_and_parts_say_nothing() -> None:
    live = build_drafts(Batch(live=(power(NOON, 3.0, interval_s=1),)))
    part = Change(drafts=build_drafts(Batch(energy=(energy(NOON, 4.0),))), part=Part(GATEWAY, 0))
    found = contents_of(Change(drafts={tables.LIVE: live[tables.LIVE]}), part)
    assert found == Contents()


def test_times_accounted_anew_and_notes_are_seen() -> None:
    spans = [Span(GATEWAY, NOON, NOON + number * MINUTE) for number in (9, 3)]
    found = contents_of(*(Change(replaced=(span,)) for span in spans), Change(note=("key", "value")))
    assert (found.replaced_until, found.has_notes) == (NOON + 9 * MINUTE, True)

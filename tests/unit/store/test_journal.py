from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openvoy.errors import StorageError
from openvoy.store import tables
from openvoy.store.changes import Change, Span, parse_change, render_change
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.guard import mend, render_guard
from openvoy.store.journal import (
    Journal,
    Record,
    Scan,
    first_number,
    pack,
    read_all,
    read_segment,
    render_record,
    scan,
    segments,
)
from openvoy.store.rows import Draft, build_drafts
from openvoy.store.times import EPOCH
from tests.unit.store.records import START, everything

RECORDS = [Record(number, bytes([number]) * (number * 7)) for number in range(1, 9)]
WRITTEN = b"".join(2 * render_record(record) for record in RECORDS)


def test_what_is_written_is_read() -> None:
    found = scan(WRITTEN)
    assert (found.records, found.good_bytes, found.has_damage) == (RECORDS, len(WRITTEN), False)


@given(at=st.integers(0, len(WRITTEN) - 1), change=st.integers(1, 255))
def test_a_damaged_byte_costs_no_record(at: int, change: int) -> None:
    content = bytearray(WRITTEN)
    content[at] ^= change
    assert scan(bytes(content)).records == RECORDS


@given(end=st.integers(0, len(WRITTEN)))
def test_a_torn_end_costs_only_what_was_not_finished(end: int) -> None:
    found = scan(WRITTEN[:end])
    whole = [record for place, record in enumerate(RECORDS) if end_of(place) <= end]
    assert found.records[: len(whole)] == whole
    assert len(found.records) <= len(whole) + 1
    assert not found.has_damage


def end_of(place: int) -> int:
    return sum(2 * len(render_record(record)) for record in RECORDS[: place + 1])


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    assert journal.append([b"a", b"b"]) == 2
    journal.close()
    journal = Journal(tmp_path / "journal")
    assert journal.append([b"c"]) == 3
    journal.close()
    assert [record.content for record in journal.records(1)] == [b"b", b"c"]
    assert [record.number for record in read_all(tmp_path / "journal")] == [1, 2, 3]


def test_a_record_that_is_refused_is_not_read_while_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([b"kept"])
    seen: list[bytes] = []

    def fail(file: int) -> None:
        assert b"refused" in (tmp_path / "journal" / "000000000001.log").read_bytes()
        seen.extend(record.content for record in journal.records(0))
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))

    with monkeypatch.context() as patch:
        patch.setattr("openvoy.store.journal._sync", fail)
        with pytest.raises(StorageError):
            journal.append([b"refused"])
    assert seen == [b"kept"], "its number is given to another"
    assert journal.append([b"taken"]) == 2
    assert [record.content for record in journal.records(0)] == [b"kept", b"taken"]


def test_nothing_follows_a_refused_record_that_cannot_be_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([b"kept"])

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr("openvoy.store.journal._sync", fail)
        patch.setattr(os, "ftruncate", fail)
        for _ in range(2):
            with pytest.raises(StorageError):
                journal.append([b"refused"])
            journal.turn()
    assert journal.append([b"taken"]) == 2
    journal.close()
    assert [record.content for record in read_all(tmp_path / "journal")] == [b"kept", b"taken"]


def test_a_first_record_that_was_not_finished_is_no_damage_of_those_after_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([b"a"])
    journal.close()
    torn = tmp_path / "journal" / "000000000002.log"
    torn.write_bytes(WRITTEN[:30])
    journal = Journal(tmp_path / "journal")
    assert journal.append([b"b"]) == 2
    journal.close()
    assert [record.content for record in read_all(tmp_path / "journal")] == [b"a", b"b"]
    assert not Journal(tmp_path / "journal").damaged
    assert torn.with_name("000000000002.log.damaged").read_bytes() == WRITTEN[:30]


def test_a_lack_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    for content in (b"a", b"b", b"c"):
        journal.append([content])
        journal.close()
    segments(tmp_path / "journal")[1].unlink()
    with pytest.raises(StorageError, match="lacks records 2 to 2"):
        read_all(tmp_path / "journal")


@pytest.mark.parametrize(("number", "opened"), [(0, [1, 3, 4]), (1, [1, 3, 4]), (2, [3, 4]), (3, [4]), (9, [4])])
def test_only_files_with_later_records_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, opened: list[int]
) -> None:
    journal = Journal(tmp_path / "journal")
    for contents in ([b"a", b"b"], [b"c"], [b"d"]):
        journal.append(contents)
        journal.close()
    (tmp_path / "journal" / "notes.log").write_text("not ours")
    read: list[int] = []

    def noted(file: Path) -> Scan:
        read.append(first_number(file))
        return read_segment(file)

    monkeypatch.setattr("openvoy.store.journal.read_segment", noted)
    assert [record.number for record in journal.records(number)] == list(range(number + 1, 5))
    assert read == opened


def test_a_packed_file_says_the_same(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([b"a", b"b"])
    journal.close()
    (file,) = segments(tmp_path / "journal")
    packed = pack(file, read_segment(file).records)
    assert segments(tmp_path / "journal") == [packed]
    assert [record.content for record in Journal(tmp_path / "journal").records(0)] == [b"a", b"b"]
    packed.write_bytes(packed.read_bytes()[:-9])
    assert Journal(tmp_path / "journal").damaged == {packed: True}, "records are gone with its end"


def test_an_append_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([b"a"])
    real = os.write

    def half(file: int, content: memoryview) -> int:
        if len(content) < 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(file, content[: len(content) // 2])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half)
        with pytest.raises(StoreFault) as told:
            journal.append([b"b" * 100])
    assert told.value.fault is Fault.FULL
    assert journal.append([b"c"]) == 2
    journal.close()
    assert [record.content for record in journal.records(0)] == [b"a", b"c"]


def test_a_change_comes_back_as_it_was() -> None:
    span = Span("1", EPOCH, EPOCH.replace(microsecond=5))
    for change in (
        Change(drafts=build_drafts(everything(START))),
        Change(replaced=(span,), drafts=build_drafts(everything(START))),
        Change(note=("key", "välue")),
    ):
        found = parse_change(render_change(change))
        assert {table: rows for table, rows in change.drafts.items() if rows} == found.drafts
        assert (found.replaced, found.note) == (change.replaced, change.note)


def test_numbers_of_a_library_come_back_as_plain_ones() -> None:
    owner = ("gateway", "1")
    drafts = {tables.POWER: [Draft(owner, (EPOCH, 60, np.float64(230.5), None))]}
    assert parse_change(render_change(Change(drafts=drafts))).drafts == {
        tables.POWER: [Draft(owner, (EPOCH, 60, 230.5, None))]
    }


@given(content=st.binary(min_size=1, max_size=3000), data=st.data())
def test_a_damaged_stretch_is_mended(content: bytes, data: st.DataObject) -> None:
    guard = render_guard(content)
    at = data.draw(st.integers(0, len(content) - 1))
    damaged = bytearray(content)
    damaged[at] ^= data.draw(st.integers(1, 255))
    assert mend(bytes(damaged), guard) == content
    assert mend(content, guard) == content
    broken = bytearray(guard)
    broken[at % len(guard)] ^= 1
    assert mend(bytes(damaged), bytes(broken)) is None


def test_too_much_damage_is_not_mended_but_known() -> None:
    content = os.urandom(200_000)
    guard = render_guard(content)
    assert len(guard) < 0.03 * len(content)
    hole = bytes(2000)
    assert mend(content[:5000] + hole + content[7000:], guard) == content
    assert mend(content[:150_000], guard) is None
    assert mend(bytes(len(content)), guard) is None

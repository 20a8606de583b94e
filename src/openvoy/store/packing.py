"""Closed files of the journal become small, and go once sealed months say the same.

A file is read once: what decides over it later is remembered, as a house fills some files a day, and all of a month
stay until it is sealed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from openvoy.store import tables
from openvoy.store.base import bases, number_of
from openvoy.store.catalog import Key, Shared, month_folder, month_of
from openvoy.store.changes import Change, parse_change, render_change
from openvoy.store.disk import fault_of
from openvoy.store.faults import StoreFault
from openvoy.store.journal import PACKED, Journal, Record, pack, read_segment
from openvoy.store.sealing import read_manifest

NOTHING = Change()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file says, without seconds, and without parts, which are for a later change that has to be there too."""

    last: int
    """The number of its last record."""
    is_said: bool
    """Whether it says anything."""
    has_notes: bool
    months: frozenset[Key]
    """What has to be sealed for it to be superfluous."""
    newest: datetime | None
    """The newest row of tables that are not sealed."""
    replaced_until: datetime | None
    """The end of what was accounted anew."""


def summarize(records: Sequence[Record], changes: Sequence[Change]) -> Contents:
    """Find out what a file says."""
    whole = [change for change in changes if change.part is None]
    rows = [found for change in whole for found in change.drafts.items() if found[0] is not tables.LIVE]
    spans = [span for change in whole for span in change.replaced]
    has_notes = any(change.note is not None for change in whole)
    return Contents(
        last=records[-1].number,
        is_said=bool(spans) or has_notes or any(drafts for _, drafts in rows),
        has_notes=has_notes,
        months=frozenset(
            Key(table.name, month_of(draft.values[0]))
            for table, drafts in rows
            if table in tables.SEALED
            for draft in drafts
        ),
        newest=max(
            (draft.values[0] for table, drafts in rows if table not in tables.SEALED for draft in drafts), default=None
        ),
        replaced_until=max((span.end for span in spans), default=None),
    )


class Packer:
    """Makes closed files small, on behalf of the one writer."""

    def __init__(self, journal: Journal, shared: Shared) -> None:
        self._journal = journal
        self._shared = shared
        self._contents: dict[str, Contents] = {}
        """Of packed files, by their names."""

    def pack(self, last_number: int) -> int:
        """Go through all files up to the last record that the tables have; says how many empty ones stay.

        Only the oldest are removed, so that a number that is missing means damage; of later ones the numbers stay.
        """
        found = [self._find(file, last_number) for file in self._journal.closed_segments()]
        noted = self._noted() if any(contents is not None and contents.has_notes for _, contents in found) else 0
        seen = max(map(number_of, bases(self._journal.folder)), default=0)
        is_oldest, empty_count = True, 0
        for file, contents in found:
            if contents is None or not (contents.last <= seen or self._is_sealed(contents, noted)):
                is_oldest = False
            elif is_oldest:
                self._remove(file)
            else:
                empty_count += 1
                self._empty(file, contents)
        return empty_count

    def _find(self, file: Path, last_number: int) -> tuple[Path, Contents | None]:
        """Make a file small and find out what it says; nothing is known of one that has to stay as it is."""
        if file.name in self._contents:
            return file, self._contents[file.name]
        first = int(file.name.partition(".")[0])
        if first > last_number or self._journal.holds(file):
            return file, None
        records = read_segment(file).records
        if not records or records[-1].number > last_number:
            return file, None
        changes = [parse_change(record.content) for record in records]
        if not file.name.endswith(PACKED):
            file = pack(file, _without_superfluous(records, changes))
        contents = self._contents[file.name] = summarize(records, changes)
        return file, contents

    def _is_sealed(self, contents: Contents, noted: int) -> bool:
        """Whether sealed months have all that a file says."""
        until = self._shared.until(tables.POWER)
        if until is None or (contents.has_notes and contents.last > noted):
            return False
        if contents.replaced_until is not None and contents.replaced_until > until:
            return False
        is_past = contents.newest is None or contents.newest < until
        return is_past and self._shared.catalog.parts.keys() >= contents.months

    def _noted(self) -> int:
        """Up to which record sealed months have all notes."""
        months = self._shared.catalog.parts
        if not months:
            return 0
        newest = month_folder(self._shared.catalog.folder, max(key.month for key in months))
        with contextlib.suppress(StoreFault):
            return int(read_manifest(newest)[1]["journal"])
        return 0

    def _empty(self, file: Path, contents: Contents) -> None:
        if contents.is_said:
            pack(file, [Record(record.number, render_change(NOTHING)) for record in read_segment(file).records])
            del self._contents[file.name]

    def _remove(self, file: Path) -> None:
        try:
            file.unlink()
        except OSError as error:
            raise fault_of(error, f"History: {file} cannot be removed") from error
        del self._contents[file.name]


def _without_superfluous(records: Iterable[Record], changes: Iterable[Change]) -> Iterable[Record]:
    """Leave out seconds, and parts that nobody holds."""
    for record, change in zip(records, changes, strict=True):
        if change.part is not None:
            yield Record(record.number, render_change(NOTHING))
            continue
        drafts = {table: rows for table, rows in change.drafts.items() if table is not tables.LIVE}
        yield Record(record.number, render_change(replace(change, drafts=drafts)))

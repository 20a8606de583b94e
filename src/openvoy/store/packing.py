"""Closed files of the journal become small, and go once sealed months say the same.

One file at a time, as whoever reads history waits that long. What is small already is looked at again only when more
months are sealed: a house fills some files a day, and all of a month stay until then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from openvoy.store import tables
from openvoy.store.base import bases, find_bases, number_of
from openvoy.store.catalog import Key, Part, Shared, month_folder, month_of
from openvoy.store.changes import Change, parse_change, render_change
from openvoy.store.disk import fault_of
from openvoy.store.faults import StoreFault
from openvoy.store.journal import PACKED, Journal, Record, first_number, pack, read_segment
from openvoy.store.sealing import read_manifest

MOST_EMPTY = 100
EMPTY = render_change(Change())
_END = object()


@dataclass(slots=True, kw_only=True)
class Contents:
    """What changes say, without seconds, and without parts, which are for a later change that has to be there too."""

    has_notes: bool = False
    months: set[Key] = field(default_factory=set)
    """What has to be sealed for them to be superfluous."""
    newest: datetime | None = None
    """The newest row of tables that are not sealed."""
    replaced_until: datetime | None = None
    """The end of what was accounted anew."""

    def add(self, change: Change) -> None:
        """Take in what one more change says."""
        if change.part is not None:
            return
        self.has_notes |= change.note is not None
        for span in change.replaced:
            self.replaced_until = _later(self.replaced_until, span.end)
        for table, drafts in change.drafts.items():
            if table in tables.SEALED:
                self.months.update(Key(table.name, month_of(draft.values[0])) for draft in drafts)
            elif table is not tables.LIVE:
                for draft in drafts:
                    self.newest = _later(self.newest, draft.values[0])


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


class Packer:
    """Makes closed files small, on behalf of the one writer."""

    def __init__(self, journal: Journal, shared: Shared) -> None:
        self._journal = journal
        self._shared = shared
        self._looked: tuple[Mapping[Key, Part], Sequence[Path]] | None = None
        """The sealed parts and the bases that there were when files were looked at last."""
        self._looking: Iterator[None] | None = None
        self.has_many_empty = False
        """Whether many files say nothing any more, and stay, as an older one still says something.

        A clock that was wrong leaves rows of a far month, which will not be sealed for years.
        """

    def step(self, last_number: int) -> bool:
        """Do what one file takes, of those up to the last record that the tables have; says whether there is more."""
        for file in self._journal.closed_segments():
            if not file.name.endswith(PACKED) and self._pack(file, last_number):
                return True
        if self._looking is None:
            if self._looked is not None and self._is_as_looked(*self._looked):
                return False
            self._looking = self._look(last_number)
        if next(self._looking, _END) is _END:
            self._looking = None
        return True

    def _is_as_looked(self, parts: Mapping[Key, Part], found: Sequence[Path]) -> bool:
        return self._shared.catalog.parts is parts and find_bases(self._journal.folder) == found

    def _pack(self, file: Path, last_number: int) -> bool:
        """Make a file small, if it does not have to stay as it is."""
        if first_number(file) > last_number or self._journal.holds(file):
            return False
        records = read_segment(file).records
        if not records or records[-1].number > last_number:
            return False
        pack(file, map(_without_superfluous, records))
        return True

    def _look(self, last_number: int) -> Iterator[None]:
        """Remove files that say nothing any more, a step each.

        Only the oldest are removed, so that a number that is missing means damage; of later ones the numbers stay. All
        were looked at before the history was opened, so that at first only the oldest may go.
        """
        looked = self._shared.catalog.parts, find_bases(self._journal.folder)
        noted, seen = self._noted(), max(map(number_of, bases(self._journal.folder)), default=0)
        is_oldest, empty_count = True, 0
        for file in self._journal.closed_segments():
            records = read_segment(file).records if file.name.endswith(PACKED) else ()
            last = records[-1].number if records else last_number + 1
            if last > last_number or not (last <= seen or self._is_sealed(records, noted)):
                is_oldest = False
                if self._looked is None:
                    break
            elif is_oldest:
                _remove(file)
            else:
                empty_count += 1
                _empty(file, records)
            yield
        self.has_many_empty = empty_count > MOST_EMPTY
        self._looked = looked

    def _is_sealed(self, records: Sequence[Record], noted: int) -> bool:
        """Whether sealed months have all that records say."""
        contents = Contents()
        for record in records:
            contents.add(parse_change(record.content))
        until = self._shared.until(tables.POWER)
        if until is None or (contents.has_notes and records[-1].number > noted):
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


def _without_superfluous(record: Record) -> Record:
    """Leave out seconds, and parts that nobody holds."""
    change = parse_change(record.content)
    if change.part is not None:
        return Record(record.number, EMPTY)
    drafts = {table: rows for table, rows in change.drafts.items() if table is not tables.LIVE}
    return Record(record.number, render_change(replace(change, drafts=drafts)))


def _empty(file: Path, records: Sequence[Record]) -> None:
    if any(record.content != EMPTY for record in records):
        pack(file, [Record(record.number, EMPTY) for record in records])


def _remove(file: Path) -> None:
    try:
        file.unlink()
    except OSError as error:
        raise fault_of(error, f"History: {file} cannot be removed") from error

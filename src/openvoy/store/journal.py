"""The journal: what was acknowledged, in append-only files of checked records.

A batch is acknowledged once its record is on the disk here; the database is given rows more rarely, in larger parts.
The files stay until all that they say stands in sealed months, so that journal and sealed months together are the
whole history: a damaged database is made anew from them, and a copy of them is a backup.

Each record stands twice in a row, so that one damaged byte costs nothing. A record that was not finished, at the end of
the last file, was never acknowledged.
"""

from __future__ import annotations

import contextlib
import errno
import lzma
import os
import struct
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

from openvoy.store.aside import free_name
from openvoy.store.disk import fault_of, sync_folder, write_file
from openvoy.store.faults import Fault, StoreFault

JOURNAL = "journal"
"""The folder's name."""
_MAGIC = b"OVJ1"
_HEADER = struct.Struct("<4sQII")
_CHECK = struct.Struct("<I")
SEGMENT_BYTES = 2**20
"""A file that has grown to this is closed."""
RESERVE_BYTES = 16 * 2**20
"""Nothing is acknowledged on a disk that is fuller: the database must be able to follow."""
OPEN, PACKED = ".log", ".log.xz"


class Record(NamedTuple):
    """One acknowledged change."""

    number: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a file of the journal holds."""

    records: Sequence[Record]
    good_bytes: int
    """Where the last good record ends."""
    has_damage: bool
    """Whether something before that end cannot be read; each record stands twice, so often nothing is lost."""


def _has_lost(file: Path, following: Path | None, records: Sequence[Record]) -> bool:
    """Whether a damaged file lacks a record of those from its name to the name of the one that follows."""
    numbers, first = [record.number for record in records], first_number(file)
    end = first + len(numbers) if following is None else first_number(following)
    return numbers != list(range(first, end)) or (following is None and file.name.endswith(PACKED))


def render_record(record: Record) -> bytes:
    """Turn a record into bytes, once."""
    head = _HEADER.pack(_MAGIC, record.number, len(record.content), zlib.crc32(record.content))
    return head + _CHECK.pack(zlib.crc32(head)) + record.content


def scan(content: bytes) -> Scan:
    """Find all records; what is damaged is passed over to the next good one."""
    records: list[Record] = []
    at = good_bytes = 0
    has_damage = False
    while (found := content.find(_MAGIC, at)) >= 0:
        record = _record_at(content, found)
        if record is None:
            at = found + 1
            continue
        has_damage |= found != good_bytes
        at = good_bytes = found + _HEADER.size + _CHECK.size + len(record.content)
        if not records or record.number > records[-1].number:
            records.append(record)
    return Scan(records=records, good_bytes=good_bytes, has_damage=has_damage)


def _record_at(content: bytes, at: int) -> Record | None:
    start = at + _HEADER.size + _CHECK.size
    if start > len(content):
        return None
    head = content[at : at + _HEADER.size]
    _, number, length, check = _HEADER.unpack(head)
    (head_check,) = _CHECK.unpack(content[at + _HEADER.size : start])
    if zlib.crc32(head) != head_check or start + length > len(content):
        return None
    body = content[start : start + length]
    return Record(number, body) if zlib.crc32(body) == check else None


def read_segment(file: Path) -> Scan:
    """Read one file of the journal, packed or not."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise fault_of(error, f"History: {file} cannot be read") from error
    return parse_segment(file.name, content)


def parse_segment(name: str, content: bytes) -> Scan:
    """Find the records of a file, packed or not."""
    if name.endswith(PACKED):
        try:
            return scan(lzma.decompress(content))
        except (lzma.LZMAError, EOFError):
            return Scan(records=(), good_bytes=0, has_damage=True)
    return scan(content)


def mend_segment(name: str, content: bytes) -> bytes:
    """Render a file anew from what can be read of it; one that is packed, or has no damage, stays as it is."""
    found = parse_segment(name, content)
    if not found.has_damage or name.endswith(PACKED):
        return content
    return b"".join(2 * render_record(record) for record in found.records)


def segments(folder: Path) -> list[Path]:
    """The files of a journal, in order; of one that is being packed, the unpacked."""
    found: dict[str, Path] = {}
    for file in sorted(folder.glob(f"*{OPEN}*"), key=lambda file: file.name, reverse=True):
        stem = file.name.partition(".")[0]
        if file.name.endswith((OPEN, PACKED)) and stem.isdecimal():
            found[stem] = file
    return [found[first] for first in sorted(found)]


def first_number(file: Path) -> int:
    """Give the number of the first record that was put into a file."""
    return int(file.name.partition(".")[0])


class Journal:
    """The journal of a folder. `append` is for one thread, all else for another."""

    def __init__(self, folder: Path) -> None:
        """Read what is there; raise StorageError."""
        self.folder = folder
        self._turning = threading.Lock()
        self._file: int | None = None
        self._path: Path | None = None
        self._size = 0
        self._has_rest = False
        """Whether a record that was refused may still stand at the end of the file that is being written."""
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise fault_of(error, f"History: the folder {folder} cannot be made") from error
        self.damaged: dict[Path, bool] = {}
        """Files of which something cannot be read, and whether records are missing: each of them stands twice."""
        self.last = 0
        files = segments(folder)
        for file, following in zip_longest(files, files[1:]):
            found = read_segment(file)
            if found.has_damage:
                self.damaged[file] = _has_lost(file, following, found.records)
            if found.records:
                self.last = max(self.last, found.records[-1].number)
        self._found = self.last
        self._held: set[str] = set()
        """Files that stay as they are, by the beginning of their names."""

    def begin_after(self, number: int) -> None:
        """Number records from above this."""
        self.last = max(self.last, number)

    def hold(self, number: int) -> None:
        """Have the file of a record stay as it is, as a later one needs it; one that was found when opened does not."""
        if number > self._found:
            file = max((file for file in segments(self.folder) if first_number(file) <= number), key=first_number)
            self._held.add(file.name.partition(".")[0])

    def release(self) -> None:
        """Let go of what is held; the file that is being written ends, so that it can be made small too."""
        self._held.clear()
        self.turn()

    def holds(self, file: Path) -> bool:
        """Whether a file has to stay as it is."""
        return file.name.partition(".")[0] in self._held

    def append(self, contents: Sequence[bytes]) -> int:
        """Put changes down; returns the number of the last once all of them are on the disk, or raises StorageError."""
        records = [Record(number, content) for number, content in enumerate(contents, self.last + 1)]
        rendered = b"".join(2 * render_record(record) for record in records)
        with self._turning:
            try:
                self._cut()
                self._ensure_room(len(rendered))
                file = self._open(records[0].number)
                self._has_rest = True
                _write(file, rendered)
                _sync(file)
                self._has_rest = False
            except OSError as error:
                with contextlib.suppress(OSError):
                    self._cut()
                raise fault_of(error, "History: the journal cannot be written") from error
            self._size += len(rendered)
            self.last = records[-1].number
            if self._size >= SEGMENT_BYTES:
                self._close()
        return self.last

    def _ensure_room(self, size: int) -> None:
        if hasattr(os, "statvfs"):
            room = os.statvfs(self.folder)
            if room.f_bavail * room.f_frsize < RESERVE_BYTES + size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _open(self, number: int) -> int:
        if self._file is None:
            self._path = self.folder / f"{number:012d}{OPEN}"
            if self._path.exists():
                # Nothing of it can be read, else numbers would go on after it: a first record that was not finished.
                self._path.rename(free_name(self._path.with_name(f"{self._path.name}.damaged")))
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            self._size = os.fstat(self._file).st_size
            sync_folder(self.folder)
        return self._file

    def _cut(self) -> None:
        """Take a record away that was refused, before its number is given again."""
        if self._file is not None and self._has_rest:
            os.ftruncate(self._file, self._size)
            self._has_rest = False

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = self._path = None

    def close(self) -> None:
        """Let go of the file."""
        with self._turning:
            self._close()

    def turn(self) -> None:
        """End the file that is being written, unless something has to be taken away from its end before."""
        with self._turning:
            if not self._has_rest:
                self._close()

    def records(self, number: int) -> Iterator[Record]:
        """Read acknowledged records above a number, in order; files that hold none of them are left closed.

        What is being written is not among them: it may be refused yet, and its number be given to another.
        """
        last = self.last
        files = segments(self.folder)
        ends = [*map(first_number, files[1:]), None]
        for file, end in zip(files, ends, strict=False):
            if end is not None and end <= number + 1:
                continue
            for record in read_segment(file).records:
                if number < record.number <= last:
                    yield record
                    number = record.number

    def closed_segments(self) -> list[Path]:
        """Files that are no longer written."""
        with self._turning:
            return [file for file in segments(self.folder) if file != self._path]


def _write(file: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]


def _sync(file: int) -> None:
    getattr(os, "fdatasync", os.fsync)(file)


def pack(file: Path, contents: Iterable[Record]) -> Path:
    """Put a closed file's records into a small one, once each, in its place."""
    packed = file.with_name(file.name.partition(".")[0] + PACKED)
    write_file(packed, lzma.compress(b"".join(map(render_record, contents)), preset=3))
    try:
        if file != packed:
            file.unlink()
    except OSError as error:
        raise fault_of(error, f"History: {file} cannot be removed") from error
    return packed


def read_all(folder: Path) -> list[Record]:
    """Read a whole journal that nobody writes; raise StorageError where records are missing."""
    found = [record for file in segments(folder) for record in read_segment(file).records]
    for before, after in pairwise(found):
        if after.number != before.number + 1:
            raise StoreFault(
                Fault.CORRUPT, f"History: the journal lacks records {before.number + 1} to {after.number - 1}."
            )
    return found

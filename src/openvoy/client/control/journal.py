"""Where a client writes down what it told gateways: a file of JSON lines, or memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from openvoy import codec
from openvoy.errors import StorageError
from openvoy.model.control import AuditEntry

PRIVATE = 0o600
_NEW_LINE = b"\n"


class MemoryAudit:
    """Keeps entries as long as the process lives; implements `ports.Audit`."""

    def __init__(self) -> None:
        self._entries: dict[str, AuditEntry] = {}

    async def write_entry(self, entry: AuditEntry) -> None:
        """Keep an entry."""
        self._entries[entry.id] = entry

    async def read_entries(self) -> Sequence[AuditEntry]:
        """Give all entries, oldest first."""
        return tuple(self._entries.values())


class FileAudit:
    """Appends entries to a file that only its owner can read; nothing in it is ever changed. Implements `ports.Audit`.

    A newer version of an entry is a further line. A line that a crash cut short is passed over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    async def write_entry(self, entry: AuditEntry) -> None:
        """Append an entry; returns once it is on the disk."""
        try:
            self._append(codec.encode_json(entry) + _NEW_LINE)
        except OSError as error:
            raise self._failure("written", error) from error

    async def read_entries(self) -> Sequence[AuditEntry]:
        """Give all entries in their newest version, oldest first; none where there is no file yet."""
        try:
            lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        except OSError as error:
            raise self._failure("read", error) from error
        entries: dict[str, AuditEntry] = {}
        for line in lines:
            try:
                entry = codec.convert(codec.decoder(dict[str, object])(line)[0], AuditEntry)
            except codec.DecodeError:
                continue
            entries[entry.id] = entry
        return tuple(entries.values())

    def _append(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, PRIVATE)
        try:
            os.fchmod(file, PRIVATE)
            size = os.fstat(file).st_size
            if size and os.pread(file, 1, size - 1) != _NEW_LINE:
                line = _NEW_LINE + line
            os.write(file, line)
            os.fsync(file)
        finally:
            os.close(file)

    def _failure(self, what: str, error: OSError) -> StorageError:
        return StorageError(
            f"The audit log {self.path} cannot be {what}: {error.strerror}.",
            hint="Without it nothing is sent to a gateway. Make room, or let this user write there.",
        )

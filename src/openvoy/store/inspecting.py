"""Sealed files are checked when they are used for the first time, and mended where that can be done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from openvoy.store import tables
from openvoy.store.aside import SetAside, free_name, last_written
from openvoy.store.disk import fault_of, write_file
from openvoy.store.guard import digest_of, mend


class Unasked(Exception):
    """The disk or the engine would have to be asked where neither is to be."""


class Inspector:
    """Knows which sealed files are as they were made."""

    def __init__(self) -> None:
        self._checking = threading.Lock()
        self._good: dict[tuple[Path, str], bool] = {}
        self.tell: Callable[[SetAside], None] = lambda _: None
        """Is told of each damaged file."""
        self.is_rebuilding = False
        """Whether a database is made of sealed files, so that nothing else has what one of them says."""

    def is_good(self, file: Path, digest: str) -> bool:
        """Whether a file is as its digest says, once it has been mended if need be; raise StorageError."""
        known = self._good.get((file, digest))
        if known is None:
            with self._checking:
                known = self._good.get((file, digest))
                if known is None:
                    known = self._good[file, digest] = self._inspect(file, digest)
        return known

    def _inspect(self, file: Path, digest: str) -> bool:
        try:
            content = file.read_bytes() if file.exists() else b""
            if digest_of(content) == digest:
                return True
            guard = file.with_suffix(".guard")
            mended = mend(content, guard.read_bytes()) if guard.exists() else None
            if mended is not None and digest_of(mended) != digest:
                mended = None
            self._set_aside(file, is_mended=mended is not None)
        except OSError as error:
            raise fault_of(error, f"History: {file} cannot be read") from error
        if mended is None:
            return False
        write_file(file, mended)
        return True

    def _set_aside(self, file: Path, *, is_mended: bool) -> None:
        if not file.exists():
            reason = f"the sealed file {file.name} of {file.parent.name} is missing"
            at = last_written(next(folder for folder in file.parents if folder.exists()))
            is_lost = self._is_only_place(file)
            self.tell(SetAside(at=at, path=file, reason=reason, is_whole_history=False, is_lost=is_lost))
            return
        at = last_written(file)
        aside = free_name(file.with_name(file.name + ".damaged"))
        file.rename(aside)
        outcome = "it was mended, nothing is lost" if is_mended else "this month of this table cannot be read"
        reason = f"the sealed file {file.name} of {file.parent.name} was damaged; {outcome}"
        is_lost = not is_mended and self._is_only_place(file)
        self.tell(SetAside(at=at, path=aside, reason=reason, is_whole_history=False, is_lost=is_lost))

    def _is_only_place(self, file: Path) -> bool:
        """Whether the rows of a sealed file have left the database."""
        return self.is_rebuilding or any(file.name.startswith(f"{table.name}-") for table in tables.MOVED)


class Idle(Inspector):
    """Knows none, and looks at none: for whoever is not to wait for the disk."""

    def _inspect(self, file: Path, digest: str) -> bool:
        raise Unasked(file.name, digest)

"""Opens the history of a folder. What cannot be read is set aside under a name with its time, never overwritten."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from openvoy.store.aside import SetAside, last_written
from openvoy.store.database import Database, Engine, Session
from openvoy.store.disk import UNFINISHED, fault_of, sync_folder
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.limits import Limits
from openvoy.store.migrations import MIGRATIONS, create, migrate
from openvoy.store.rebuilding import REBUILT, rebuild
from openvoy.store.sealing import read_parts

FILE_NAME = "history.duckdb"
NEW = ".new"
"""Ends the name of a database that is being made."""
_MAGIC = b"DUCK"
_MAGIC_OFFSET = 8


def open_history(
    folder: Path, limits: Limits, migrations: Sequence[Sequence[str]] = MIGRATIONS
) -> tuple[Database, list[SetAside]]:
    """Open or begin the history of a folder, and say what had to be set aside for it; raise StorageError."""
    _make_folder(folder)
    if (folder / UNFINISHED).exists():
        raise StoreFault(Fault.UNFINISHED, f"History: {folder} is a copy that was not finished.")
    file = folder / FILE_NAME
    aside: list[SetAside] = []
    if file.exists() and not _is_database(file):
        aside.append(set_aside(file, "it is not a history file, or one that was never finished"))
    while True:
        engine = Engine(file, limits)
        try:
            if not file.exists():
                _begin(file, engine, migrations)
            return _open(file, engine, migrations, aside), aside
        except StoreFault as fault:
            engine.close()
            # At most twice: the log alone, then everything; a new file cannot be damaged.
            if fault.fault is not Fault.CORRUPT or len(aside) > 1:
                raise
            log = file.with_name(FILE_NAME + ".wal")
            is_log = "WAL" in fault.message and log.exists() and not aside
            aside.append(set_aside(log if is_log else file, fault.reason))


def _begin(file: Path, engine: Engine, migrations: Sequence[Sequence[str]]) -> None:
    """Make a database under another name, and give it its own once it is whole.

    Who is killed meanwhile leaves nothing that looks like damage; of two processes the first one's counts.
    """
    made = file.with_name(f"{file.name}.{os.getpid()}{NEW}")
    # Of a process with this number that ended in the middle, as each has in a container, or of this one's last try.
    _remove_left(file, made.name)
    database = Database(made, engine)
    try:
        create(database.writer, migrations)
        database.checkpoint()
    finally:
        database.let_go()
    try:
        if _is_named(made, file):
            # Of a database that is gone; what it says is in the journal.
            file.with_name(FILE_NAME + ".wal").unlink(missing_ok=True)
        sync_folder(file.parent)
    except OSError as error:
        raise fault_of(error, f"History: {file} cannot be made") from error


def _is_named(made: Path, file: Path) -> bool:
    """Give a file its name, if nobody has that meanwhile; whether nobody had."""
    try:
        os.link(made, file)
    except FileExistsError:
        made.unlink()
        return False
    except OSError:
        made.replace(file)  # a file system without links
    else:
        made.unlink()
    return True


def _open(file: Path, engine: Engine, migrations: Sequence[Sequence[str]], aside: list[SetAside]) -> Database:
    database = Database(file, engine)
    database.shared.catalog.inspector.tell = aside.append
    try:
        # Whoever has this one open is the only one; what others left ended while it was made.
        _remove_left(file, f"{file.name}.*{NEW}")
        migrate(database.writer, migrations)
        if _is_empty(database.writer):
            rebuild(database.writer, database.shared.catalog)
        with database.shared.changing(read_parts(database.writer)):
            pass
        database.writer.catalog = database.shared.catalog
    except StoreFault:
        database.close()
        raise
    return database


def _remove_left(file: Path, pattern: str) -> None:
    """Remove databases of these names beside the file, and their logs, that were never finished."""
    with contextlib.suppress(OSError):  # what cannot be removed is told by whoever needs its name
        for left in file.parent.glob(f"{pattern}*"):
            left.unlink()


def _is_empty(session: Session) -> bool:
    """Whether it is new, or was left by a process that died before it had made a new one anew."""
    ((is_empty,),) = session.rows(
        "SELECT NOT EXISTS (FROM gateway) AND NOT EXISTS (SELECT 1 FROM meta WHERE key = ?)", [REBUILT]
    )
    return bool(is_empty)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise StoreFault(Fault.IN_THE_WAY, f"History: {folder} is not a folder.") from error
    except OSError as error:
        raise fault_of(error, f"History: the folder {folder} cannot be made") from error


def _is_database(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            opened.seek(_MAGIC_OFFSET)
            return opened.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise fault_of(error, f"History: {file} cannot be read") from error


def set_aside(file: Path, reason: str) -> SetAside:
    """Rename a file, and with the history its log, to a free name that has the time of its last change."""
    try:
        at = last_written(file)
        is_history = file.name == FILE_NAME
        stem = f"history-damaged-{at:%Y%m%dT%H%M%SZ}"
        taken = {path.name.partition(".")[0] for path in file.parent.glob("history-damaged-*")}
        number = 2
        while stem in taken:
            stem = f"history-damaged-{at:%Y%m%dT%H%M%SZ}-{number}"
            number += 1
        target = file.with_name(stem + file.name.removeprefix("history"))
        for part in file.parent.glob(f"{FILE_NAME}*") if is_history else [file]:
            part.rename(part.with_name(stem + part.name.removeprefix("history")))
        sync_folder(file.parent)
    except OSError as error:
        raise fault_of(error, f"History: {file} is damaged and cannot be set aside") from error
    # All that it said is in sealed months and the journal.
    return SetAside(at=at, path=target, reason=reason, is_whole_history=is_history, is_lost=False)

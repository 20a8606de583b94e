"""Copies of a history: sealed months, and the journal for all that is younger; also while a service writes it.

Both are only ever added to, so that a copy needs nobody's leave. The journal is copied first: what is sealed and taken
out of it meanwhile is then in the months. The database itself is not copied; it is made anew from the two.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.store.base import MONTH, bases
from openvoy.store.catalog import FOLDER, Part, month_folder
from openvoy.store.disk import UNFINISHED, fault_of, sync_folder, write_file
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.guard import digest_of, mend, render_guard
from openvoy.store.journal import JOURNAL, mend_segment, parse_segment, read_all, read_segment, segments
from openvoy.store.opening import FILE_NAME
from openvoy.store.sealing import MANIFESTS, parse_manifest, read_manifest, read_signed

ATTEMPTS = 5
"""A file may be replaced by its successor while it is to be copied; then everything is looked at anew."""
BACKUP = "backup"
"""A file of a backup: it tells one that was looked at, which leaves a database in it, from a history that is kept.

It names the months that were in it, a line each, so that one that somebody removed is missed.
"""
LACKING = "lacking.txt"
"""A file of a copy: names, a line each, of files that were lost, or a part of them, when it was made."""
RESTORING = "restoring"
"""Where a copy is made that is to take the place of a history: until it is whole, that one stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy holds."""

    months: int
    files: int
    size_bytes: int
    records: int
    """Of the journal."""
    lacking: Sequence[str]
    """Files that are not in it, or only in part, as they were damaged before."""


def is_history(folder: Path) -> bool:
    """Whether a folder holds a history or a copy of one."""
    return (folder / FILE_NAME).exists() or (folder / FOLDER).is_dir() or (folder / JOURNAL).is_dir()


def is_backup(folder: Path) -> bool:
    """Whether a folder is for backups; those of versions before this mark have no database, which a history has."""
    return (folder / BACKUP).exists() or not (folder / FILE_NAME).exists()


def back_up_history(source: Path, target: Path) -> Copied:
    """Copy a history as `copy_history` does, into a folder that is for backups of it; raise StorageError."""
    if not is_backup(target):
        raise ConfigError(
            f"{target} has a history of its own, which a backup would replace.",
            hint="Name another folder. If this one is a backup that was only looked at, remove the file "
            f"{FILE_NAME!r} from it.",
        )
    copied = copy_history(source, target)
    write_file(target / BACKUP, "\n".join(month.name for month in _months(target)).encode())
    return copied


def read_missing(folder: Path) -> Sequence[str]:
    """Give the months that a backup had when it was made, and has no longer; raise StorageError."""
    try:
        text = (folder / BACKUP).read_text("utf-8", "replace") if (folder / BACKUP).exists() else ""
    except OSError as error:
        raise fault_of(error, f"History: {folder / BACKUP} cannot be read") from error
    return [f"{FOLDER}/{name}" for name in text.splitlines() if not _has_manifest(folder / FOLDER / name)]


def _months(folder: Path) -> Sequence[Path]:
    return [month for month in sorted((folder / FOLDER).glob("month=*")) if _has_manifest(month)]


def copy_history(source: Path, target: Path) -> Copied:
    """Copy a history and check the copy; what an earlier copy has already is not copied again; raise StorageError."""
    if not (source / JOURNAL).is_dir():
        raise ConfigError(
            f"There is no history in {source} that can be copied.",
            hint="Name its folder with --data; one of an earlier version is brought up to date by 'openvoy run'.",
        )
    if _is_part(target, source):
        raise ConfigError(
            f"{target} is the history itself: a copy must not write into it.",
            hint="Name a folder of its own, best on another disk.",
        )
    for attempt in range(1, ATTEMPTS + 1):
        try:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_file(target / UNFINISHED, b"")
            _note_lacking(target, _copy(source, target))
            copied = check_copy(target)
            (target / UNFINISHED).unlink()
            sync_folder(target)
        except FileNotFoundError as error:
            if attempt == ATTEMPTS:
                raise fault_of(error, f"History: {source} cannot be copied") from error
        except OSError as error:
            raise fault_of(error, f"History: {source} cannot be copied to {target}") from error
        else:
            return copied
    raise AssertionError("the last attempt ends one way or the other")


def _is_part(target: Path, source: Path) -> bool:
    """Whether what is written to a target would be written among the files of a source, by whatever name."""
    resolved = target.resolve()
    return any(
        resolved.is_relative_to(own) or (target / own.name).resolve() == own
        for own in ((source / name).resolve() for name in (FOLDER, JOURNAL))
    )


def _copy(source: Path, target: Path) -> list[str]:
    """Copy everything; gives the names of the files that are lost in the source, and in the target as well."""
    lacking = _copy_journal(source / JOURNAL, target / JOURNAL)
    (target / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    for month in _months(source):
        lacking += _copy_month(month, target / FOLDER / month.name)
    return [*lacking, *(name for name in read_missing(source) if not (target / name).exists())]


def _has_manifest(folder: Path) -> bool:
    return any((folder / name).exists() for name in MANIFESTS)


def _copy_journal(source: Path, target: Path) -> list[str]:
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted, lacking = [file.name for file in segments(source)], list[str]()
    for name in wanted:
        mended = mend_segment(name, (source / name).read_bytes())
        write_file(target / name, mended)
        if parse_segment(name, mended).has_damage:
            lacking.append(f"{JOURNAL}/{name}")
    found = bases(source)[-1:]
    for base in found:
        lacking += _copy_month(month_folder(base, MONTH), month_folder(target / base.name, MONTH))
    for old in target.iterdir():
        if old.is_dir() and old.name not in {base.name for base in found}:
            shutil.rmtree(old)
        elif old.is_file() and old.name not in wanted:
            old.unlink()
    return lacking


def _copy_month(source: Path, target: Path) -> list[str]:
    """Copy the files that a manifest names, then the manifest; what it does not name any more goes.

    Who was killed while sealing has written one of the two manifests. Gives the names of files that are nowhere good.
    """
    if not _has_manifest(source):
        raise FileNotFoundError(2, "it was replaced meanwhile", str(source))
    signed = read_signed(source)
    parts, _ = parse_manifest(source, signed)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    lacking = [part for part in parts if not _copy_part(part, source, target)]
    if not _has_manifest(source) or read_manifest(source)[0] != parts:
        raise FileNotFoundError(2, "it was sealed anew meanwhile", str(source))
    for name in MANIFESTS:
        write_file(target / name, signed)
    kept = {*MANIFESTS, *(name for part in parts for name in _names(part))}
    for file in target.iterdir():
        if file.name not in kept:
            file.unlink()
    return [f"{source.parent.name}/{source.name}/{_names(part)[0]}" for part in lacking]


def _names(part: Part) -> tuple[str, str]:
    stem = f"{part.key.table}-{part.generation}"
    return f"{stem}.parquet", f"{stem}.guard"


def _copy_part(part: Part, source: Path, target: Path) -> bool:
    """Have a sealed file in the target, as its digest says, which never changes; what is damaged replaces nothing."""
    file, guard = _names(part)
    content = _read_good(part, target)
    if content is None:
        content = _read_good(part, source)
        if content is None:
            return False
        write_file(target / file, content)
    told = render_guard(content)
    if not (target / guard).exists() or (target / guard).read_bytes() != told:
        write_file(target / guard, told)
    return True


def _read_good(part: Part, folder: Path) -> bytes | None:
    """Read a sealed file, mended in memory if need be; None where it is lost."""
    file, guard = (folder / name for name in _names(part))
    content = file.read_bytes() if file.exists() else b""
    if digest_of(content) == part.digest:
        return content
    mended = mend(content, guard.read_bytes()) if guard.exists() else None
    return mended if mended is not None and digest_of(mended) == part.digest else None


def _note_lacking(target: Path, lacking: Sequence[str]) -> None:
    """Write down in a copy what its source had lost, so that it is not taken for lost in the copy."""
    if lacking:
        write_file(target / LACKING, "\n".join(lacking).encode())
    else:
        (target / LACKING).unlink(missing_ok=True)


def read_lacking(folder: Path) -> Sequence[str]:
    """Give the sealed files that were lost when a copy was made; raise StorageError."""
    try:
        return (folder / LACKING).read_text().splitlines() if (folder / LACKING).exists() else []
    except OSError as error:
        raise fault_of(error, f"History: {folder / LACKING} cannot be read") from error


def check_copy(folder: Path) -> Copied:
    """Check every file of a copy by its checksum; raise StorageError for the first that is not as it should be."""
    months = files = size_bytes = 0
    noted = read_lacking(folder)
    present, lacking = {f"{FOLDER}/{month.name}" for month in _months(folder)}, []
    for month, parts in _parts(folder):
        months += month.parent.name == FOLDER
        for part in parts:
            file = month / _names(part)[0]
            name = f"{month.parent.name}/{month.name}/{file.name}"
            if name in noted and not file.exists():
                lacking.append(name)
                continue
            content = file.read_bytes() if file.exists() else b""
            if digest_of(content) != part.digest:
                raise StoreFault(Fault.CORRUPT, f"History: {file} is damaged{'' if content else ', or gone'}.")
            files += 1
            size_bytes += len(content)
    lacking += [name for name in noted if name.count("/") == 1 and name.startswith(FOLDER) and name not in present]
    for file in segments(folder / JOURNAL):
        if not read_segment(file).has_damage:
            continue
        if (name := f"{JOURNAL}/{file.name}") in noted:
            lacking.append(name)
        else:
            raise StoreFault(Fault.CORRUPT, f"History: {file} is damaged.")
    records = len(read_all(folder / JOURNAL))
    return Copied(months=months, files=files, size_bytes=size_bytes, records=records, lacking=lacking)


def _parts(folder: Path) -> Iterator[tuple[Path, list[Part]]]:
    for month in _months(folder):
        yield month, read_manifest(month)[0]
    for base in bases(folder / JOURNAL):
        yield month_folder(base, MONTH), read_manifest(month_folder(base, MONTH))[0]


def restore_history(copy: Path, target: Path, *, replace: bool = False) -> Copied:
    """Put a copy into a folder; raise ConfigError if there is a history already, which `replace` sets aside.

    What is damaged in the copy is mended where it can be; what cannot is `lacking`, and all else restored.
    """
    if not (copy / JOURNAL).is_dir():
        raise ConfigError(f"{copy} is no backup of a history.", hint="Name the folder that 'history backup' wrote.")
    if (copy / UNFINISHED).exists():
        raise ConfigError(
            f"{copy} is a backup that was not finished.",
            hint=f"Run 'history backup' into it again. If its source is gone, remove the file {UNFINISHED!r} from it: "
            "then what it has can be restored, and months may be missing.",
        )
    shutil.rmtree(target / RESTORING, ignore_errors=True)
    if not is_history(target) or _is_unfinished(target):
        return copy_history(copy, target)
    if not replace:
        raise ConfigError(
            f"There is a history in {target} already.",
            hint="Choose another folder, or let --replace set it aside (its files are kept beside it).",
        )
    copied = copy_history(copy, target / RESTORING)
    try:
        _exchange(target)
    except OSError as error:
        raise fault_of(error, f"History: {target} cannot be set aside") from error
    return copied


def _is_unfinished(target: Path) -> bool:
    """Whether there is nothing but a part of a copy; of a history that was to be set aside the database is the last."""
    return (target / UNFINISHED).exists() and not (target / FILE_NAME).exists()


def _exchange(target: Path) -> None:
    """Set a history aside and have the copy that was made in its place; it cannot be opened in between."""
    write_file(target / UNFINISHED, b"")
    number = 1
    while (aside := target / f"replaced-{number}").exists():
        number += 1
    aside.mkdir(mode=0o700)
    for name in (f"{FILE_NAME}.wal", FOLDER, JOURNAL, LACKING, BACKUP, FILE_NAME):
        if (target / name).exists():
            (target / name).rename(aside / name)
    for name in (FOLDER, JOURNAL, LACKING):
        if (target / RESTORING / name).exists():
            (target / RESTORING / name).rename(target / name)
    sync_folder(aside)
    (target / RESTORING).rmdir()
    sync_folder(target)
    (target / UNFINISHED).unlink()
    sync_folder(target)

"""A second copy of what is neither sealed nor in the journal: columns that came at once, and what is older than both.

It stands in the journal's folder and takes the place of all records before it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from openvoy.store import tables
from openvoy.store.catalog import Key, month_folder
from openvoy.store.disk import fault_of
from openvoy.store.faults import StoreFault
from openvoy.store.ledger import UNJOURNALED, Ledger
from openvoy.store.sealing import build_told, read_manifest, write_manifest, write_part

MONTH = "base"
"""In the place of a month: a base holds rows of several."""


def bases(folder: Path) -> list[Path]:
    """The finished bases of a journal's folder, oldest first."""
    return [found for found in find_bases(folder) if _is_finished(found)]


def find_bases(folder: Path) -> list[Path]:
    """All bases of a journal's folder, oldest first, finished or not."""
    return sorted(folder.glob("base-*"))


def _is_finished(base: Path) -> bool:
    try:
        read_manifest(month_folder(base, MONTH))
    except StoreFault:
        return False
    return True


def number_of(base: Path) -> int:
    """The last record of the journal that a base has seen."""
    return int(base.name.split("-")[1])


def write_base(ledger: Ledger, folder: Path) -> None:
    """Write down all rows that are not sealed, and remove what this makes superfluous; raise StorageError."""
    base = folder / f"base-{ledger.applied:012d}-{len(list(folder.glob('base-*'))):02d}"
    sealed = ledger.shared.catalog.parts
    try:
        shutil.rmtree(base, ignore_errors=True)
        month_folder(base, MONTH).mkdir(mode=0o700, parents=True)
        parts = []
        for table in tables.SEALED:
            months = ", ".join(f"'{key.month}'" for key in sealed if key.table == table.name) or "''"
            within = f"strftime({table.name}.time, '%Y-%m') NOT IN ({months})"
            if ledger.session.rows(f"SELECT 1 FROM {table.name} WHERE {within} LIMIT 1"):
                parts.append(write_part(ledger.session, within, (base, Key(table.name, MONTH), 1)))
        write_manifest(month_folder(base, MONTH), parts, build_told(ledger))
        with ledger.transaction(ledger.applied):
            ledger.session.run("DELETE FROM meta WHERE key = ?", [UNJOURNALED])
        for older in folder.glob("base-*"):
            if older != base:
                shutil.rmtree(older)
    except OSError as error:
        raise fault_of(error, f"History: {base} cannot be written") from error


def is_due(ledger: Ledger) -> bool:
    """Whether there are rows that are in no second place."""
    return bool(ledger.session.rows("SELECT 1 FROM meta WHERE key = ?", [UNJOURNALED]))

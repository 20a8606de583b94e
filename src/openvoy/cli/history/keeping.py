"""Energies that are about to be replaced, kept in a file beside the history."""

from __future__ import annotations

import contextlib
import csv
import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, fields
from datetime import datetime
from pathlib import Path

from openvoy.errors import StorageError
from openvoy.model.records import EnergyRecord


@contextlib.contextmanager
def keeping_rows(
    folder: Path, gateway: str, now: datetime
) -> Iterator[tuple[Path, Callable[[Sequence[EnergyRecord]], None]]]:
    """Give a file and what writes rows to it as compressed CSV; it is there once all are. Raises StorageError."""
    path = folder / "replaced" / f"energy-{gateway}-{now:%Y%m%dT%H%M%SZ}.csv.gz"
    made = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(exist_ok=True)
        with gzip.open(made, "wt", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(field.name for field in fields(EnergyRecord))
            yield path, lambda rows: writer.writerows(map(astuple, rows))
        made.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error}", hint="Make room or give rights, then try again."
        ) from error

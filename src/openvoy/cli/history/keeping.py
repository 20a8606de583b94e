"""Energies that are about to be replaced, kept in a file beside the history."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import datetime
from pathlib import Path

from openvoy.errors import StorageError
from openvoy.model.records import EnergyRecord


def write_rows(folder: Path, gateway: str, rows: Sequence[EnergyRecord], now: datetime) -> Path:
    """Write rows as compressed CSV; give the file. Raises StorageError."""
    path = folder / "replaced" / f"energy-{gateway}-{now:%Y%m%dT%H%M%SZ}.csv.gz"
    try:
        path.parent.mkdir(exist_ok=True)
        with gzip.open(path, "wt", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(field.name for field in fields(EnergyRecord))
            writer.writerows(map(astuple, rows))
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error}", hint="Make room or give rights, then try again."
        ) from error
    return path

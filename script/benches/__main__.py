"""Runs benchmarks, prints a table for each and writes all rows as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

import benches
from benches import Row, UnmeasurableError, only

COLUMNS = ("figure", "value", "unit", "peer", "peer_value", "ratio", "bound", "ok")


def main() -> int:
    """Return the exit code: 1 if a bound does not hold."""
    known = sorted(module.name for module in pkgutil.iter_modules(benches.__path__) if not module.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure, side by side with peers in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(known)}; all if none is named")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    parser.add_argument(
        "--only", action="append", default=[], metavar="TEXT", help="of store: peers and views whose name has this"
    )
    arguments = parser.parse_args()
    only.extend(arguments.only)
    if unknown := set(arguments.names) - set(known):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    rows = [row for name in arguments.names or known for row in _run(name)]
    if arguments.json is not None:
        arguments.json.write_text(json.dumps([_plain(row) for row in rows], indent=2) + "\n")
    missed = [row for row in rows if row.ok is False]
    for row in missed:
        beside = f" beside {row.peer}" if row.peer else ""
        found = f"{_cell(row.value)} {row.unit}".strip() if row.ratio is None else f"ratio {_cell(row.ratio)}"
        sys.stderr.write(f"script/bench: MISSED {row.figure}{beside}: {found}, bound {row.bound}\n")
    return int(bool(missed))


def _run(name: str) -> Sequence[Row]:
    sys.stderr.write(f"script/bench: {name}\n")
    try:
        rows: Sequence[Row] = importlib.import_module(f"benches.{name}").run()
    except UnmeasurableError as error:
        sys.stderr.write(f"script/bench: SKIPPED {name}: {error}\n")
        return ()
    print(f"\n{name}")
    _print([COLUMNS, *([_cell(value) for value in _plain(row).values()] for row in rows)])
    return rows


def _plain(row: Row) -> dict[str, object]:
    return {column: getattr(row, column) for column in COLUMNS}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _print(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    sys.stdout.flush()


sys.exit(main())

"""Writes the generated pages, or with --check tells which are not up to date."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from openvoy.testing.captures import captures_folder
from reference.pages import NOTICE, OTHERS, PAGES, compare, write

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def main() -> int:
    """Return the exit code: 1 where --check finds a page that is not up to date."""
    parser = argparse.ArgumentParser(prog="script/docs", description="Write the generated documents in docs/reference.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is not up to date")
    is_check = parser.parse_args().check
    stale = []
    texts = {FOLDER / name: NOTICE + render() for name, render in PAGES.items()}
    texts |= {FOLDER.parents[1] / path: render() for path, render in OTHERS.items()}
    for file, text in texts.items():
        if diff := compare(file, text):
            stale.append(file.name)
            if is_check:
                sys.stderr.write(f"{diff}\n")
            else:
                write(file, text)
    if not is_check:
        stale += _write_recorded()
    if is_check and stale:
        sys.stderr.write(f"script/docs: not up to date: {', '.join(stale)}. Run script/docs, commit what it writes.\n")
    elif not is_check:
        sys.stderr.write(f"script/docs: written: {', '.join(stale) or 'nothing, all pages are up to date'}\n")
    return int(is_check and bool(stale))


def _write_recorded() -> list[str]:
    """Write the page that needs recordings of gateways; without them it stays, and a test checks it where they are."""
    folder = captures_folder(FOLDER.parents[1])
    if not folder.is_dir():
        sys.stderr.write(f"script/docs: SKIPPED pyenphase.md: no recordings in {folder.name}\n")
        return []
    pyenphase = importlib.import_module("reference.pyenphase")
    text = NOTICE + pyenphase.render(folder)
    if not compare(FOLDER / "pyenphase.md", text):
        return []
    write(FOLDER / "pyenphase.md", text)
    return ["pyenphase.md"]


sys.exit(main())

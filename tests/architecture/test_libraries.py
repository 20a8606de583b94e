"""One file names a third-party library, so that one file changes when the library does.

The table of dependencies in docs/architecture.md says which file that is, and why where it is more than one.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping

import pytest

from tests.architecture.tree import ROOT, Module, expect_none, imports, is_third_party, modules, sample

Homes = Mapping[str, tuple[str, ...]]
"""By library the only files that may name it, relative to `src/openvoy`; a folder ends with a slash."""


def parse_homes(page: str) -> dict[str, tuple[str, ...]]:
    """Read the table `| library | named in | … |` below the heading "Dependencies"."""
    section = page.partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return {row[0].strip(" `"): tuple(re.findall(r"`([^`]+)`", row[1])) for row in rows}


def homes() -> Homes:
    return parse_homes((ROOT / "docs" / "architecture.md").read_text())


def _libraries(module: Module) -> Iterator[tuple[str, str]]:
    for found in imports(module):
        library = found.module.partition(".")[0]
        if is_third_party(library):
            yield library, found.at


def _is_home(home: str, file: str) -> bool:
    return file.startswith(home) if home.endswith("/") else file == home


def library_violations(sources: Iterable[Module], homes: Homes) -> Iterator[str]:
    for module in sources:
        file = module.path.removeprefix("src/openvoy/")
        for library, place in _libraries(module):
            if library not in homes:
                yield f"{place}: {library} is not in the table of dependencies"
            elif not any(_is_home(home, file) for home in homes[library]):
                yield f"{place}: only {', '.join(homes[library])} may name {library}"


def unused_homes(sources: Iterable[Module], homes: Homes) -> list[str]:
    used = {
        (library, module.path.removeprefix("src/openvoy/")) for module in sources for library, _ in _libraries(module)
    }
    return [
        f"{home} does not name {library}"
        for library, places in homes.items()
        for home in places
        if not any(name == library and _is_home(home, file) for name, file in used)
    ]


def declared_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[\[<>=!~; ]", requirement)[0].replace("-", "_") for group in groups for requirement in group}
    return names - {"openvoy"}


def test_one_file_names_a_library() -> None:
    expect_none(library_violations(modules(), homes()))


def test_the_table_names_no_file_in_vain() -> None:
    expect_none(unused_homes(modules(), homes()))


def test_every_dependency_is_in_the_table() -> None:
    assert declared_dependencies() - set(homes()) == set()


@pytest.mark.parametrize(
    "source", ["import duckdb", "from duckdb import connect", "def f():\n    import duckdb.typing", "import requests"]
)
def test_a_library_outside_its_file_is_found(source: str) -> None:
    table = {"duckdb": ("store/database.py",)}
    assert len(list(library_violations([sample(source, "openvoy.web.history")], table))) == 1
    assert list(library_violations([sample("import duckdb", "openvoy.store.database")], table)) == []


def test_a_folder_can_be_a_home() -> None:
    table = {"numpy": ("virtual/site/",)}
    assert list(library_violations([sample("import numpy as np", "openvoy.virtual.site.sun")], table)) == []
    assert len(list(library_violations([sample("import numpy as np", "openvoy.virtual.server")], table))) == 1


def test_an_empty_home_is_found() -> None:
    table = {"duckdb": ("store/database.py", "store/archive.py"), "tzdata": ()}
    assert unused_homes([sample("import duckdb", "openvoy.store.database")], table) == [
        "store/archive.py does not name duckdb"
    ]


def test_the_table_is_read() -> None:
    table = ["| library | named in | why |", "|---|---|---|", "| `a` | `x.py`, `y/` | `z` |"]
    page = "\n".join(["", "## Dependencies", *table, "", "## Next", "| `b` | `x` |"])
    assert parse_homes(page) == {"a": ("x.py", "y/")}


@pytest.mark.parametrize(
    ("what", "unneeded"),
    [
        ("openvoy.cli.config", {"aiohttp", "duckdb", "litestar"}),
        ("openvoy.web.access", {"aiohttp", "duckdb", "litestar", "uvicorn"}),
        ("openvoy.store", {"aiohttp", "litestar"}),
    ],
)
def test_a_command_loads_no_library_it_does_not_need(what: str, unneeded: set[str]) -> None:
    """Each takes 0.1 to 0.4 s, several times that on a small computer, at every command."""
    script = f"import sys, {what}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert unneeded & set(done.stdout.split()) == set()

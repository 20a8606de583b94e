"""The sources of the project as the guards read them."""

from __future__ import annotations

import ast
import functools
import gc
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "openvoy"

NOTES: pytest.StashKey[list[str]] = pytest.StashKey()
"""What is bigger than is good; conftest.py prints it under the results."""

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Module:
    """One Python source file."""

    name: str
    """Dotted, such as `openvoy.client.gateway`; `openvoy.client` for the package itself."""
    path: str
    """Relative to the repository."""
    source: str
    tree: ast.Module
    is_package: bool = False

    @functools.cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All that the source consists of, walked through once for all guards."""
        return tuple(ast.walk(self.tree))

    @property
    def package(self) -> str:
        """The first name below `openvoy`, "" for `openvoy` itself."""
        return self.name.partition(".")[2].partition(".")[0]

    def at(self, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
        """Where `node` is, for a message."""
        return f"{self.path}:{node.lineno}"


def sample(source: str, name: str = "openvoy.sample") -> Module:
    """Build a module from an inline source."""
    source = textwrap.dedent(source)
    return Module(name, f"src/{name.replace('.', '/')}.py", source, ast.parse(source))


@functools.cache
def modules() -> tuple[Module, ...]:
    """All modules of the package."""
    return _load(PACKAGE, "openvoy")


@functools.cache
def modules_of_tests() -> tuple[Module, ...]:
    """All modules of the tests."""
    return _load(ROOT / "tests", "tests")


def _load(folder: Path, name: str) -> tuple[Module, ...]:
    """Read what stays until the tests end, and which the garbage collector therefore never needs to look through."""
    gc.disable()
    try:
        loaded = tuple(_read(folder, name))
        gc.freeze()
    finally:
        gc.enable()
    return loaded


def _read(folder: Path, name: str) -> Iterator[Module]:
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        dotted = ".".join((name, *(parts[:-1] if is_package else parts)))
        source = path.read_text()
        yield Module(dotted, str(path.relative_to(ROOT)), source, ast.parse(source), is_package)


@functools.cache
def tracked_texts() -> tuple[tuple[str, str], ...]:
    """Path and text of every file that git tracks and that is text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(_texts(ROOT / name for name in listed.split("\0") if name))


def _texts(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        try:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # an image, or a file that is being removed


def functions(module: Module) -> Iterator[AnyFunction]:
    """All functions, nested ones too."""
    return (node for node in module.nodes if isinstance(node, AnyFunction))


def dotted_name(node: ast.expr) -> str:
    """`a.b.c` of an attribute or name, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        holder = dotted_name(node.value)
        return f"{holder}.{node.attr}" if holder else ""
    return dotted_name(node.func) if isinstance(node, ast.Call) else ""


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, and the name taken from it, if one is."""

    module: str
    name: str
    at: str


def imports(module: Module) -> Iterator[Import]:
    """All imports, those for types only and those by `import_module("…")` too."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, "", module.at(node)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(module, node)
            yield from (Import(source, alias.name, module.at(node)) for alias in node.names)
        elif isinstance(node, ast.Call) and dotted_name(node.func).endswith(("import_module", "__import__")):
            constant = node.args[0] if node.args else None
            if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                yield Import(constant.value, "", module.at(node))


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".") + ([""] if module.is_package else [])
    return ".".join(filter(None, [*parts[: -node.level], node.module or ""]))


def is_third_party(library: str) -> bool:
    """Whether a top-level name is neither ours nor Python's."""
    return library not in sys.stdlib_module_names and library not in {"openvoy", "tests"}


def expect_none(violations: Iterable[str]) -> None:
    """Fail with one line for each violation."""
    found = list(violations)
    if found:
        pytest.fail("\n".join(found), pytrace=False)

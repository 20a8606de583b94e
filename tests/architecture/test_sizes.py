"""Sizes that good houses keep: noted at the first, failed at the second."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from tests.architecture.tree import (
    NOTES,
    AnyFunction,
    Module,
    expect_none,
    functions,
    modules,
    modules_of_tests,
    sample,
    tracked_texts,
)

IGNORED_TOKENS = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)
"""Statements only: `None if a is None else a.b` is how Python passes on what was not said."""


@dataclass(frozen=True, slots=True)
class Size:
    """What something measures and may measure."""

    place: str
    what: str
    value: int
    good: int
    most: int


def module_sizes(module: Module, *, function_good: int, function_most: int) -> Iterator[Size]:
    if not _is_table(module):
        yield Size(module.path, "lines", len(module.source.splitlines()), 300, 500)
    code_lines = _code_lines(module)
    for function in functions(module):
        place = f"{module.path}:{function.name}"
        length = len(code_lines & _body_lines(function))
        yield Size(place, "code lines", length, function_good, function_most)
        yield Size(place, "branches", _branches(function), 8, 10)
        yield Size(place, "positional parameters", _positional(function), 5, 5)


def _is_table(module: Module) -> bool:
    """Whether a file holds nothing but constants, which are free."""
    free = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Expr)
    return all(isinstance(statement, free) for statement in module.tree.body)


def _code_lines(module: Module) -> set[int]:
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(module.source).readline):
        if token.type not in IGNORED_TOKENS:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines


def _body_lines(function: AnyFunction) -> set[int]:
    """Lines of the body, docstring excluded."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return set(range(body[0].lineno, (function.end_lineno or 0) + 1)) if body else set()


def _branches(function: AnyFunction) -> int:
    return sum(isinstance(node, BRANCHES) for node in ast.walk(function))


def _positional(function: AnyFunction) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len([name for name in names if name not in {"self", "cls"}])


def all_sizes() -> Iterator[Size]:
    for module in modules():
        yield from module_sizes(module, function_good=30, function_most=50)
    for module in modules_of_tests():
        yield from module_sizes(module, function_good=30, function_most=60)
    for path, text in tracked_texts():
        lines = len(text.splitlines())
        if path.startswith("tests/golden/"):
            yield Size(path, "lines", lines, 200, 500)
        elif path.startswith("ui/src/") and path.endswith((".ts", ".svelte")):
            yield Size(path, "lines", lines, 300, 500)


def too_big(sizes: Iterable[Size]) -> list[str]:
    return [f"{size.place}: {size.value} {size.what}, at most {size.most}" for size in sizes if size.value > size.most]


def test_nothing_is_too_big(request: pytest.FixtureRequest) -> None:
    sizes = list(all_sizes())
    request.config.stash[NOTES].extend(
        f"{size.place}: {size.value} {size.what}, better {size.good}" for size in sizes if size.good < size.value
    )
    expect_none(too_big(sizes))


BIG = {
    "lines": "def f():\n    pass\n" + "\n" * 500,
    "code lines": "def f():\n" + "    a = 1\n" * 51,
    "branches": "def f(a):\n" + "    if a:\n        pass\n" * 11,
    "positional parameters": "def f(a, b, c, /, d, e, g): ...\n",
}


@pytest.mark.parametrize("what", BIG)
def test_what_is_too_big_is_found(what: str) -> None:
    sizes = module_sizes(sample(BIG[what]), function_good=30, function_most=50)
    assert [size.what for size in sizes if size.value > size.most] == [what]


def test_docstrings_comments_and_tables_are_free() -> None:
    documented = (
        'def f():\n    """First.\n' + "\n    More.\n" * 60 + '    """\n' + "    # why\n" * 60 + "    return 1\n"
    )
    table = "A = [\n" + "    1,\n" * 600 + "]\n"
    sizes = [
        size for text in (documented, table) for size in module_sizes(sample(text), function_good=1, function_most=2)
    ]
    assert too_big(sizes) == []


def test_keyword_parameters_and_self_are_free() -> None:
    sizes = module_sizes(sample("def f(self, a, b, c, d, e, *, g, h): ..."), function_good=1, function_most=1)
    assert too_big(sizes) == []

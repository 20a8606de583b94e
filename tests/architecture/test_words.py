"""Names say unit, sign and what a function does; the vendor's words stay in the protocol and the virtual gateway."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.architecture.tree import ROOT, AnyFunction, Module, expect_none, functions, modules, sample

PAGE = (ROOT / "docs" / "units-and-signs.md").read_text()


def parse_words(page: str, heading: str) -> set[str]:
    """Read the words in backticks below a heading, those of a table from its first column."""
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| `_(\w+)` \|", section, re.MULTILINE)
    return set(first_cells or re.findall(r"`(\w+)`", section))


UNITS = parse_words(PAGE, "Suffixes")
UNITLESS = parse_words(PAGE, "Numbers without a unit")

FORBIDDEN_VERBS = ("get_", "async_")
PURE_VERBS = ("parse_", "render_", "build_")
AWAITING_VERBS = ("fetch_", "send_")
BOOLEAN_VERBS = ("is_", "has_", "supports_")
YES_OR_NO = {"bool", "bool | None", "Mask"}
"""`Mask` is an array of answers."""

VENDOR = re.compile(r"enphase|encharge|enpower|ensemble|envoy(?!.?error)|acb|_eim|eim_|_pcu|pcu_|_esub", re.IGNORECASE)
VENDOR_FREE = {"model", "ports", "store", "exporters", "collector", "web"}


def unit_violations(sources: Iterable[Module]) -> Iterator[str]:
    for module in sources:
        if module.package in {"units", "codec"}:
            continue  # converters take any number
        for place, name, annotation in [*_numeric_fields(module), *_numeric_parameters(module)]:
            counts_things = name.endswith("s") and "int" in annotation
            if not counts_things and not _says_unit(name):
                yield f"{place}: {name} is a number without a unit; docs/units-and-signs.md has the suffixes"


def _says_unit(name: str) -> bool:
    words = name.strip("_").lower().split("_")
    return words[-1] in UNITS | UNITLESS or (len(words) > 1 and "per" in words)


def _numeric_fields(module: Module) -> Iterator[tuple[str, str, str]]:
    if module.package not in {"model", "ports"}:
        return
    for node in module.nodes:
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if (
                    isinstance(item, ast.AnnAssign)
                    and isinstance(item.target, ast.Name)
                    and _is_number(item.annotation)
                ):
                    yield module.at(item), item.target.id, ast.unparse(item.annotation)


def _numeric_parameters(module: Module) -> Iterator[tuple[str, str, str]]:
    for function in functions(module):
        if not function.name.startswith("_"):
            arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
            for argument in arguments:
                if argument.annotation is not None and _is_number(argument.annotation):
                    yield module.at(function), argument.arg, ast.unparse(argument.annotation)


def _is_number(annotation: ast.expr) -> bool:
    """Whether an annotation is a number, or a number or None."""
    return set(ast.unparse(annotation).strip("'\"").split(" | ")) - {"None"} in ({"int"}, {"float"}, {"int", "float"})


def verb_violations(sources: Iterable[Module]) -> Iterator[str]:
    for module in sources:
        for function in functions(module):
            if problem := _verb_problem(function):
                yield f"{module.at(function)}: {function.name} {problem}"


def _verb_problem(function: AnyFunction) -> str:
    name = function.name.lstrip("_")
    is_async = isinstance(function, ast.AsyncFunctionDef)
    returns = "" if function.returns is None else ast.unparse(function.returns)
    if name.startswith(FORBIDDEN_VERBS):
        return "says neither what it does nor to whom; docs/units-and-signs.md has the verbs"
    if name.startswith(PURE_VERBS) and is_async:
        return "is pure by its name, but awaits"
    if (
        name.startswith(AWAITING_VERBS)
        and not is_async
        and not returns.startswith(("Awaitable", "Coroutine", "AsyncIterator"))
    ):
        return "awaits a gateway by its name, but is not async"
    if (
        name.startswith(BOOLEAN_VERBS)
        and returns not in {"bool", "TypeGuard", "bool | None"}
        and "TypeIs" not in returns
    ):
        return "asks yes or no, but does not return bool"
    return ""


def vendor_violations(sources: Iterable[Module]) -> Iterator[str]:
    for module in sources:
        if module.package in VENDOR_FREE:
            for place, name in _identifiers(module):
                if VENDOR.search(name):
                    yield f"{place}: {name} is a word of the vendor"


def _identifiers(module: Module) -> Iterator[tuple[str, str]]:
    for node in module.nodes:
        if isinstance(node, ast.Name):
            yield module.at(node), node.id
        elif isinstance(node, ast.Attribute):
            yield module.at(node), node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield module.at(node), node.name
        elif isinstance(node, ast.arg):
            yield f"{module.path}:{node.lineno}", node.arg


def test_numbers_say_their_unit() -> None:
    expect_none(unit_violations(modules()))


def test_functions_say_what_they_do() -> None:
    expect_none(verb_violations(modules()))


def test_vendor_words_stay_below() -> None:
    expect_none(vendor_violations(modules()))


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    power: float | None = None",
        "class A:\n    energy_kilo: int",
        "def f(timeout: float) -> None: ...",
        "async def f(*, age: int | None = None) -> None: ...",
    ],
)
def test_a_number_without_unit_is_found(source: str) -> None:
    assert len(list(unit_violations([sample(source, "openvoy.model.a")]))) == 1


def test_units_counts_and_ratios_are_not() -> None:
    names = "power_w: float | None", "price_per_kwh: float", "phase_count: int", "name: str", "is_on: bool"
    source = "class A:" + "".join(f"\n    {name}" for name in names)
    assert list(unit_violations([sample(source, "openvoy.model.a")])) == []


@pytest.mark.parametrize(
    "source",
    [
        "def get_power(): ...",
        "async def async_read(): ...",
        "async def parse_page(): ...",
        "def fetch_info(): ...",
        "def _send_all(): ...",
        "def is_on() -> int: ...",
        "class A:\n    @property\n    def has_ct(self): ...",
    ],
)
def test_a_wrong_verb_is_found(source: str) -> None:
    assert len(list(verb_violations([sample(source)]))) == 1


@pytest.mark.parametrize(
    "source", ["encharge = 1", "def f(enpower_serial): ...", "class AcbRow: ...", "a.ensemble.b = 1"]
)
def test_a_vendor_word_is_found(source: str) -> None:
    assert len(list(vendor_violations([sample(source, "openvoy.store.a")]))) == 1
    assert list(vendor_violations([sample(source, "openvoy.protocol.a")])) == []


def test_the_errors_may_be_caught_anywhere() -> None:
    assert list(vendor_violations([sample("raise OpenvoyError", "openvoy.store.a")])) == []


def test_the_vocabulary_is_read() -> None:
    page = "\n## A\n\nWords: `count`, `limit`.\n\n## B\n| suffix | unit |\n| `_w` | `watt` |\n"
    assert parse_words(page, "A") == {"count", "limit"}
    assert parse_words(page, "B") == {"w"}

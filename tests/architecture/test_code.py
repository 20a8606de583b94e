"""Habits of the code: one broad except, no invented zeros, no stubs, few patches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import pytest

from tests.architecture.tree import Module, dotted_name, expect_none, functions, modules, modules_of_tests, sample

SUPERVISOR = "openvoy.collector.supervisor"
PATCHES = {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "PropertyMock", "create_autospec"}
PATCHING = ("patch", "patch.object", "patch.dict", "monkeypatch.setattr", "monkeypatch.setitem", "mocker.patch")
MOST_PATCHES_PCT = 5


def broad_excepts(sources: Iterable[Module]) -> Iterator[tuple[Module, str]]:
    for module in sources:
        for node in module.nodes:
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
                yield module, module.at(node)
            elif isinstance(node, ast.Call) and dotted_name(node.func).endswith("suppress"):
                yield from ((module, module.at(node)) for caught in node.args if _is_broad(caught))


def _is_broad(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_is_broad, caught.elts))
    return caught is None or dotted_name(caught) in {"Exception", "BaseException", "builtins.Exception"}


def broad_except_violations(sources: Iterable[Module]) -> Iterator[str]:
    seen_in_supervisor = False
    for module, place in broad_excepts(sources):
        if module.name != SUPERVISOR or seen_in_supervisor:
            yield f"{place}: catch what can be handled; one broad except exists, in the supervisor"
        seen_in_supervisor |= module.name == SUPERVISOR


def invented_zeros(sources: Iterable[Module]) -> Iterator[str]:
    for module in sources:
        for node in module.nodes:
            if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and _is_zero(node.values[-1]):
                yield f"{module.at(node)}: `or 0` turns what was not said into 0"
            elif isinstance(node, ast.AnnAssign) and "None" in ast.unparse(node.annotation) and _is_zero(node.value):
                yield f"{module.at(node)}: the default of what may be None is None, not 0"


def _is_zero(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in {int, float} and not node.value


def stubs(sources: Iterable[Module]) -> Iterator[str]:
    for module in sources:
        for node in module.nodes:
            if isinstance(node, ast.Raise) and node.exc is not None and dotted_name(node.exc) == "NotImplementedError":
                yield f"{module.at(node)}: a stub"


def count_patches(sources: Iterable[Module]) -> int:
    return sum(
        isinstance(node, ast.Call) and (_last(node) in PATCHES or dotted_name(node.func).endswith(PATCHING))
        for module in sources
        for node in module.nodes
    )


def _last(call: ast.Call) -> str:
    return dotted_name(call.func).rpartition(".")[2]


def count_tests(sources: Iterable[Module]) -> int:
    return sum(function.name.startswith("test_") for module in sources for function in functions(module))


def test_one_broad_except() -> None:
    expect_none(broad_except_violations(modules()))


def test_no_invented_zeros() -> None:
    expect_none(invented_zeros(modules()))


def test_no_stubs() -> None:
    expect_none(stubs(modules()))


def test_few_patches() -> None:
    patches, tests = count_patches(modules_of_tests()), count_tests(modules_of_tests())
    assert patches * 100 <= MOST_PATCHES_PCT * tests, f"{patches} patches in {tests} tests"


@pytest.mark.parametrize("caught", ["", " Exception", " BaseException as error", " (ValueError, Exception)"])
def test_a_broad_except_is_found(caught: str) -> None:
    source = f"try:\n    f()\nexcept{caught}:\n    pass"
    assert len(list(broad_except_violations([sample(source)]))) == 1
    assert list(broad_except_violations([sample(source, SUPERVISOR)])) == []
    assert len(list(broad_except_violations([sample(f"{source}\n{source}", SUPERVISOR)]))) == 1


def test_a_broad_suppress_is_found() -> None:
    source = "import contextlib\nwith contextlib.suppress(Exception):\n    f()"
    assert len(list(broad_except_violations([sample(source)]))) == 1
    assert list(broad_except_violations([sample("try:\n    f()\nexcept ValueError:\n    pass")])) == []


@pytest.mark.parametrize("source", ["a = b or 0", "a = b or c or 0.0", "class A:\n    power_w: float | None = 0.0"])
def test_an_invented_zero_is_found(source: str) -> None:
    assert len(list(invented_zeros([sample(source, "openvoy.model.a")]))) == 1


@pytest.mark.parametrize(
    "source", ["a = b or 1", "a = b or ''", "class A:\n    is_on: bool = False\n    spent_s: float = 0.0"]
)
def test_other_ors_and_defaults_are_not(source: str) -> None:
    assert list(invented_zeros([sample(source)])) == []


def test_a_stub_is_found() -> None:
    assert len(list(stubs([sample("def f():\n    raise NotImplementedError('later')")]))) == 1


def test_patches_and_tests_are_counted() -> None:
    source = """
        def test_a(monkeypatch):
            monkeypatch.setattr("a.b", 1)
            with mock.patch("c.d"), patch.object(e, "f"):
                g = mock.AsyncMock()
        async def test_b(): ...
        def helper(): ...
    """
    assert count_patches([sample(source)]) == 4
    assert count_tests([sample(source)]) == 2

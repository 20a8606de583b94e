"""Every endpoint is declared once and says what each member of its bodies means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, get_args, get_type_hints

import pytest

from openvoy.codec import WireStruct, doc
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.registry import REGISTRY
from tests.architecture.tree import ROOT, expect_none

NUMBERS = {int, float}
REFERENCE = ROOT / "docs" / "reference" / "endpoints.md"


def member_violations(structs: Iterable[type[WireStruct]]) -> Iterator[str]:
    for struct in structs:
        for name, hint in get_type_hints(struct, include_extras=True).items():
            notes = getattr(hint, "__metadata__", ())
            if not any(note.description and note.extra is not None and "unit" in note.extra for note in notes):
                yield f"{struct.__name__}.{name}: doc(unit, meaning) is missing"
            elif not struct.__doc__:
                yield f"{struct.__name__}: no docstring"


def structs_of(shape: Any) -> Iterator[type[WireStruct]]:
    if isinstance(shape, type) and issubclass(shape, WireStruct):
        yield shape
        for hint in get_type_hints(shape).values():
            yield from structs_of(hint)
    else:
        for inner in get_args(shape):
            yield from structs_of(inner)


def all_structs() -> set[type[WireStruct]]:
    return {found for item in REGISTRY.values() for shape in (item.reply, item.request) for found in structs_of(shape)}


def endpoint_violations(endpoints: Iterable[Endpoint[Any]], page: str) -> Iterator[str]:
    for endpoint in endpoints:
        if f"\n## {endpoint.name}\n" not in page:
            yield f"{endpoint.name}: not in docs/reference/endpoints.md; run script/docs"
        if not endpoint.summary.endswith("."):
            yield f"{endpoint.name}: the summary is one sentence"


def test_every_member_has_unit_and_meaning() -> None:
    expect_none(member_violations(all_structs()))


def test_every_endpoint_is_documented() -> None:
    expect_none(endpoint_violations(REGISTRY.values(), REFERENCE.read_text()))


class Good(WireStruct):
    """A struct."""

    power_w: Annotated[float | None, doc("W", "power")] = None


class Undocumented(WireStruct):
    """A struct with a bare member."""

    power_w: float | None = None


class Meaningless(WireStruct):
    """A struct whose member means nothing."""

    power_w: Annotated[float | None, doc("W", "")] = None


@pytest.mark.parametrize("struct", [Undocumented, Meaningless])
def test_a_member_without_meaning_is_found(struct: type[WireStruct]) -> None:
    assert len(list(member_violations([struct]))) == 1
    assert list(member_violations([Good])) == []


def test_structs_are_found_inside() -> None:
    assert list(structs_of(tuple[Good, ...] | dict[str, Undocumented] | None)) == [Good, Undocumented]


def test_an_endpoint_without_words_is_found() -> None:
    some = next(iter(REGISTRY.values()))
    assert len(list(endpoint_violations([some], ""))) == 1

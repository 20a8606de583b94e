from __future__ import annotations

import pytest

from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Outcome, Setting

NUMBER = Argument(name="limit", kind="number", summary="", unit="W", least=0.0, most=5000.0)


@pytest.mark.parametrize(
    ("kind", "given", "parsed"),
    [
        ("flag", "On", True),
        ("flag", False, False),
        ("flag", "no", False),
        ("choice", "BACKUP", "backup"),
        ("text", " Heat pump ", "Heat pump"),
        ("text", "", ""),
        ("time", "9:05", "09:05"),
        ("time", "23:59", "23:59"),
        ("json", '{ "a" : [1.0, 2.5] }', '{"a":[1,2.5]}'),
    ],
)
def test_values_of_each_kind(kind: str, given: Setting, parsed: Setting) -> None:
    argument = Argument(name="a", kind=kind, summary="", choices=("savings", "backup"))  # type: ignore[arg-type]
    assert argument.parse(given) == parsed


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("flag", "perhaps"),
        ("flag", None),
        ("choice", "turbo"),
        ("text", "a\x00b"),
        ("time", "24:00"),
        ("time", "9"),
        ("json", "{"),
    ],
)
def test_what_is_no_value_is_refused_with_what_is_one(kind: str, given: Setting) -> None:
    argument = Argument(name="a", kind=kind, summary="", choices=("savings", "backup"))  # type: ignore[arg-type]
    with pytest.raises(ConfigError) as refused:
        argument.parse(given)
    assert argument.accepts in refused.value.hint


@pytest.mark.parametrize(("given", "number"), [("3000", 3000.0), ("3000 W", 3000.0), (0, 0.0), (12.5, 12.5)])
def test_numbers_may_have_their_unit(given: Setting, number: float) -> None:
    assert NUMBER.parse(given) == number


@pytest.mark.parametrize("given", ["-1", "5000.1", "nan", "inf", "3 kW", "", None, True])
def test_numbers_keep_their_bounds(given: Setting) -> None:
    with pytest.raises(ConfigError, match="cannot be limit"):
        NUMBER.parse(given)
    assert NUMBER.accepts == "a number from 0 to 5000 W"


def test_good_outcomes_are_those_that_are_or_will_be_so() -> None:
    assert {outcome for outcome in Outcome if outcome.is_good} == {
        Outcome.UNCHANGED,
        Outcome.TOOK_EFFECT,
        Outcome.PENDING,
    }

from __future__ import annotations

import shlex

import pytest

from openvoy.errors import ConfigError
from openvoy.protocol.control import Control, like
from openvoy.protocol.control_registry import CONTROLS, find_control
from openvoy.protocol.endpoint import Role


@pytest.mark.parametrize("control", CONTROLS.values(), ids=lambda control: control.name)
def test_each_control_is_declared_as_all_the_others(control: Control) -> None:
    subject, _, setting = control.name.partition(".")
    assert subject
    assert setting
    assert control.summary.endswith(".")
    assert not control.risk or control.risk.endswith(".")
    assert (control.family == "provision") <= (control.role > Role.OWNER)
    assert control.role in {Role.OWNER, Role.PROVISIONING, Role.SUPPORT, Role.INSTALLER}
    assert sum(argument.is_target for argument in control.arguments) <= 1
    assert {argument.name for argument in control.arguments if argument.is_target and not argument.is_required} == set()
    for argument in control.arguments:
        assert argument.summary.endswith(".")
        assert argument.kind != "choice" or argument.choices


@pytest.mark.parametrize("control", CONTROLS.values(), ids=lambda control: control.name)
def test_each_example_can_be(control: Control) -> None:
    words = shlex.split(control.example)
    options = {words[at][2:]: words[at + 1] for at, word in enumerate(words) if word.startswith("--")}
    plain = [word for at, word in enumerate(words) if not word.startswith("--") and words[at - 1][:2] != "--"]
    required = [argument.name for argument in control.arguments if argument.is_required]
    given = {**dict(zip(required, plain, strict=True)), **options}
    known = {argument.name: argument for argument in control.arguments}
    contents = {name: "cGFja2FnZQ==" for name, argument in known.items() if argument.kind == "file"}
    given = {**given, **contents}  # the command line reads a file by its name
    parsed = {name: known[name].parse(value) for name, value in given.items()}
    assert control.is_action or control.wishes(parsed)


def test_an_unknown_control_names_the_nearest() -> None:
    with pytest.raises(ConfigError) as error:
        find_control("battery.modes")
    assert error.value.hint == "Did you mean battery.mode?"


@pytest.mark.parametrize(
    ("raw", "value", "sent"),
    [
        (20.0, 40, "40.0"),
        (20, 40.0, "40"),
        (20, 40.5, "40.5"),
        ("20", 40.0, "'40'"),
        (None, 40.0, "40.0"),
        ("true", False, "'false'"),
        (True, False, "False"),
        (1, True, "True"),
        ("a", "b", "'b'"),
        (True, 1.0, "1.0"),
    ],
)
def test_values_are_written_as_the_gateway_does(raw: object, value: bool | float | str, sent: str) -> None:
    assert repr(like(raw, value)) == sent

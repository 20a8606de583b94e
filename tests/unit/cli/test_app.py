from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import pytest

import openvoy
from openvoy.cli import output
from openvoy.cli.app import INTERRUPTED, JsonFlag, argument, command, group, option, run
from openvoy.errors import ConfigError, CredentialRejected, GatewayTimeout, OpenvoyError, StorageError

group("probe", "Commands of this test.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    street: Annotated[str, option("--street", env="PROBE_STREET", help="Where.")] = "Main"
    number: Annotated[int | None, option("--number", help="Which.")] = None


@command("probe echo")
async def echo(word: Annotated[str, argument(help="What.")], *, place: Place, as_json: JsonFlag = False) -> None:
    """Say it back."""
    logging.getLogger("openvoy.probe").debug("said %s with Bearer abcdefgh12345678", word)
    if as_json:
        output.print_json({"word": word, "street": place.street, "number": place.number})
    else:
        output.print_table("Echo", ["word", "at"], [[word, f"{place.street} {place.number}"]])


@command("probe fail")
def fail(kind: Annotated[str, argument(help="How.")]) -> int | None:
    """Go wrong."""
    if kind == "code":
        return 7
    if kind == "interrupt":
        raise KeyboardInterrupt
    raise FAILURES[kind]("it went wrong", hint="do something: password=hunter2")


FAILURES: dict[str, Callable[..., OpenvoyError]] = {
    "config": ConfigError,
    "late": GatewayTimeout,
    "rejected": CredentialRejected,
    "store": StorageError,
}


def test_a_dataclass_parameter_stands_for_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "echo", "hello", "--street", "Side", "--number", "3", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"word": "hello", "street": "Side", "number": 3}
    assert captured.err == ""


def test_an_option_may_come_from_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_STREET", "Harbour")
    assert run(["probe", "echo", "hello"]) == 0
    assert "Harbour None" in capsys.readouterr().out


@pytest.mark.parametrize(("kind", "code"), [("config", 2), ("late", 3), ("rejected", 4), ("store", 5)])
def test_an_error_is_told_with_its_hint_and_exit_code(kind: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "fail", kind]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "openvoy: it went wrong\n  do something: password=***\n"


def test_a_command_may_choose_its_exit_code() -> None:
    assert run(["probe", "fail", "code"]) == 7


def test_ctrl_c_is_told_by_the_exit_code_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "fail", "interrupt"]) == INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_verbose_logs_to_stderr_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "echo", "hello", "--verbose", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["word"] == "hello"
    assert "said hello with Bearer ***" in captured.err


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["probe", "echo"], ["probe", "echo", "x", "--number", "two"]])
def test_a_wrong_command_line_is_a_usage_error_on_stderr(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Usage: openvoy" in captured.err


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"{openvoy.__version__}\n"
    assert run(["probe", "echo", "--help"]) == 0
    printed = capsys.readouterr().out
    assert "Say it back." in printed
    assert "--street" in printed
    assert "PROBE_STREET" in printed


@pytest.mark.parametrize(
    ("words", "lacking", "example"),
    [
        ("get", "argument 'path'", "openvoy get /"),
        ("capture", "option '--out'", "openvoy capture "),
        ("history sql", "argument 'query'", "openvoy history sql "),
        ("control battery reserve", "argument 'RESERVE'", "openvoy control battery reserve 30 "),
        ("history correct bad-range", "option '--gateway'", "openvoy history correct bad-range --gateway "),
        ("get / --colour", "option: --colour", "openvoy get /"),
    ],
)
def test_a_command_that_is_used_wrongly_shows_how_it_is_used(
    words: str, lacking: str, example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words.split()) == ConfigError.exit_code
    *_, error, told = capsys.readouterr().err.splitlines()
    assert lacking in error
    assert told.startswith(f"For example: {example}")

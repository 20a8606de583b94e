"""Whoever writes a command wrongly is told which was probably meant."""

from __future__ import annotations

import shlex

import pytest

from openvoy.cli.app import run
from openvoy.errors import ConfigError


def told(words: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(shlex.split(words)) == ConfigError.exit_code
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("history verify /srv/openvoy", "history verify --data /srv/openvoy"),
        ("history recompute '/srv/my history' --yes", "history recompute --data '/srv/my history' --yes"),
        ("history correct list 'C:\\openvoy'", "history correct list --data 'C:\\openvoy'"),
        ("history costs 2025-01", "history costs --start 2025-01"),
        ("history export energy days.csv", "history export energy --out days.csv"),
        ("history sql select 1", "history sql 'select 1'"),
        ("run openvoy.toml", "run --config openvoy.toml"),
        ("doctor /etc/openvoy.toml", "doctor --config /etc/openvoy.toml"),
        ("read 192.168.1.5", "read --host 192.168.1.5"),
        ("read envoy.local --json", "read --host envoy.local --json"),
        ("watch https://envoy.local/", "watch --host https://envoy.local/"),
    ],
)
def test_an_argument_that_lacks_its_option(words: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(words, capsys) == f"Did you mean: openvoy {meant}"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("history --data /srv/openvoy verify", "history verify --data /srv/openvoy"),
        ("--data=/srv/openvoy history verify --json", "history verify --json --data=/srv/openvoy"),
        ("--json read", "read --json"),
    ],
)
def test_an_option_before_its_command(words: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(words, capsys) == f"Options come after the command. Did you mean: openvoy {meant}"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("virtual", "'openvoy gateway'?"),
        ("verify", "'openvoy history verify'?"),
        ("control relay open", "'openvoy control grid relay'"),
        ("history virtual", "'openvoy gateway'?"),
        ("login", "'openvoy token fetch'?"),
        ("gatway", "Did you mean 'gateway'?"),
        ("history verfy", "Did you mean 'verify'?"),
    ],
)
def test_a_name_that_is_none(words: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert meant in told(words, capsys)


@pytest.mark.parametrize("words", ["xyzzy", "the", "read envoy", "read --colour", "token --colour show"])
def test_nobody_guesses_where_nothing_is_like_it(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Did you mean" not in told(words, capsys)


def test_secrets_are_not_shown_again(capsys: pytest.CaptureFixture[str]) -> None:
    shown = told("read 192.168.1.5 --token hunter2 --password=swordfish --json", capsys)
    assert shown == "Did you mean: openvoy read --host 192.168.1.5 --token … --password=*** --json"


def test_an_option_without_its_value_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert told("read --host", capsys) == "For example: openvoy read --host envoy.local --token-file home.jwt"

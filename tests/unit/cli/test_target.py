from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from openvoy.cli.folders import data_folder
from openvoy.cli.target import Target, resolve_credentials
from openvoy.errors import ConfigError


def resolve(target: Target, **environ: str) -> tuple[str | None, str | None, str | None]:
    given: Mapping[str, str] = environ
    credentials = resolve_credentials(target, given)
    return credentials.token, credentials.user, credentials.password


def test_nothing_given_is_nothing_known() -> None:
    assert resolve(Target()) == (None, None, None)


def test_the_environment_serves_where_no_option_does() -> None:
    assert resolve(Target(), OPENVOY_TOKEN="t", OPENVOY_PASSWORD="p", OPENVOY_USER="envoy") == ("t", "envoy", "p")
    assert resolve(Target(token="mine"), OPENVOY_TOKEN="t") == ("mine", None, None)


def test_files_hold_secrets(tmp_path: Path) -> None:
    file = tmp_path / "home.jwt"
    file.write_text("  the-token\n")
    assert resolve(Target(token_file=file), OPENVOY_TOKEN="t")[0] == "the-token"
    assert resolve(Target(), OPENVOY_TOKEN_FILE=str(file))[0] == "the-token"
    assert resolve(Target(token="mine"), OPENVOY_TOKEN_FILE=str(file))[0] == "mine"
    assert resolve(Target(user="installer", password_file=file))[2] == "the-token"


def test_a_user_of_this_call_overrules_a_token_of_the_environment() -> None:
    assert resolve(Target(user="envoy"), OPENVOY_TOKEN="t") == (None, "envoy", None)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Target(token="t", token_file=Path("f")), "Both --token and --token-file"),
        (Target(password="p", password_file=Path("f")), "Both --password and --password-file"),
        (Target(token="t", user="envoy"), "Both a token and a user"),
        (Target(token_file=Path("/nowhere/home.jwt")), "home.jwt cannot be read: No such file"),
    ],
)
def test_contradictions_are_told(target: Target, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as told:
        resolve(target)
    assert told.value.hint


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe\x00"])
def test_a_file_without_a_secret_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "home.jwt"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"home\.jwt"):
        resolve(Target(token_file=file))


def test_an_installer_without_terminal_is_told_where_to_put_the_password() -> None:
    with pytest.raises(ConfigError, match="installer needs a password") as told:
        resolve(Target(user="installer"))
    assert "OPENVOY_PASSWORD" in told.value.hint


def test_secrets_do_not_show_in_representations() -> None:
    assert "hunter2" not in repr(Target(token="hunter2", password="hunter2"))


def test_the_data_folder_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENVOY_DATA", str(tmp_path / "named"))
    assert data_folder() == tmp_path / "named"
    assert data_folder(tmp_path) == tmp_path
    monkeypatch.delenv("OPENVOY_DATA")
    assert data_folder().name == "openvoy"
    assert os.environ.get("OPENVOY_DATA") is None

"""Files that only their owner can read, and what is done about those that others can."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openvoy.client.cloud import FileAttempts, FileTokenStore, MemoryTokenStore
from openvoy.client.private_file import is_open_to_others
from openvoy.errors import ConfigError
from openvoy.protocol.cloud import Attempt
from openvoy.protocol.cloud.renewal import Outcome

SERIAL = "122200000001"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_token_file_is_its_owners_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        FileTokenStore(tmp_path / "deep" / "tokens").write_token(SERIAL, "a.b.c")
    finally:
        os.umask(old)
    file = tmp_path / "deep" / "tokens" / f"{SERIAL}.jwt"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert FileTokenStore(file.parent).read_token(SERIAL) == "a.b.c"
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_closed_and_told(
    tmp_path: Path, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    store = FileTokenStore(tmp_path)
    store.write_token(SERIAL, "a.b.c")
    path = store.path_of(SERIAL)
    path.chmod(mode)
    assert is_open_to_others(path)
    with caplog.at_level(logging.WARNING, "openvoy"):
        assert store.read_token(SERIAL) == "a.b.c"
    assert "could be read by others" in caplog.text
    assert "a.b.c" not in caplog.text
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_no_token(tmp_path: Path) -> None:
    assert FileTokenStore(tmp_path / "absent").read_token(SERIAL) is None
    assert MemoryTokenStore().read_token(SERIAL) is None
    (tmp_path / f"{SERIAL}.jwt").write_bytes(b"\xff\xfe")
    assert FileTokenStore(tmp_path).read_token(SERIAL) is None


@pytest.mark.parametrize("serial", ["../../etc/passwd", "", "a/b", "a\0b", "x" * 40])
def test_a_serial_number_is_no_path(tmp_path: Path, serial: str) -> None:
    with pytest.raises(ConfigError, match="no serial number"):
        FileTokenStore(tmp_path).write_token(serial, "a.b.c")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written") as caught:
        FileTokenStore(tmp_path / "file").write_token(SERIAL, "a.b.c")
    assert "token" in caught.value.hint


def test_attempts_come_back_as_they_were(tmp_path: Path) -> None:
    attempt = Attempt(at=NOW, outcome=Outcome.REFUSED, failures=2, retry_at=NOW, account="ab", message="no", hint="do")
    FileAttempts(tmp_path).write_attempt(SERIAL, attempt)
    assert FileAttempts(tmp_path).read_attempt(SERIAL) == attempt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"at": 1}',
        '{"at": "2026-01-01T00:00:00", "outcome": "renewed", "retry_at": "2026-01-01T00:00:00"}',
    ],
)
def test_a_damaged_note_of_attempts_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / f"{SERIAL}.attempt.json").write_text(text)
    assert FileAttempts(tmp_path).read_attempt(SERIAL) is None

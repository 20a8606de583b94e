"""`openvoy account`: who may log in, made and removed at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.contract.client_support import openvoy


async def test_who_is_not_there_cannot_be_removed_and_the_command_that_lists_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("correct horse 1")
    made = await openvoy("account", "set", "Anna", "--password-file", str(secret), data=tmp_path)
    assert made.code == 0, made.err
    finished = await openvoy("account", "remove", "nobody", data=tmp_path)
    assert (finished.code, finished.err.splitlines()) == (
        2,
        ["openvoy: There is no account 'nobody'.", "  `openvoy account list` lists them."],
    )
    assert b"Anna" in (await openvoy("account", "list", data=tmp_path)).out

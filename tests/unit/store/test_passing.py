"""Large files that pass are on a disk, or where one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from openvoy.store import passing
from openvoy.store.passing import passing_folder


def test_what_is_large_is_kept_out_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(passing, "_ON_DISK", tmp_path)
    assert passing_folder() == str(tmp_path)


@pytest.mark.parametrize("folder", ["there", "absent"])
def test_where_one_says_or_the_disk_has_no_such_folder_the_system_chooses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (tmp_path / "there").mkdir()
    monkeypatch.setattr(passing, "_ON_DISK", tmp_path / folder)
    monkeypatch.delenv("TMPDIR", raising=False)
    if folder == "there":
        monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert passing_folder() is None

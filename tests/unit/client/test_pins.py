from __future__ import annotations

import stat
from pathlib import Path

import pytest

from openvoy.client import FilePinStore
from openvoy.errors import ConfigError


def test_pins_survive_and_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "certificates.json"
    assert FilePinStore(path).read_pin("envoy.local:443") is None
    FilePinStore(path).write_pin("envoy.local:443", "a" * 64)
    FilePinStore(path).write_pin("10.0.0.5:443", "b" * 64)
    FilePinStore(path).write_pin("envoy.local:443", "c" * 64)
    pins = FilePinStore(path)
    assert (pins.read_pin("envoy.local:443"), pins.read_pin("10.0.0.5:443")) == ("c" * 64, "b" * 64)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["certificates.json"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"envoy.local:443": 5}', b'{"envoy.local:443": "beef"}', b"\xff\xfe"]
)
def test_a_damaged_file_is_not_taken_for_an_empty_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "certificates.json"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="is damaged") as told:
        FilePinStore(path).read_pin("envoy.local:443")
    assert "Delete it" in told.value.hint
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot be (written|read)") as told:
        FilePinStore(tmp_path / "file" / "certificates.json").write_pin("envoy.local:443", "a" * 64)
    assert "OPENVOY_DATA" in told.value.hint
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        FilePinStore(tmp_path).read_pin("envoy.local:443")

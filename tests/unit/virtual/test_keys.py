from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openvoy.errors import ConfigError
from openvoy.virtual.certificate import create_certificate, is_current
from openvoy.virtual.keys import Keyring

SERIAL = "122200123456"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def keyring(folder: Path | None) -> Keyring:
    return Keyring(SERIAL, folder, os.urandom)


def test_keys_are_kept_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "keys"
    first = keyring(folder)
    first.tls(NOW)
    key = first.authority().key_json
    kept = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(kept) == {f"gateway-{SERIAL}.pem", f"gateway-{SERIAL}.jwk"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    again = keyring(folder)
    again.tls(NOW)
    assert again.authority().key_json == key
    assert {path.name: path.read_text() for path in folder.iterdir()} == kept


def test_a_certificate_that_ran_out_is_renewed(tmp_path: Path) -> None:
    keyring(tmp_path).tls(NOW)
    path = tmp_path / f"gateway-{SERIAL}.pem"
    old = path.read_text()
    later = NOW + timedelta(days=366)
    assert is_current(old, now=NOW)
    assert not is_current(old, now=later)
    keyring(tmp_path).tls(later)
    assert path.read_text() != old
    assert is_current(path.read_text(), now=later)


def test_without_folder_they_are_fresh_each_time() -> None:
    assert keyring(None).authority().key_json != keyring(None).authority().key_json


def test_tls_is_that_of_a_gateway() -> None:
    context = keyring(None).tls(NOW)
    assert (context.minimum_version, context.maximum_version) == (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)


def test_what_is_in_the_way_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / f"gateway-{SERIAL}.jwk").write_text("rubbish")
    with pytest.raises(ConfigError, match="gateway-") as caught:
        keyring(tmp_path).authority()
    assert "remove the file" in caught.value.hint
    only_certificate = create_certificate(SERIAL, now=NOW).partition("-----BEGIN CERTIFICATE")
    (tmp_path / f"gateway-{SERIAL}.pem").write_text("".join(only_certificate[1:]))
    with pytest.raises(ConfigError, match="no private key"):
        keyring(tmp_path).tls(NOW)
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ConfigError, match="cannot be"):
        keyring(blocked).tls(NOW)

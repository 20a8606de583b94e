"""The keyring's own interface, with a back end that keeps, one that keeps nothing, and none."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from openvoy.client.cloud.keyring_store import SERVICE, KeyringTokenStore
from openvoy.errors import ConfigError

SERIAL = "122200000001"


class KeepingBackend(KeyringBackend):
    """Keeps in memory what it is given."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the library's
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class LockedBackend(KeyringBackend):
    """Is locked."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked: secret-in-message")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("locked: secret-in-message")


@pytest.fixture(autouse=True)
def same_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_a_token_is_kept_under_the_serial_number() -> None:
    backend = KeepingBackend()
    keyring.set_keyring(backend)
    store = KeyringTokenStore()
    assert store.read_token(SERIAL) is None
    store.write_token(SERIAL, "a.b.c")
    assert KeyringTokenStore().read_token(SERIAL) == "a.b.c"
    assert backend.kept == {(SERVICE, SERIAL): "a.b.c"}


def test_no_keyring_is_told() -> None:
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call] # the library's
    with pytest.raises(ConfigError, match="no keyring") as caught:
        KeyringTokenStore().read_token(SERIAL)
    assert "keep = " in caught.value.hint
    with pytest.raises(ConfigError, match="no keyring"):
        KeyringTokenStore().write_token(SERIAL, "a.b.c")


def test_a_keyring_that_keeps_nothing_is_told() -> None:
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call] # the library's
    with pytest.raises(ConfigError, match="keeps none"):
        KeyringTokenStore().write_token(SERIAL, "a.b.c")


def test_a_locked_keyring_is_told_without_its_words() -> None:
    keyring.set_keyring(LockedBackend())  # type: ignore[no-untyped-call] # the library's
    with pytest.raises(ConfigError, match="KeyringLocked") as caught:
        KeyringTokenStore().read_token(SERIAL)
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigError, match="KeyringLocked"):
        KeyringTokenStore().write_token(SERIAL, "x")

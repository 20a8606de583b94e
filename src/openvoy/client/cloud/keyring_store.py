"""Tokens in the keyring of the system. The only file that names keyring."""

from __future__ import annotations

import keyring
from keyring.errors import KeyringError, NoKeyringError

from openvoy.errors import ConfigError

SERVICE = "openvoy"
"""Under which entries stand in the keyring; the user name of each is the gateway's serial number."""

_HINT = 'Unlock the keyring or install one, or keep tokens in files: leave out keep = "keyring" and --keyring.'


class KeyringTokenStore:
    """Keeps tokens where the desktop or the system keeps passwords; implements `TokenStore`."""

    def read_token(self, serial: str) -> str | None:
        """Give the token; raise ConfigError where there is no keyring or it is locked."""
        try:
            return keyring.get_password(SERVICE, serial)
        except KeyringError as error:
            raise _unusable(error) from error

    def write_token(self, serial: str, token: str) -> None:
        """Keep a token."""
        try:
            keyring.set_password(SERVICE, serial, token)
        except KeyringError as error:
            raise _unusable(error) from error
        # Some back ends take everything and keep nothing.
        if self.read_token(serial) != token:
            raise ConfigError(
                f"The keyring ({type(keyring.get_keyring()).__module__}) takes tokens and keeps none.", hint=_HINT
            )


def _unusable(error: KeyringError) -> ConfigError:
    if isinstance(error, NoKeyringError):
        return ConfigError("This machine has no keyring that can be used.", hint=_HINT)
    return ConfigError(f"The keyring cannot be used: {type(error).__name__}.", hint=_HINT)

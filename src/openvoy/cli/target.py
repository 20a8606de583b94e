"""The options that name a gateway and its login, the same for every command."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import option, prompt_secret
from openvoy.cli.folders import data_folder
from openvoy.errors import ConfigError
from openvoy.protocol.login import Credentials
from openvoy.settings.secret import read_secret_file

if TYPE_CHECKING:
    from openvoy.client.control import ControlSettings
    from openvoy.client.gateway import Gateway
    from openvoy.ports.tokens import TokenSource

DEFAULT_HOST = "envoy.local"
"""What gateways call themselves on the local network."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Target:
    """Which gateway, and how to log in to it."""

    host: Annotated[
        str, option("--host", env="OPENVOY_HOST", help="Name, address, host:port or URL of the gateway.")
    ] = DEFAULT_HOST
    token: Annotated[
        str | None, option("--token", help="Access token (firmware 7 and later). [env: OPENVOY_TOKEN]")
    ] = None
    token_file: Annotated[
        Path | None, option("--token-file", help="File that holds the access token. [env: OPENVOY_TOKEN_FILE]")
    ] = None
    user: Annotated[
        str | None, option("--user", help="User of old firmware: envoy or installer. [env: OPENVOY_USER]")
    ] = None
    password: Annotated[
        str | None,
        option("--password", help="Its password; better in the environment. [env: OPENVOY_PASSWORD, else asked]"),
    ] = None
    password_file: Annotated[
        Path | None, option("--password-file", help="File that holds the password. [env: OPENVOY_PASSWORD_FILE]")
    ] = None
    accept_new_certificate: Annotated[
        bool, option("--accept-new-certificate", help="Trust the certificate that the gateway shows now.")
    ] = False

    @property
    def is_named(self) -> bool:
        """Whether something here says which gateway, or how to log in to it."""
        return replace(self, accept_new_certificate=False) != Target()

    def open(self, *, control: ControlSettings | None = None) -> Gateway:
        """Build the gateway with the login that options and environment give; nothing is sent yet."""
        from openvoy.client.gateway import Gateway  # noqa: PLC0415 - `--help` need not load the network
        from openvoy.client.pins import FilePinStore  # noqa: PLC0415 - as above

        credentials = resolve_credentials(self, os.environ)
        return Gateway(
            self.host,
            token=credentials.token,
            user=credentials.user,
            password=credentials.password,
            tokens=_saved_tokens(credentials),
            pins=FilePinStore(data_folder() / "certificates.json"),
            accept_new_certificate=self.accept_new_certificate,
            control=control,
        )


def _saved_tokens(credentials: Credentials) -> TokenSource | None:
    """Use the tokens that the service keeps where no login is given."""
    folder = data_folder() / "tokens"
    if credentials.token is not None or not any(folder.glob("*.jwt")):
        return None
    from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
    from openvoy.client.cloud import FileTokenStore  # noqa: PLC0415 - as above
    from openvoy.client.token_source import SavedTokens  # noqa: PLC0415 - as above

    return SavedTokens(FileTokenStore(folder), clock=SystemClock())


def resolve_credentials(target: Target, environ: Mapping[str, str]) -> Credentials:
    """Collect the login from options, then environment; raise ConfigError for what contradicts itself."""
    user = target.user or environ.get("OPENVOY_USER") or None
    password = _secret("password", target.password, target.password_file, environ)
    token = None
    if target.user is None and target.password is None:
        # A user on the command line is meant for this call, whatever token the environment holds.
        token = _secret("token", target.token, target.token_file, environ)
    elif target.token or target.token_file:
        raise ConfigError(
            "Both a token and a user were given.",
            hint="Give --token for firmware 7 and later, or --user and --password for older firmware.",
        )
    if user == "installer" and password is None and token is None:
        password = _ask_password()
    return Credentials(token=token, user=user, password=password)


def _secret(name: str, value: str | None, file: Path | None, environ: Mapping[str, str]) -> str | None:
    """Find a secret: the option, the option's file, the environment, the environment's file."""
    if value is not None and file is not None:
        raise ConfigError(f"Both --{name} and --{name}-file were given.", hint="Give one of them.")
    variable = f"OPENVOY_{name.upper()}"
    if value is None and file is None:
        value = environ.get(variable) or None
        named = environ.get(f"{variable}_FILE")
        file = Path(named) if named and value is None else None
    return read_secret_file(file) if file is not None else value


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise ConfigError(
            "The user installer needs a password.",
            hint="Set OPENVOY_PASSWORD, give --password-file, or run the command in a terminal to be asked.",
        )
    return prompt_secret("Password of installer")

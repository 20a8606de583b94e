"""Puts together what obtains and keeps tokens, for the service and for commands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openvoy.cli.config import Config, GatewayConfig
from openvoy.cli.config.sections import CloudConfig, CloudLogin
from openvoy.cli.extras import needing
from openvoy.cli.folders import data_folder
from openvoy.client.clock import SystemClock
from openvoy.client.cloud import CloudClient, CloudTokens, FileAttempts, FileTokenStore, TokenStore
from openvoy.client.token_source import ReadTokens
from openvoy.errors import CredentialRejected
from openvoy.ports import Clock
from openvoy.ports.tokens import TokenSource
from openvoy.protocol.cloud import Account, CloudService
from openvoy.protocol.login import explain_token


def tokens_folder() -> Path:
    """Where tokens from the cloud are kept, and the times of attempts."""
    return data_folder() / "tokens"


def build_service(config: CloudConfig) -> CloudService:
    """Say where the cloud is."""
    usual = CloudService()
    base_url = config.base_url or usual.base_url
    # Who replaces the login alone means one cloud that does both, as the virtual one does.
    tokens_url = config.tokens_url or (usual.tokens_url if config.base_url is None else base_url)
    return CloudService(base_url=base_url, tokens_url=tokens_url)


def build_store(*, in_keyring: bool) -> TokenStore:
    """Build what keeps tokens; raise ConfigError where the library for keyrings is missing."""
    if not in_keyring:
        return FileTokenStore(tokens_folder())
    with needing("keyring", "Keeping tokens in the keyring"):
        from openvoy.client.cloud.keyring_store import KeyringTokenStore  # noqa: PLC0415 - optional
    return KeyringTokenStore()


def build_tokens(config: CloudConfig, login: CloudLogin, environ: Mapping[str, str], clock: Clock) -> CloudTokens:
    """Build the tokens of one gateway, renewed by themselves."""

    def read_account() -> Account:
        return Account(user=login.user, password=login.password.read(environ))

    return CloudTokens(
        CloudClient(build_service(config), clock=clock),
        read_account,
        store=build_store(in_keyring=login.keep == "keyring"),
        attempts=FileAttempts(tokens_folder()),
        clock=clock,
        role=login.role,
    )


def build_token_source(gateway: GatewayConfig, config: Config, environ: Mapping[str, str]) -> TokenSource | None:
    """Build what gives a gateway's token; None where it has none. Raises ConfigError for a secret that is not there."""
    if gateway.cloud is not None:
        gateway.cloud.password.read(environ)
        return build_tokens(config.cloud, gateway.cloud, environ, SystemClock())
    if gateway.token is None:
        return None
    secret = gateway.token
    # What cannot be read, or is no token, is told now and not hours later.
    token = secret.read(environ)
    try:
        explain_token(token)
    except CredentialRejected as error:
        raise CredentialRejected(f"What the {secret.origin} holds is no token.", hint=error.hint) from error
    return ReadTokens(lambda: secret.read(environ), clock=SystemClock(), origin=secret.origin)

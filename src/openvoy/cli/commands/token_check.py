"""`openvoy token check`."""

from __future__ import annotations

import os

from openvoy.cli.app import JsonFlag, command, group
from openvoy.cli.output import print_json, print_table, say
from openvoy.cli.target import Target, resolve_credentials
from openvoy.errors import ConfigError
from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.protocol.login import TokenInfo, explain_token

group("token", "Access tokens of firmware 7 and later: obtain, explain, try.")


@command("token check")
async def check(*, target: Target, as_json: JsonFlag = False) -> None:
    """Ask a gateway whether it accepts a token. The exit code is 4 if it does not.

    Examples:
        openvoy token check --host envoy.local --token-file home.jwt
    """
    from openvoy.protocol.endpoints.identity import INFO  # noqa: PLC0415 - `--help` need not load the network

    token = resolve_credentials(target, os.environ).token
    if token is None:
        raise ConfigError("There is no token to check.", hint="Give --token-file FILE or OPENVOY_TOKEN.")
    info = explain_token(token)
    async with target.open() as gateway:
        capabilities = gateway.capabilities
        if capabilities.login is not LoginKind.TOKEN:
            raise ConfigError(
                f"{gateway.address} has firmware {capabilities.firmware}, which knows no tokens.",
                hint="Firmware before 7 takes user and password: --user envoy needs no password.",
            )
        # The first request opens a session with the token, which is the check.
        await gateway.fetch(INFO)
    if as_json:
        print_json(_view(str(gateway.address), capabilities, info))
    else:
        _print(str(gateway.address), capabilities, info)


def _view(host: str, capabilities: Capabilities, info: TokenInfo) -> dict[str, object]:
    return {
        "accepted": True,
        "host": host,
        "serial": capabilities.serial,
        "firmware": str(capabilities.firmware),
        "role": info.role,
        "expires_at": info.expires_at,
    }


def _print(host: str, capabilities: Capabilities, info: TokenInfo) -> None:
    rows = [
        ("gateway", f"{host}, {capabilities.serial}, firmware {capabilities.firmware}"),
        ("role", info.role or "not said"),
        ("expires", "not said" if info.expires_at is None else f"{info.expires_at:%Y-%m-%d %H:%M} UTC"),
    ]
    print_table("Accepted", ("", ""), rows)
    if info.role == "owner":
        say("An owner's token does not open installer pages, nor /stream/meter of firmware 7.6.")

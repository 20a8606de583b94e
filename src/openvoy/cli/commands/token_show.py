"""`openvoy token show`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import JsonFlag, command, group, option
from openvoy.cli.output import print_json, print_table, say
from openvoy.errors import ConfigError, CredentialRejected
from openvoy.protocol.login import TokenInfo, explain_token
from openvoy.settings.secret import read_secret_file

if TYPE_CHECKING:
    from collections.abc import Mapping

group("token", "Access tokens of firmware 7 and later: obtain, explain, try.")

ROLES = {
    "owner": "reads everything of the site; changes storage, grid relay and contacts",
    "installer": "also devices, grid profile, power production, /stream/meter of firmware 7.6",
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TokenInput:
    """Which token."""

    token: Annotated[str | None, option("--token", help="The token itself; better in a file. [env: OPENVOY_TOKEN]")] = (
        None
    )
    token_file: Annotated[
        Path | None,
        option("--token-file", help="File that holds it; - is stdin. [env: OPENVOY_TOKEN_FILE, else stdin]"),
    ] = None


@command("token show")
def show(*, given: TokenInput, as_json: JsonFlag = False) -> int:
    """Explain a token without asking anybody: whose it is, for which gateway, until when. Never shows the token itself.

    The exit code is 4 for a token that has expired. Whether a gateway accepts it, only `openvoy token check` tells.

    Examples:
        openvoy token show --token-file home.jwt

        openvoy token show --json < home.jwt
    """
    from openvoy.client.clock import SystemClock  # noqa: PLC0415 - `--help` need not load it
    from openvoy.client.token_source import is_ending  # noqa: PLC0415 - as above

    info, now = explain_token(read_token(given, os.environ)), SystemClock().now()
    if as_json:
        print_json(_view(info, now))
    else:
        print_table("Token", ("", ""), _rows(info, now))
    _warn_if_open(given)
    if info.is_expired(now):
        say("It has expired. Get a new one with `openvoy token fetch`, or at https://entrez.enphaseenergy.com.")
        return CredentialRejected.exit_code
    if is_ending(info, now):
        say("It expires soon. Get a new one with `openvoy token fetch`, or at https://entrez.enphaseenergy.com.")
    return 0


def read_token(given: TokenInput, environ: Mapping[str, str]) -> str:
    """Find the token: option, file, environment, then stdin; raise ConfigError where there is none."""
    if given.token is not None and given.token_file is not None:
        raise ConfigError("Both --token and --token-file were given.", hint="Give one of them.")
    if given.token is not None:
        return given.token
    named = environ.get("OPENVOY_TOKEN_FILE")
    if given.token_file is None and environ.get("OPENVOY_TOKEN"):
        return environ["OPENVOY_TOKEN"]
    file = given.token_file or (Path(named) if named else None)
    if file is not None and str(file) != "-":
        return read_secret_file(file)
    if sys.stdin.isatty():
        say("Paste the token, then Enter and Ctrl-D:")
    text = sys.stdin.buffer.read(65_536).decode("utf-8", "replace").strip()
    if not text:
        raise ConfigError("There is no token to explain.", hint="Give --token-file FILE, or the token on stdin.")
    return text


def _view(info: TokenInfo, now: datetime) -> dict[str, object]:
    return {
        "role": info.role,
        "serials": info.serials,
        "issuer": info.issuer,
        "account": info.account,
        "issued_at": info.issued_at,
        "expires_at": info.expires_at,
        "expires_in_s": None if info.expires_at is None else round((info.expires_at - now).total_seconds()),
        "is_expired": info.is_expired(now),
    }


def _rows(info: TokenInfo, now: datetime) -> list[tuple[str, str]]:
    meaning = ROLES.get(info.role or "")
    return [
        ("role", f"{info.role or 'not said'}{f': {meaning}' if meaning else ''}"),
        ("gateway", ", ".join(info.serials) or "not said"),
        ("account", info.account or "not said"),
        ("issuer", info.issuer or "not said"),
        ("issued", _moment(info.issued_at)),
        ("expires", f"{_moment(info.expires_at)}{_left(info, now)}"),
    ]


def _moment(moment: datetime | None) -> str:
    return "not said" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _left(info: TokenInfo, now: datetime) -> str:
    if info.expires_at is None:
        return ""
    from openvoy.client.token_source import render_left  # noqa: PLC0415 - as above

    left = info.expires_at - now
    return f", {render_left(left)} left" if left.total_seconds() > 0 else f", {render_left(-left)} ago"


def _warn_if_open(given: TokenInput) -> None:
    if given.token_file is None or str(given.token_file) == "-":
        return
    from openvoy.client.private_file import is_open_to_others  # noqa: PLC0415 - as above

    if is_open_to_others(given.token_file):
        say(f"{given.token_file} can be read by others on this machine. Run: chmod 600 {given.token_file}")

"""`openvoy token fetch`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import JsonFlag, command, group, option, prompt, prompt_secret
from openvoy.cli.output import print_bytes, print_json, say
from openvoy.errors import ConfigError, CredentialRejected
from openvoy.protocol.login import TokenInfo, explain_token
from openvoy.settings.kinds import parse_service_url
from openvoy.settings.secret import read_secret_file

if TYPE_CHECKING:
    from openvoy.client.cloud import TokenStore
    from openvoy.ports import Clock
    from openvoy.protocol.cloud import Account, CloudService, Route

group("token", "Access tokens of firmware 7 and later: obtain, explain, try.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CloudTarget:
    """Which account and which cloud."""

    user: Annotated[
        str | None, option("--user", env="OPENVOY_CLOUD_USER", help="E-mail address of the account; else asked.")
    ] = None
    password_file: Annotated[
        Path | None,
        option("--password-file", help="File that holds its password. [env: OPENVOY_CLOUD_PASSWORD, else asked]"),
    ] = None
    cloud_url: Annotated[
        str | None, option("--cloud-url", env="OPENVOY_CLOUD_URL", help="Another service that logs in.")
    ] = None
    tokens_url: Annotated[
        str | None, option("--tokens-url", env="OPENVOY_TOKENS_URL", help="Another service that issues tokens.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What kind of token, and where to."""

    serial: Annotated[
        str | None, option("--serial", help="Serial number of the gateway; else the gateway of --host is asked.")
    ] = None
    host: Annotated[str | None, option("--host", env="OPENVOY_HOST", help="Gateway that tells its serial number.")] = (
        None
    )
    role: Annotated[
        str | None, option("--role", help="owner (a year) or installer (12 hours); default: what the account gives.")
    ] = None
    route: Annotated[str | None, option("--route", help="call, url, page or code; default: what fits the role.")] = None
    out: Annotated[Path | None, option("--out", help="File to write, mode 0600; else the token goes to stdout.")] = None
    keyring: Annotated[bool, option("--keyring", help="Keep it in the system's keyring instead.")] = False
    if_due: Annotated[
        bool, option("--if-due", help="Ask only if the kept token is past three quarters of its life.")
    ] = False


@command("token fetch", also=("login", "auth"))
async def fetch(*, target: CloudTarget, wanted: Wanted, as_json: JsonFlag = False) -> None:
    """Obtain a token from the vendor's cloud.

    An owner's account gives tokens for a year, an installer's for 12 hours. An account with a second factor (a code by
    mail or app) cannot be used by programs: create the token on the web page https://entrez.enphaseenergy.com then.

    Examples:
        openvoy token fetch --user me@example.com --host envoy.local --out home.jwt

        openvoy token fetch --serial 122200000001 --role installer

        openvoy token fetch --serial 122200000001 --out home.jwt --if-due
    """
    from openvoy.client.clock import SystemClock  # noqa: PLC0415 - `--help` need not load the network

    clock = SystemClock()
    route = _check(wanted)
    serial = await _serial(wanted, clock)
    store = _build_store(wanted)
    kept = None if store is None else store.read_token(serial)
    if wanted.if_due and kept is not None and not _is_due(kept, serial, clock):
        say(f"{describe(explain_token(kept))} It is not due; nobody was asked.")
        return
    account = _read_account(target)
    from openvoy.client.cloud import CloudClient  # noqa: PLC0415 - as above

    client = CloudClient(_service(target), clock=clock)
    token = await client.fetch_token(account, serial, role=wanted.role, route=route)
    info = explain_token(token)
    if store is not None:
        store.write_token(serial, token)
    say(f"{describe(info)} Kept in {wanted.out or 'the keyring'}." if store is not None else describe(info))
    if as_json:
        print_json({"token": token, "role": info.role, "serial": serial, "expires_at": info.expires_at})
    elif store is None:
        print_bytes(token.encode() + b"\n")


def describe(info: TokenInfo) -> str:
    """Say of a token what a person wants to know first."""
    until = "" if info.expires_at is None else f", good until {info.expires_at:%Y-%m-%d %H:%M} UTC"
    return f"Token of kind {info.role or 'unknown'} for {', '.join(info.serials) or 'any gateway'}{until}."


def _check(wanted: Wanted) -> Route | None:
    from openvoy.protocol.cloud import ROLES, Route  # noqa: PLC0415 - as above

    if wanted.role is not None and wanted.role not in ROLES:
        raise ConfigError(f"--role {wanted.role} is no role.", hint=f"Give {' or '.join(ROLES)}.")
    if wanted.out is not None and wanted.keyring:
        raise ConfigError("Both --out and --keyring were given.", hint="Give one of them.")
    if wanted.if_due and wanted.out is None and not wanted.keyring:
        raise ConfigError("--if-due needs a kept token.", hint="Add --out FILE or --keyring.")
    try:
        return None if wanted.route is None else Route(wanted.route)
    except ValueError:
        names = ", ".join(one.value for one in Route)
        raise ConfigError(f"--route {wanted.route} is no route.", hint=f"Give one of {names}.") from None


class _OneFile:
    """Keeps the token in the file that --out names."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.absolute().parent.is_dir():
            raise ConfigError(f"There is no folder {path.absolute().parent}.", hint="Create it, or name another --out.")

    def read_token(self, serial: str) -> str | None:  # noqa: ARG002 - one file, one gateway
        from openvoy.client.private_file import read_private  # noqa: PLC0415 - as above

        text = read_private(self._path, purpose="the token")
        return None if text is None else text.strip() or None

    def write_token(self, serial: str, token: str) -> None:  # noqa: ARG002 - as above
        from openvoy.client.private_file import write_private  # noqa: PLC0415 - as above

        write_private(self._path, f"{token}\n", purpose="the token")


def _build_store(wanted: Wanted) -> TokenStore | None:
    if wanted.out is not None:
        return _OneFile(wanted.out)
    if not wanted.keyring:
        return None
    from openvoy.cli.cloud import build_store  # noqa: PLC0415 - as above

    return build_store(in_keyring=True)


def _is_due(token: str, serial: str, clock: Clock) -> bool:
    from openvoy.protocol.cloud import renewal_due_at  # noqa: PLC0415 - as above

    try:
        info = explain_token(token)
    except CredentialRejected:
        return True
    due_at = renewal_due_at(info)
    return not info.is_for(serial) or (due_at is not None and due_at <= clock.now())


async def _serial(wanted: Wanted, clock: Clock) -> str:
    if wanted.serial is not None:
        serial = wanted.serial.strip()
        if not serial.isascii() or not serial.isalnum():
            raise ConfigError(f"--serial {serial!r} is no serial number.", hint="It has 12 digits, on the gateway.")
        return serial
    if wanted.host is None:
        raise ConfigError(
            "It is not said for which gateway.", hint="Give --serial, or --host so that the gateway tells its own."
        )
    from openvoy.cli.identity import fetch_capabilities  # noqa: PLC0415 - as above

    return (await fetch_capabilities(wanted.host, clock)).serial


def _service(target: CloudTarget) -> CloudService:
    from openvoy.cli.cloud import build_service  # noqa: PLC0415 - as above
    from openvoy.cli.config.sections import CloudConfig  # noqa: PLC0415 - as above

    urls = (target.cloud_url, target.tokens_url)
    base_url, tokens_url = (None if url is None else parse_service_url(url) for url in urls)
    return build_service(CloudConfig(base_url=base_url, tokens_url=tokens_url))


def _read_account(target: CloudTarget) -> Account:
    """Collect user and password: options, environment, then a person at the terminal."""
    from openvoy.protocol.cloud import Account  # noqa: PLC0415 - as above

    if target.password_file is not None:
        password: str | None = read_secret_file(target.password_file)
    else:
        password = os.environ.get("OPENVOY_CLOUD_PASSWORD") or None
    if (target.user is None or password is None) and not sys.stdin.isatty():
        raise ConfigError(
            "E-mail address and password of the account are needed.",
            hint="Give --user and --password-file, or OPENVOY_CLOUD_USER and OPENVOY_CLOUD_PASSWORD, or run the command"
            " in a terminal to be asked.",
        )
    user = target.user or prompt("E-mail address of the account")
    return Account(user=user.strip(), password=prompt_secret(f"Password of {user}") if password is None else password)

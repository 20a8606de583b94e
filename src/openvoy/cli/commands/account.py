"""`openvoy account`: who may log in to the dashboard."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import JsonFlag, argument, command, group, option, prompt_secret
from openvoy.cli.extras import needing
from openvoy.cli.output import print_json, print_table, say
from openvoy.errors import ConfigError
from openvoy.settings.secret import read_secret_file

if TYPE_CHECKING:
    from openvoy.web.access import Access

group("account", "Who may log in to the dashboard.")

_Data = Annotated[Path | None, option("--data", help="Folder of the history. [env: OPENVOY_DATA]")]
_Name = Annotated[str, argument(help="Name of the account.")]


@command("account set", also=("add", "user", "passwd", "password"))
async def set_account(
    *,
    name: _Name,
    right: Annotated[str, option("--right", help="owner or viewer.")] = "owner",
    password_file: Annotated[
        Path | None, option("--password-file", help="File that holds the password. [else asked]")
    ] = None,
    data: _Data = None,
) -> None:
    """Make an account, or give one a new password; a running service notices.

    Examples:
        openvoy account set owner

        openvoy account set guest --right viewer --password-file guest.txt
    """
    access = _open(data)
    if right not in {"owner", "viewer"}:
        raise ConfigError(f"'{right}' is no right.", hint="Give --right owner or --right viewer.")
    account = await access.set_password(name, _password(name, password_file), "owner" if right == "owner" else "viewer")
    say(f"{account.name} may log in as {account.right}.")


@command("account remove")
def remove_account(*, name: _Name, data: _Data = None) -> None:
    """Remove an account; its sessions end at once.

    Examples:
        openvoy account remove guest
    """
    access = _open(data)
    from openvoy.web.problems import NothingThere  # noqa: PLC0415 - `--help` need not load the service

    try:
        access.remove_account(name)
    except NothingThere as error:
        raise ConfigError(error.message, hint="`openvoy account list` lists them.") from error
    say(f"{name} may not log in any more.")


@command("account list")
def list_accounts(*, data: _Data = None, as_json: JsonFlag = False) -> None:
    """List the accounts, and the keys of programs and tablets.

    Examples:
        openvoy account list
    """
    access = _open(data)
    rows = [(one.name, "account", one.right, one.created_at) for one in access.accounts]
    rows += [(one.name, one.kind, one.right, one.created_at) for one in access.keys]
    names = ("name", "kind", "right", "made at")
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table("Accounts and keys", names, rows)


def _open(data: Path | None) -> Access:
    with needing("service", "The service"):
        from openvoy.cli.config import load_config  # noqa: PLC0415 - `--help` need not load the service
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
        from openvoy.web.access import ACCESS_FILE, Access  # noqa: PLC0415 - as above

    folder = load_config(None, os.environ).store.path if data is None else data
    return Access(clock=SystemClock(), file=folder / ACCESS_FILE)


def _password(name: str, file: Path | None) -> str:
    if file is not None:
        return read_secret_file(file)
    if not sys.stdin.isatty():
        raise ConfigError(f"{name} needs a password.", hint="Give --password-file, or a terminal to be asked in.")
    return prompt_secret(f"New password of {name}")

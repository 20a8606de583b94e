"""`openvoy capture`."""

from __future__ import annotations

import os
import secrets
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import command, option
from openvoy.cli.folders import data_folder
from openvoy.cli.output import say
from openvoy.cli.target import Target, resolve_credentials
from openvoy.errors import ConfigError
from openvoy.ports import Clock
from openvoy.protocol.login import Credentials

if TYPE_CHECKING:
    from openvoy.client.capture import Tape
    from openvoy.client.gateway import Gateway

_MOST_PAUSE_S = 60.0


@command("capture", also=("record", "dump"))
async def capture(
    *,
    target: Target,
    out: Annotated[Path, option("--out", help="HAR file to write; it must not exist yet.")],
    pause: Annotated[float, option("--pause", help="Seconds between two requests.")] = 1.0,
    skip: Annotated[list[str] | None, option("--skip", help="Path to leave out; may be given several times.")] = None,
    keep_time_zone: Annotated[
        bool, option("--keep-time-zone", help="Keep the name of the time zone, which tells the part of the world.")
    ] = False,
) -> None:
    """Record everything a gateway says as a HAR file, without anything that belongs to somebody.

    Nothing is changed on the gateway: it is only read, one request at a time, with pauses. Serial numbers, tokens,
    cookies, passwords, hardware and network addresses, users, names of loads and networks, places and the time zone
    are replaced, the same by the same everywhere. The file is written only after a search of it for every one of them
    found nothing. Kept are part numbers, firmware, grid profile, prices, dates and energies.

    For example:

        openvoy capture --host envoy.local --token-file home.jwt --out home.har

        openvoy gateway --capture home.har
    """
    from openvoy.client.capture import build_har, login_secrets, record_gateway  # noqa: PLC0415 - `--help`
    from openvoy.client.clock import SystemClock  # noqa: PLC0415 - need not load the network

    _check(out, pause)
    clock = SystemClock()
    credentials = resolve_credentials(target, os.environ)
    gateway, tape = _open(target, credentials, clock)
    try:
        await record_gateway(gateway, tape, clock=clock, pause_s=pause, skipped=skip or (), tell=say)
    finally:
        await gateway.close()
    recording = build_har(
        tape.exchanges(),
        secrets=login_secrets(credentials, gateway.address.host),
        key=secrets.token_bytes(32),
        now=clock.now(),
        keep_time_zone=keep_time_zone,
    )
    _write(out, recording.file)
    replaced = ", ".join(f"{name} ({count})" for name, count in recording.counts().items())
    replies = "1 reply" if recording.replies == 1 else f"{recording.replies} replies"
    say(f"{out}: {replies}; replaced and searched for: {replaced}")


def _open(target: Target, credentials: Credentials, clock: Clock) -> tuple[Gateway, Tape]:
    """Build the gateway, listened to; nothing is sent yet."""
    from openvoy.client.capture import Tape  # noqa: PLC0415 - as above
    from openvoy.client.gateway import Gateway, build_transport  # noqa: PLC0415 - as above
    from openvoy.client.pins import FilePinStore  # noqa: PLC0415 - as above

    pins, accept = FilePinStore(data_folder() / "certificates.json"), target.accept_new_certificate
    tape = Tape(partial(build_transport, pins=pins, clock=clock, accept_new_certificate=accept), clock)
    gateway = Gateway(
        target.host,
        token=credentials.token,
        user=credentials.user,
        password=credentials.password,
        clock=clock,
        open_transport=tape.open,
    )
    return gateway, tape


def _check(out: Path, pause: float) -> None:
    if out.exists():
        raise ConfigError(f"{out} exists.", hint="Choose another name, or remove it first.")
    if not out.parent.is_dir():
        raise ConfigError(f"{out.parent} is no folder.", hint="Make it first, or choose another name.")
    if not 0 <= pause <= _MOST_PAUSE_S:
        raise ConfigError(f"--pause {pause} is no pause.", hint=f"Give 0 to {_MOST_PAUSE_S:.0f} seconds.")


def _write(out: Path, file: bytes) -> None:
    """Write all of it or nothing."""
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        draft.write_bytes(file)
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigError(
            f"{out} cannot be written: {error.strerror}.", hint="Choose another place with --out."
        ) from error

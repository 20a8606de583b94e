"""Wires a mirror: a live gateway's client behind a virtual gateway."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import option
from openvoy.cli.target import Target, resolve_credentials
from openvoy.errors import ConfigError
from openvoy.ports import Clock
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.login import Credentials

if TYPE_CHECKING:
    from openvoy.client.gateway import Gateway
    from openvoy.virtual.mirror import Mirror


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Upstream(Target):
    """Which gateway is mirrored, and how the mirror logs in to it."""

    host: Annotated[
        str,
        option(
            "--mirror",
            metavar="HOST",
            help="Live gateway to serve to others from one gentle poller: name, address, host:port or URL.",
        ),
    ] = ""
    allow_writes: Annotated[
        bool, option("--allow-writes", help="Pass on to the mirrored gateway what clients change. [default: refused]")
    ] = False

    def credentials(self) -> Credentials:
        """Give the login; raise ConfigError for options that are for a mirror only, where there is none."""
        if self.host:
            return resolve_credentials(self, os.environ)
        given = (self.token, self.token_file, self.user, self.password, self.password_file)
        if any(value is not None for value in given) or self.accept_new_certificate or self.allow_writes:
            raise ConfigError(
                "--token, --user, --accept-new-certificate and --allow-writes are for a mirrored gateway",
                hint="Name it with --mirror HOST, or leave them out: this gateway makes logins of its own.",
            )
        return Credentials()


async def open_mirror(upstream: Upstream, clock: Clock) -> tuple[Gateway, Mirror]:
    """Connect to the gateway, prove the login, and put a mirror before it; the caller closes both."""
    from openvoy.virtual.mirror import Mirror  # noqa: PLC0415 - `--help` need not load it

    async with AsyncExitStack() as undo:
        gateway = upstream.open()
        undo.push_async_callback(gateway.close)
        identity = await gateway.connect()
        # Any request logs in first; a login that cannot work is told now rather than to the first reader.
        await gateway.fetch_raw(INFO.path)
        undo.pop_all()
    return gateway, Mirror(gateway, identity, clock=clock, allows_writes=upstream.allow_writes)

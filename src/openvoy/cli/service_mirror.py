"""Wires the mirror beside the service: `[mirror]` of the configuration."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from openvoy.cli.config import MirrorConfig
from openvoy.cli.extras import needing
from openvoy.cli.output import say
from openvoy.client.gateway import Gateway
from openvoy.errors import ConfigError, OpenvoyError
from openvoy.ports import Clock
from openvoy.settings.listen import Listen

if TYPE_CHECKING:
    from openvoy.collector import Source
    from openvoy.virtual.gateway import GatewaySettings, VirtualGateway

_log = logging.getLogger("openvoy.cli")

RETRY_S = 30.0
"""How often a gateway that is away, or a port that is taken, is tried again."""


class ServiceMirror:
    """The mirror of one gateway beside the service, over the service's own connection and with its replies.

    It opens once the gateway says what it is, is away while its port is taken, and opens anew after an update. `folder`
    keeps certificate, key and a token for its clients.
    """

    def __init__(self, client: Gateway, clock: Clock, *, listen: Listen, folder: Path, allows_writes: bool) -> None:
        self._client = client
        self._clock = clock
        self._listen = listen
        self._folder = folder
        self._allows_writes = allows_writes
        self.virtual: VirtualGateway | None = None
        """While it is open."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep it open until the context ends."""
        task = asyncio.create_task(self._keep())
        task.add_done_callback(_report_end)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep(self) -> None:
        before = ""
        while True:
            try:
                await self._serve()
            except OpenvoyError as error:
                if error.message != before:
                    say(f"mirror: {error.message.rstrip('.')}; it is tried again every {RETRY_S:.0f} s. {error.hint}")
                before = error.message
                await self._clock.sleep(RETRY_S)

    async def _serve(self) -> None:
        """Serve what the gateway is now, until it is another."""
        from openvoy.virtual.clock import VirtualClock  # noqa: PLC0415 - the service runs without a mirror too
        from openvoy.virtual.gateway import VirtualGateway  # noqa: PLC0415 - as above
        from openvoy.virtual.mirror import Mirror  # noqa: PLC0415 - as above

        clock = VirtualClock(self._clock)
        identity = await self._client.connect()
        mirror = Mirror(self._client, identity, clock=clock, allows_writes=self._allows_writes)
        try:
            with self._client.overheard(mirror.overhear):
                async with VirtualGateway(mirror, clock=clock, settings=self._settings()) as virtual:
                    self.virtual = virtual
                    say(f"Gateway {virtual.serial} is mirrored: {virtual.url}{self._keep_token(virtual)}")
                    await mirror.replaced.wait()
        finally:
            self.virtual = None
            await mirror.close()
        await self._client.close()

    def _settings(self) -> GatewaySettings:
        from openvoy.virtual.gateway import GatewaySettings  # noqa: PLC0415 - as above

        return GatewaySettings(host=self._listen.host, port=self._listen.port, folder=self._folder)

    def _keep_token(self, virtual: VirtualGateway) -> str:
        """Write a token for clients that cannot fetch their own, and say where it is."""
        if virtual.owner_token is None:
            return ""
        file = self._folder / f"gateway-{virtual.serial}.jwt"
        try:
            file.touch(mode=0o600)
            file.write_text(virtual.owner_token + "\n")
        except OSError as error:
            raise ConfigError(f"{file} cannot be written: {error.strerror}.", hint="Let this user write it.") from error
        return f" (token: {file})"


def _report_end(task: asyncio.Task[None]) -> None:
    """Say that the mirror ended by itself, which only a mistake of ours can cause; the service goes on."""
    failure = None if task.cancelled() else task.exception()
    if failure is not None:
        _log.error("the mirror ended", exc_info=failure)


def build_mirror(
    config: MirrorConfig, sources: Sequence[Source], *, clock: Clock, folder: Path
) -> ServiceMirror | None:
    """Build what `[mirror]` asks for, None where that is nothing; raise ConfigError for a gateway that is not there."""
    if config.listen is None:
        return None
    with needing("virtual", "[mirror]"):
        import openvoy.virtual.gateway  # noqa: F401, PLC0415 - so that a missing library is told now
    names = [source.name for source in sources]
    if config.gateway not in names and (config.gateway or len(names) != 1):
        what = f"there is no gateway {config.gateway}" if config.gateway else "it is not said which gateway it mirrors"
        raise ConfigError(f"[mirror]: {what}.", hint=f"Set gateway = one of: {', '.join(names)}.")
    source = sources[names.index(config.gateway or names[0])]
    assert isinstance(source.reader, Gateway)
    return ServiceMirror(source.reader, clock, listen=config.listen, folder=folder, allows_writes=config.allow_writes)

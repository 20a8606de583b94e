"""`openvoy watch`: what happens now, for as long as somebody looks."""

from __future__ import annotations

import asyncio
import functools
import os
import sys
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import command, option
from openvoy.cli.target import Target
from openvoy.errors import ConfigError, OpenvoyError

if TYPE_CHECKING:
    from openvoy.cli.watch_view import Scene
    from openvoy.client.gateway import Gateway
    from openvoy.model import Snapshot
    from openvoy.model.live import LiveSample

SHORTEST_S = 1.0
LONGEST_S = 86_400.0
REDRAW_S = 1.0


@command("watch", also=("live", "monitor"))
async def watch(
    *,
    target: Target,
    stream: Annotated[
        bool, option("--stream", help="Switch live data on too: every flow each second, batteries included.")
    ] = False,
    every: Annotated[float, option("--every", help="Seconds between two readings, at least 1.")] = 5.0,
    as_json: Annotated[bool, option("--json", help="Print one JSON document a line and reading.")] = False,
) -> None:
    """Watch a gateway: flows, phases, batteries, panels and problems; q or Ctrl-C ends it.

    The meters' event stream is followed where the login may, else the gateway is asked gently. --stream switches on the
    live data of the vendor's app while you look; that changes no setting and is switched off again. Where the output is
    no terminal, each reading is one line.

    Examples:
        openvoy watch --host envoy.local --token-file home.jwt

        openvoy watch --stream --every 1

        openvoy watch --json >> readings.jsonl
    """
    if not SHORTEST_S <= every <= LONGEST_S:
        what = "too often" if every < SHORTEST_S else "too seldom" if every > LONGEST_S else "no number"
        raise ConfigError(
            f"--every {every:g} is {what}.",
            hint=f"Give seconds from {SHORTEST_S:g}, as gateways have new values once a second, to {LONGEST_S:g}.",
        )
    async with target.open() as gateway:
        watcher = _Watcher(gateway, every_s=every, live=stream)
        try:
            await watcher.run(as_json=as_json)
        except BrokenPipeError:
            # Whoever read our output has had enough; what is still buffered has nowhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Watcher:
    """Reads and shows side by side, so that the picture goes on while the gateway is silent."""

    def __init__(self, gateway: Gateway, *, every_s: float, live: bool) -> None:
        self._gateway, self._every_s, self._wants_live = gateway, every_s, live
        self._snapshot: Snapshot | None = None
        self._live: LiveSample | None = None
        self._notes: tuple[str, ...] = ()
        self._changed = asyncio.Event()
        self._stopped = asyncio.Event()

    async def run(self, *, as_json: bool) -> None:
        """Show until stopped."""
        show = self._print_json if as_json else self._draw if sys.stdout.isatty() else self._print_lines
        jobs = [asyncio.create_task(job) for job in (self._read(), self._follow(), show())]
        stopping = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait([jobs[0], jobs[2], stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*jobs, stopping):
                task.cancel()
            outcomes = await asyncio.gather(*jobs, stopping, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _read(self) -> None:
        async with aclosing(self._gateway.readings(every_s=self._every_s)) as readings:
            async for snapshot in readings:
                self._snapshot = snapshot
                self._changed.set()

    async def _follow(self) -> None:
        """Take live data where it is wanted and offered; without it, readings go on."""
        if not self._wants_live:
            return
        try:
            async with aclosing(self._gateway.live(every_s=SHORTEST_S)) as samples:
                async for sample in samples:
                    self._live = sample
                    self._changed.set()
        except OpenvoyError as error:
            self._live = None
            self._notes = (f"no live data: {error.message}",)

    def _scene(self) -> Scene:
        from openvoy.cli.watch_view import Scene  # noqa: PLC0415 - `--help` need not load it
        from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above

        return Scene(snapshot=self._snapshot, now=SystemClock().now(), live=self._live, notes=self._notes)

    async def _draw(self) -> None:
        from openvoy.cli.keyboard import CTRL_D, stop_keys  # noqa: PLC0415 - as above
        from openvoy.cli.output import full_screen  # noqa: PLC0415 - as above
        from openvoy.cli.watch_view import build_screen  # noqa: PLC0415 - as above

        with ExitStack() as terminal:
            draw = terminal.enter_context(full_screen())
            terminal.enter_context(stop_keys(self._stopped, f"qQ{CTRL_D}"))
            while True:
                draw(functools.partial(build_screen, self._scene()))
                await self._until_changed()

    async def _until_changed(self) -> None:
        """Wait for a new value, at most so long that clock and age stay true."""
        self._changed.clear()
        try:
            async with asyncio.timeout(REDRAW_S):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _print_lines(self) -> None:
        from openvoy.cli.watch_view import build_line  # noqa: PLC0415 - as above

        while True:
            await self._changed.wait()
            self._changed.clear()
            sys.stdout.write(build_line(self._scene()) + "\n")
            sys.stdout.flush()

    async def _print_json(self) -> None:
        from openvoy import codec  # noqa: PLC0415 - as above
        from openvoy.cli.output import print_bytes  # noqa: PLC0415 - as above
        from openvoy.model.view import build_snapshot_view  # noqa: PLC0415 - as above

        shown: Snapshot | None = None
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._snapshot is not None and self._snapshot is not shown:
                shown = self._snapshot
                print_bytes(codec.encode_json(build_snapshot_view(shown)) + b"\n")

"""A browser that is slowed down and else left alone until a page is there.

What drives a browser in tests listens to everything in it: to every error that is made, every request and who asked for
it. For that the browser parses a page's script a second time, which with a slow processor takes it a tenth of what a
person waits. Here it is told the two things that it has to know, and asked once, afterwards.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from benches import UnmeasurableError

LANGUAGE = "en-GB"
PATIENCE_S = 60.0
_ENDPOINT = re.compile(rb"ws://\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatched:
    """A running browser, by its DevTools protocol."""

    socket: ClientWebSocketResponse
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def call(self, method: str, *, session: str | None = None, **given: Any) -> dict[str, Any]:
        """Call a method of the protocol, of a page where `session` names it, and give its result."""
        number = next(self.numbers)
        await self.socket.send_json(
            {"id": number, "method": method, "params": given} | ({} if session is None else {"sessionId": session})
        )
        while True:
            reply: dict[str, Any] = await self.socket.receive_json()
            if reply.get("id") == number:
                if "error" in reply:
                    raise UnmeasurableError(f"{method}: {reply['error']['message']}")
                result: dict[str, Any] = reply["result"]
                return result

    @asynccontextmanager
    async def page(self, *, slow_down: float, width: int, height: int) -> AsyncIterator[Page]:
        """An empty page of somebody who was never here."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        try:
            made = await self.call("Target.createTarget", url="about:blank", browserContextId=context)
            attached = await self.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
            page = Page(browser=self, session=attached["sessionId"])
            await page.call(
                "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
            )
            await page.call("Emulation.setCPUThrottlingRate", rate=slow_down)
            yield page
        finally:
            await self.call("Target.disposeBrowserContext", browserContextId=context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of it."""

    browser: Unwatched
    session: str

    async def call(self, method: str, **given: Any) -> dict[str, Any]:
        """Call a method of the protocol."""
        return await self.browser.call(method, session=self.session, **given)

    async def go(self, url: str) -> None:
        """Begin to load what is at `url`."""
        await self.call("Page.navigate", url=url)

    async def ask(self, expression: str) -> Any:
        """Evaluate `expression`, waiting for what it promises; what it throws makes the page unmeasurable."""
        evaluated = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in evaluated:
            raise UnmeasurableError(f"{expression}: {evaluated['exceptionDetails']['text']}")
        return evaluated["result"].get("value")


@asynccontextmanager
async def unwatched(program: Path, *flags: str) -> AsyncIterator[Unwatched]:
    """Run the browser `program` with `flags`."""
    with tempfile.TemporaryDirectory(prefix="openvoy-bench-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            *flags,
            f"--accept-lang={LANGUAGE}",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with ClientSession() as session, session.ws_connect(await _endpoint(process)) as socket:
                yield Unwatched(socket=socket)
        finally:
            process.terminate()
            await process.wait()


async def _endpoint(process: asyncio.subprocess.Process) -> str:
    """Where it listens, which it says among other things."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE_S):
        async for line in process.stderr:
            if found := _ENDPOINT.search(line):
                return found[0].decode()
    raise UnmeasurableError("the browser ended before it listened")

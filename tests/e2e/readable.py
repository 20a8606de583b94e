"""A person's look at the dashboard: what can be read, what moves, what hinders, what the browser complains of."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, Response
from playwright.async_api import TimeoutError as Waited

from tests.e2e.chromium import MOVING, Visit, visit

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
LEAST_CHARACTERS = 60
MOST_SHIFT = 0.01
"""A tenth of what Chromium calls good; counted from the first paint on."""

WATCH_SHIFTS = """window.shifted = 0;
window.moved = [];
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries()) {
    if (hadRecentInput) continue;
    window.shifted += value;
    for (const { node, previousRect: from, currentRect: to } of sources)
      window.moved.push(`${(node?.textContent ?? "").trim().slice(0, 30)}: ${[from, to].map(({ x, y, width, height }) =>
        [x, y, width, height].map(Math.round).join(" ")).join(" to ")}`);
  }
}).observe({ type: "layout-shift", buffered: true });"""
GO = """name => {
  window.shifted = 0;
  window.moved = [];
  if ((location.hash || "#/") === `#/${name}`) return;
  for (const one of document.querySelectorAll("main [data-card], main [role=alert]")) one.dataset.before = "";
  location.hash = `#/${name}`;
}"""
"""What stands there until the page comes is told from what it brings."""
NEW = "main [data-card]:not([data-before]), main [role=alert]:not([data-before])"
STANDS = """() => {
  const text = document.querySelector("main").innerText;
  const isAway = document.querySelector("[data-band]") !== null;
  return !/Loading …/.test(text) && (isAway || !/Waiting for the first reading/.test(text));
}"""


class Reader(Visit):
    """Goes through pages; `refused` is what of the API could not be answered."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.refused: set[str] = set()
        page.on("response", self._note)

    def _note(self, reply: Response) -> None:
        if reply.status >= 400 and "/api/v1/" in reply.url:
            self.refused.add(reply.url.split("/api/v1/")[1].split("?")[0])

    async def open(self, name: str) -> None:
        """Go to a page and wait until it stands."""
        await self.page.locator("nav a[aria-current]").first.wait_for()
        await self.page.evaluate(GO, name)
        try:
            await self.page.locator(NEW).first.wait_for()
            await self.page.locator("[data-before]").first.wait_for(state="detached")
            await self.page.wait_for_function(STANDS)
            await self.stand()
        except (Waited, TimeoutError) as error:
            message = f"{name or 'now'} does not come: {await self.text('body')}; {self.complaints}"
            raise AssertionError(message) from error

    async def misread(self, selector: str, words: Sequence[str]) -> list[str]:
        """Give what of `words` (patterns) cannot be read there, and what begins with ! and can."""
        wrong = []
        for word in words:
            pattern, is_wanted = word.removeprefix("!").replace(" ", "\\s+"), not word.startswith("!")
            if is_wanted:
                with contextlib.suppress(Waited):
                    await self._until(selector, pattern)
            text = " ".join(await self.page.locator(selector).all_inner_texts())
            if (re.search(pattern, text) is not None) is not is_wanted:
                wrong.append(f"{selector}: {word!r} in {' '.join(text.split())[:300]!r}")
        return wrong

    async def _until(self, selector: str, pattern: str) -> None:
        await self.page.wait_for_function(
            "([selector, pattern]) => [...document.querySelectorAll(selector)]"
            ".some(({ innerText }) => new RegExp(pattern).test(innerText))",
            arg=[selector, pattern],
        )

    async def flaws(self) -> list[str]:
        """Give what is wrong with a page whatever it shows: empty, wider than the screen, jumping."""
        found = []
        width = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if width > 0:
            found.append(f"{width} px wider than the screen")
        if len(await self.page.inner_text("main")) < LEAST_CHARACTERS:
            found.append("it is empty")
        if (shifted := await self.page.evaluate("window.shifted")) > MOST_SHIFT:
            found.append(f"it jumps by {shifted:.3f}: {await self.page.evaluate('window.moved')}")
        if await self.page.get_by_text("NaN").count() or await self.page.get_by_text("undefined").count():
            found.append("it shows what is no value")
        return found

    async def hindrances(self) -> list[str]:
        """Give what hinders people, as axe sees it."""
        await self.page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.pause()))")
        found: dict[str, Any] = await self.page.evaluate("axe.run(document)")
        return [
            f"{each['id']}: {node['html'][:120]}"
            for each in found["violations"]
            if each["impact"] in {"serious", "critical"}
            for node in each["nodes"]
        ]

    def heard(self) -> list[str]:
        """Give complaints of the browser but those of replies, which `refused` names."""
        return [one for one in self.complaints if "Failed to load resource" not in one]


@contextlib.asynccontextmanager
async def reading(browser: Browser, url: str, **settings: Any) -> AsyncIterator[Reader]:
    """Open the dashboard in a profile of its own."""
    async with visit(browser, "about:blank", **{**MOVING, **settings}) as opened:
        reader = Reader(opened.page)
        await reader.page.add_init_script(WATCH_SHIFTS)
        await reader.page.goto(url)
        if AXE.exists():
            await reader.page.evaluate(AXE.read_text("utf-8"))
        yield reader

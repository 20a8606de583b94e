"""How long a person with a slow processor waits for the dashboard's numbers, by the mark that its page sets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from benches import UnmeasurableError
from benches._browser import CHROMIUM, FLAGS, HEIGHT, WIDTH
from benches._unwatched import Page, unwatched

MARKED = "performance.getEntriesByName('openvoy.numbers')[0]?.startTime"
PATIENCE_S = 60.0
UNASKED_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstViews:
    """From the start of the navigation until all numbers of the first view stand."""

    first_ms: Sequence[float]
    """Nothing kept from before."""
    again_ms: Sequence[float]
    """In a browser that was here before."""


def measure_first_views(url: str, *, slow_down: float, runs: int) -> FirstViews:
    """Come to the dashboard at `url` as somebody new, so many times; every other one comes again."""
    if not CHROMIUM.exists():
        raise UnmeasurableError(f"there is no {CHROMIUM}")
    return asyncio.run(_measure(url, slow_down, runs))


async def _measure(url: str, slow_down: float, runs: int) -> FirstViews:
    first_ms, again_ms = [], []
    async with unwatched(CHROMIUM, *FLAGS) as browser:
        for run in range(runs):
            async with browser.page(slow_down=slow_down, width=WIDTH, height=HEIGHT) as page:
                first_ms.append(await _view(page, url))
                if run % 2 == 0:
                    await page.ask("navigator.serviceWorker.ready.then(() => null)")
                    again_ms.append(await _view(page, url))
    return FirstViews(first_ms=first_ms, again_ms=again_ms)


async def _view(page: Page, url: str) -> float:
    await page.go(url)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            # To ask a page anything is a script in it, which a slow processor has to compile: not while it is measured.
            await asyncio.sleep(UNASKED_S)
            if (marked_ms := await page.ask(MARKED)) is not None:
                return float(marked_ms)

"""Open pages, as far as a service notices: an event stream each, and what a page asks again by itself."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

TODAY_S = 60.0
COMPARED_S = 300.0
TICKS_PER_S = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What holding pages open took."""

    busy_pct: float
    """CPU time of the service, of one core."""
    updates: int
    """Events that all pages got together."""
    rss_mb: float


def hold(url: str, pid: int, *, pages: int, seconds: float) -> Held:
    """Keep pages open for a while; the first seconds, in which they open, are not counted."""
    return asyncio.run(_hold(url, pid, pages, seconds))


async def _hold(url: str, pid: int, pages: int, seconds: float) -> Held:
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None, sock_read=60)
    counts = [0] * pages
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        tasks = [asyncio.create_task(_page(session, url, counts, number)) for number in range(pages)]
        await asyncio.sleep(5)
        before_s, got, began_s = cpu_s(pid), sum(counts), time.monotonic()
        await asyncio.sleep(seconds)
        busy = (cpu_s(pid) - before_s) / (time.monotonic() - began_s)
        held = Held(busy_pct=100 * busy, updates=sum(counts) - got, rss_mb=rss_mb(pid))
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
    return held


async def _page(session: aiohttp.ClientSession, url: str, counts: list[int], number: int) -> None:
    draw = random.Random(number)  # noqa: S311 - when a page was opened is no secret
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_follow(session, url, counts, number))
        tasks.create_task(_ask_again(session, f"{url}/api/v1/today", TODAY_S, draw.random()))
        tasks.create_task(_ask_again(session, f"{url}/api/v1/today/compared", COMPARED_S, draw.random()))


async def _follow(session: aiohttp.ClientSession, url: str, counts: list[int], number: int) -> None:
    async with session.get(f"{url}/api/v1/live") as reply:
        async for line in reply.content:
            counts[number] += line.startswith(b"event: update")


async def _ask_again(session: aiohttp.ClientSession, url: str, every_s: float, share: float) -> None:
    await asyncio.sleep(every_s * share)
    while True:
        async with session.get(url) as reply:
            await reply.read()
        await asyncio.sleep(every_s)


def cpu_s(pid: int) -> float:
    """Read how much CPU time a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def rss_mb(pid: int) -> float:
    """Read how much memory a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (each for each in lines if each.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000

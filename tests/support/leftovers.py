"""A test that leaves a task, a thread or a process running fails. What a fixture of wider scope starts may stay.

How much is logged, which each command sets for its process, is set back.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import re
import threading
import time
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

GRACE = "leftover_grace_s"
"""What was told to end gets this long to be gone; a busy machine takes its time."""

LOG = "openvoy"

_PROCESSES = Path("/proc")
_LATER_OF_POOL = re.compile(r"_[1-9]\d*$")
"""A pool starts its threads as it needs them and keeps them: its first, `…_0`, stands for all of them."""

_allowed: set[object] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a test of this guard be less patient."""
    parser.addini(GRACE, "seconds that tasks, threads and processes have to end", default="10")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test that runs in an event loop be checked for tasks, after all of its fixtures are done."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(inspect.unwrap(item.obj)):
            item.fixturenames.insert(0, "no_task_left")


@pytest.fixture
async def no_task_left(pytestconfig: pytest.Config) -> AsyncIterator[None]:
    """Fail the test that leaves a task in its event loop."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        _, left = await asyncio.wait(left, timeout=float(pytestconfig.getini(GRACE)))
    assert not left, f"tasks left running: {[str(task) for task in left]}"


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
    """Remember what fixtures of wider scope start."""
    if fixturedef.scope == "function":
        return (yield)
    before = set(running())
    result = yield
    _allowed.update(set(running()) - before)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Remember what runs before a test."""
    item.stash[_BEFORE] = set(running())
    log = logging.getLogger(LOG)
    level, handlers = log.level, log.handlers[:]
    try:
        return (yield)
    finally:
        log.setLevel(level)
        log.handlers[:] = handlers


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test that leaves a thread or process, after all of its fixtures are done."""
    result = yield
    left = await_end(item.stash[_BEFORE] | _allowed, within_s=float(item.config.getini(GRACE)))
    assert not left, f"left running: {left}"
    return result


_BEFORE: pytest.StashKey[set[object]] = pytest.StashKey()


def await_end(expected: set[object], *, within_s: float) -> list[str]:
    """Name what runs beyond `expected`, once it had its time to end."""
    deadline = time.monotonic() + within_s
    while True:
        left = [name for key, name in running().items() if key not in expected]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.01)


def running() -> dict[object, str]:
    """Threads and child processes of this process, by something that does not come again."""
    threads = [thread for thread in threading.enumerate() if not _LATER_OF_POOL.search(thread.name)]
    found: dict[object, str] = {thread: f"thread {thread.name}" for thread in threads}
    for pid, started in _children():
        words = _read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ").strip()
        if "multiprocessing.resource_tracker" not in words:
            found[pid, started] = f"process {pid} {words or '(ended, nobody waited for it)'}"
    return found


def _children() -> Iterator[tuple[int, str]]:
    """Child processes with their start times, where the system tells them as Linux does."""
    own = str(os.getpid())
    for status in _candidates():
        # The name, in parentheses, may hold anything; the parent is the second word after it, the start the twentieth.
        words = _read(status).rpartition(")")[2].split()
        if words[1:2] == [own]:
            yield int(status.parent.name), words[19]


def _candidates() -> Iterator[Path]:
    """States of processes among which all children are: told by each thread, or else of all that there are."""
    lists = list(_PROCESSES.glob("self/task/*/children"))
    if not lists:
        yield from _PROCESSES.glob("[0-9]*/stat")
    for one in lists:
        yield from (_PROCESSES / pid / "stat" for pid in _read(one).split())


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""

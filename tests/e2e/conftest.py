"""What tests of pages begin with: a browser for each file of tests, and an empty history for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from openvoy.store import HistoryStore
from tests.e2e.chromium import chromium


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A real browser, or the test is skipped where there is none."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def store(tmp_path: Path) -> AsyncIterator[HistoryStore]:
    """An empty history."""
    opened = await HistoryStore.open(tmp_path / "history")
    yield opened
    await opened.close()

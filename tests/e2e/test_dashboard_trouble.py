"""Every page of the dashboard in every trouble, before a simulated house with its whole service.

What a person must be able to read there: what is wrong and what helps, old values with their time, unknown as unknown.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.e2e.chromium import DESK, PHONE
from tests.e2e.lived_in import LivedIn
from tests.e2e.processes import address_of, started
from tests.e2e.readable import AXE, reading
from tests.e2e.troubles import HOUSES, NOON, room_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

WALL = {"width": 2560, "height": 1440}
PAGES = ("", "history", "panels", "meters", "devices", "control", "settings")


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What stands on the pages of one house."""

    band: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By kind of band, what its words are."""
    now: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By selector on Now, what must be read there; a word that begins with ! must not."""
    pages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By page, the same of its whole text."""
    refused: frozenset[str] = frozenset()
    """Paths of the API that cannot answer in this trouble."""


FLOW, TODAY, COMPARED = '[data-card="flow"]', '[data-card="today"]', '[data-card="compared"]'
PANELS, METERS, STORAGE = '[data-card="panels"]', '[data-card="meters"]', '[data-card="storage"]'
CHART, LIVE = '[data-card="chart"]', '[data-card="live"]'
GLANCE = '[data-card="glance"]'
CONTROL = frozenset({"control"})
NEVER = "No values have arrived yet"
UNKNOWN = {
    GLANCE: ("–", "!0 Wh", "!All well"),
    FLOW: ("–", "!0 W"),
    TODAY: ("–", "!0 Wh"),
    CHART: ("!within a few minutes",),
}
OLD = {
    GLANCE: ("as of 13:2",),
    FLOW: ("as of 13:2", "2.1", "1.8", "!Unknown"),
    STORAGE: ("as of 13:2", "100%"),
    PANELS: ("as of 13:2", "1 panel weak", "!lists no panels"),
    METERS: ("as of 13:2", "Production", "!No meter"),
}
EXPECTED: Mapping[str, Expected] = {
    "well": Expected(
        now={PANELS: ("1 panel weak",), GLANCE: ("usual by now", "1 panel weak 0507: ", "paid for import")}
    ),
    "token-expired": Expected(
        band={"needs_login": ("expired on 17 Jun 2026, 13:30", "Values shown are of 13:2", "minutes ago", "New login")},
        now=OLD,
        pages={
            "devices": ("The login is not accepted",),
            "settings": ("expired", "Valid until 17 Jun 2026, 13:30"),
            "panels": ("0507",),
        },
        refused=CONTROL,
    ),
    "token-expired-at-first": Expected(
        band={"needs_login": ("expired on", "New login", NEVER)},
        now=UNKNOWN,
        pages={"settings": ("expired",)},
        refused=CONTROL,
    ),
    "token-expires-soon": Expected(
        band={"degraded": ("The token expires on", "in 2 days", "New login")}, pages={"settings": ("Valid until",)}
    ),
    "unreachable": Expected(
        band={"unreachable": ("cannot be reached", "Check that the gateway is on", "Values shown are of 13:2")},
        now={**OLD, LIVE: ("No values arrived in the last 15 minutes",)},
        pages={"devices": ("cannot be reached",), "panels": ("0507",), "meters": ("as of 13:2",)},
        refused=CONTROL,
    ),
    "never-reached": Expected(
        band={"unreachable": ("cannot be reached", "Check that the gateway is on", NEVER)},
        now=UNKNOWN,
        refused=CONTROL,
    ),
    "started-alone": Expected(
        band={"unreachable": ("cannot be reached", NEVER)},
        now={FLOW: ("–", "!0 W"), TODAY: ("9.8", "kWh")},
        refused=CONTROL,
    ),
    "nightly-outage": Expected(
        band={"quiet": ("restarting for the night", "This happens every night", "are of 23:0", "!refused")},
        now={FLOW: ("as of 23:0",), PANELS: ("as of 23:0",)},
        refused=CONTROL,
    ),
    "dead-panel": Expected(
        now={PANELS: ("2 panels silent", "1 panel weak"), GLANCE: ("2 panels silent 0211, ",)},
        pages={"panels": ("0211", "below the median", "9991")},
    ),
    "disk-full": Expected(
        band={"unkept": ("nothing can be kept", "No space left", "Free some space", "in memory")},
        now={FLOW: ("2.1", "!as of")},
    ),
    "first-minutes": Expected(
        now={TODAY: ("partly estimated", "Wh"), COMPARED: ("Earlier days are not recorded yet", "–")}
    ),
    "empty-history": Expected(
        now={
            TODAY: ("–", "!0 Wh"),
            COMPARED: ("Earlier days are not recorded yet", "!0 Wh"),
            FLOW: ("2.1",),
            GLANCE: ("–", "!usual", "!All well"),
        },
        pages={"panels": ("!0 Wh",), "history": ("Nothing was recorded",)},
    ),
    "night": Expected(now={PANELS: ("asleep", "!silent"), GLANCE: ("Asleep", "!silent"), FLOW: ("Discharging",)}),
    "standard": Expected(
        now={
            '[data-device="load"]': ("–",),
            '[data-device="grid"]': ("–",),
            METERS: ("No meter is in use",),
        },
    ),
    "large": Expected(now={PANELS: ("median",)}),
    "turned-transformer": Expected(
        band={"wiring": ("reads negative", "wrong until that is mended", "See the check")},
        now={FLOW: ("−2.15",)},
        pages={"meters": ("transformer is turned round", "!consumption transformer")},
    ),
    "meters-broken": Expected(band={"degraded": ("could not be read",)}, now={METERS: ("!No meter is in use",)}),
}


@contextlib.asynccontextmanager
async def staged(name: str, folder: Path) -> AsyncIterator[LivedIn]:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(room_for(name, folder))
        except PermissionError as error:
            pytest.skip(str(error))
        async with HOUSES[name](folder) as house:
            yield house


async def look_through(
    browser: Browser, url: str, expected: Expected, *, has_axe: bool, **settings: Any
) -> Sequence[str]:
    """Open all pages of a house; give all that is wrong."""
    wrong = []
    async with reading(browser, url, **settings) as reader:
        for page in PAGES:
            await reader.open(page)
            found = await reader.flaws()
            found += await reader.misread("main", expected.pages.get(page, ()))
            for band, words in expected.band.items():
                found += await reader.misread(f'[data-band="{band}"]', words)
            for selector, words in expected.now.items() if page == "" else ():
                found += await reader.misread(selector, words)
            found += await reader.hindrances() if has_axe else ()
            wrong += [f"{page or 'now'}: {one}" for one in found]
        wrong += reader.heard()
        if not reader.refused <= expected.refused:
            wrong.append(f"refused: {reader.refused - expected.refused}")
    return wrong


STRONGEST = ("unreachable", "disk-full", "nightly-outage")
"""What people meet; the others run with --long."""


@pytest.mark.parametrize("name", STRONGEST)
@pytest.mark.sample(2)
async def test_what_is_wrong_and_what_helps_can_be_read_on_every_page(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    async with staged(name, tmp_path) as house:
        assert await look_through(browser, house.url, EXPECTED[name], has_axe=False, viewport=PHONE) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_page_of_the_demo(browser: Browser, tmp_path: Path) -> None:
    arguments = ("demo", "--port", "0", "--no-browser", "--days", "30", "--start", NOON)
    with started(*arguments, "--data", str(tmp_path / "demo"), data=tmp_path) as process:
        url = address_of(process) + "/"
        for size in (PHONE, DESK, WALL):
            assert await look_through(browser, url, EXPECTED["well"], has_axe=AXE.exists(), viewport=size) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", EXPECTED)
async def test_every_page_in_every_trouble_at_every_size(browser: Browser, tmp_path: Path, name: str) -> None:
    async with staged(name, tmp_path) as house:
        found = {
            f"{size['width']} {scheme}": await look_through(
                browser, house.url, EXPECTED[name], has_axe=AXE.exists(), viewport=size, color_scheme=scheme
            )
            for size, scheme in ((PHONE, "light"), (DESK, "dark"), (WALL, "light"))
        }
    assert {look: wrong for look, wrong in found.items() if wrong} == {}

"""What docs/library.md shows works as it stands there."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from openvoy.client import SystemClock
from openvoy.protocol.registry import REGISTRY
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import VirtualGateway
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import read_site
from tests.support.lived import lived_site

PAGE = (Path(__file__).parents[2] / "docs" / "library.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SAYS = {0: "has firmware 8.3", 1: "the house uses", 2: ":", 3: "+00:00", 4: "[", 5: "network"}
"""What each example prints, beside what follows from the hour of the day."""


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
@pytest.mark.sample(3)
async def test_an_example_runs_as_it_stands(number: int) -> None:
    clock = VirtualClock(SystemClock())
    site = read_site("demo").commissioned_on((clock.now() - timedelta(days=3)).date())
    source = SiteSource(lived_site(site, clock.now()), clock, parse_version("8.3"))
    async with VirtualGateway(source, clock=clock) as served:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-c", EXAMPLES[number].replace('"envoy.local"', repr(served.url))),
            env={**os.environ, "OPENVOY_TOKEN": str(served.owner_token)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert SAYS[number] in out.decode()
    assert "is not here" not in out.decode()


def test_each_example_is_held_against_what_it_prints() -> None:
    assert set(SAYS) == set(range(len(EXAMPLES)))


def test_endpoints_of_the_page_exist() -> None:
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+|NETWORK|WIRELESS)`", PAGE)) - {"BACK_OFF"}
    assert named
    assert {name.lower() for name in named} - set(REGISTRY) == set()

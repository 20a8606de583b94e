"""Home Assistant's own integration of the gateway, pointed at the mirror, has what it has of the gateway itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from openvoy.virtual.gateway import VirtualGateway
from tests.contract.mirror_support import LIFETIME_S, mirrored
from tests.support.home_assistant import house, need_home_assistant

pytestmark = pytest.mark.timeout(60)


def look(folder: Path, gateway: VirtualGateway) -> Any:
    """Give all states once the integration has read everything."""
    settings = {
        "host": urlsplit(gateway.url or "").netloc, "name": "Envoy", "username": "a@example.org", "password": "-",
        "token": gateway.issue_token("owner", lifetime_s=LIFETIME_S),
    }  # fmt: skip
    with house(folder, "enphase_envoy", **settings) as core:
        found = core.wait(lambda found: len(found["states"]) > 20)
    assert not [line for line in found["complaints"] if line.startswith("ERROR") and "enphase" in line]
    return found["states"]


async def test_the_mirror_is_the_gateway_to_it(tmp_path: Path) -> None:
    need_home_assistant()
    async with mirrored("full", "8.3") as pair:
        direct = await asyncio.to_thread(look, tmp_path / "direct", pair.upstream)
        by_mirror = await asyncio.to_thread(look, tmp_path / "mirror", pair.mirror)
    assert by_mirror == direct
    assert {name.partition(".")[0] for name in direct} >= {"sensor", "binary_sensor"}

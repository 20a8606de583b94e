"""Recordings served in process and read by pyenphase and by us."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pyenphase import Envoy, EnvoyData

from openvoy.model import Snapshot
from openvoy.testing.captures import load_capture, read_capture
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.recording import open_recording
from reference._comparison import Outcome, compare
from reference.pyenphase_fields import GROUPS

AT = datetime(2026, 1, 1, tzinfo=UTC)


async def read_theirs(path: Path, keys: Path) -> EnvoyData:
    """Serve a recording and let pyenphase read it."""
    # The client compares a token with the real time.
    clock = VirtualClock(ManualClock(datetime.now(UTC)))
    async with VirtualGateway(open_recording(path), clock=clock, settings=GatewaySettings(folder=keys)) as gateway:
        envoy = Envoy(urlsplit(gateway.url or "").netloc)
        envoy.set_retry_policy(wait_multiplier=0.01)
        try:
            await envoy.setup()
            await envoy.authenticate(username="envoy", password=gateway.envoy_password, token=gateway.owner_token)
            return await envoy.update()
        finally:
            await envoy.close()


def read_ours(path: Path) -> Snapshot:
    """Read a recording as our client does."""
    return read_capture(load_capture(path), AT)[2]


async def compare_recording(path: Path, keys: Path) -> Outcome:
    """Compare what both read from one recording."""
    return compare(path.stem, await read_theirs(path, keys), read_ours(path), GROUPS)


def compare_all(folder: Path) -> Sequence[Outcome]:
    """Compare every recording of a folder."""
    with tempfile.TemporaryDirectory() as keys:
        return [asyncio.run(compare_recording(path, Path(keys))) for path in sorted(folder.glob("*.har"))]

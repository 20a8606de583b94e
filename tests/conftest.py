"""What every test gets: recordings, a network that ends at this machine, and a check that nothing is left running."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from openvoy.testing.captures import Capture, captures_folder, load_capture

pytest_plugins = ["tests.support.loopback", "tests.support.leftovers"]

FOLDER = captures_folder(Path(__file__).parents[1])
RECORDINGS = sorted(FOLDER.glob("*.har"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer --long."""
    parser.addoption("--long", action="store_true", help="run the slow campaigns too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow campaigns out unless they are asked for."""
    if config.getoption("--long"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.fixture(scope="session")
def recordings_folder() -> Path:
    """Folder of the recordings; without it, all tests that ask for it skip at this one line."""
    if not RECORDINGS:
        pytest.skip("no recordings: neither in OPENVOY_CAPTURES nor in shared/captures beside the checkout")
    return FOLDER


@pytest.fixture(scope="session")
def captures(recordings_folder: Path) -> Mapping[str, Capture]:
    """All recordings by name."""
    return {path.stem: load_capture(path) for path in sorted(recordings_folder.glob("*.har"))}


@pytest.fixture(params=[path.stem for path in RECORDINGS] or ["absent"])
def capture(request: pytest.FixtureRequest, captures: Mapping[str, Capture]) -> Capture:
    """One recording after the other."""
    return captures[request.param]

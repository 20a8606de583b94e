"""What every test gets: recordings, a network that ends at this machine, and a check that nothing is left running."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from openvoy.testing.captures import Capture, captures_folder, load_capture

pytest_plugins = ["tests.support.loopback", "tests.support.leftovers"]

ABSENT = "no recordings: neither in OPENVOY_CAPTURES nor in shared/captures beside the checkout"
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give all tests that miss the recordings one place, so that the summary folds them into one line."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and ABSENT in report.longrepr[2]:
        report.longrepr = (__file__, 0, report.longrepr[2])
    return report


@pytest.fixture(scope="session")
def recordings_folder() -> Path:
    """Folder of the recordings; without it, all tests that ask for it skip with one line."""
    if not RECORDINGS:
        pytest.skip(ABSENT)
    return FOLDER


@pytest.fixture(scope="session")
def captures(recordings_folder: Path) -> Mapping[str, Capture]:
    """All recordings by name."""
    return {path.stem: load_capture(path) for path in sorted(recordings_folder.glob("*.har"))}


@pytest.fixture(params=[path.stem for path in RECORDINGS] or ["absent"])
def capture(request: pytest.FixtureRequest, captures: Mapping[str, Capture]) -> Capture:
    """One recording after the other."""
    return captures[request.param]

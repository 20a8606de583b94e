"""What every test gets: recordings, a network that ends at this machine, and a check that nothing is left running."""

from __future__ import annotations

import gc
import signal
from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from openvoy.testing.captures import Capture, captures_folder, load_capture

pytest_plugins = ["tests.support.loopback", "tests.support.leftovers"]

ABSENT = "no recordings: neither in OPENVOY_CAPTURES nor in shared/captures beside the checkout"
MISSING = "Skipped: no "
"""How the reason begins where the machine lacks something."""
FOLDER = captures_folder(Path(__file__).parents[1])
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long an example takes is the machine's matter."""
LONG_EXAMPLES = 1000
LONGEST = Path(__file__).parent / "e2e"
RECORDINGS = sorted(FOLDER.glob("*.har"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer --long."""
    parser.addoption("--long", action="store_true", help="run the slow campaigns too")


def pytest_configure(config: pytest.Config) -> None:
    """Have the same examples at each run, and many other ones with --long; let Ctrl-C be what it is.

    A suite that is begun in the background inherits that Ctrl-C is ignored, and so do its commands.
    """
    settings.register_profile("steady", PATIENT, derandomize=True)
    settings.register_profile("long", PATIENT, max_examples=LONG_EXAMPLES)
    settings.load_profile("long" if config.getoption("--long") else "steady")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what is collected: it stays until the tests end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_unconfigure() -> None:
    """Let libraries that look for leaks see everything go."""
    gc.unfreeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow campaigns out unless they are asked for; what takes long goes first: no core is to wait for it."""
    items.sort(key=lambda item: not item.path.is_relative_to(LONGEST))
    _extend_limits(items, config.getoption("--timeout"))
    if config.getoption("--long"):
        return
    slow = {item for item in items if item.get_closest_marker("slow")}
    left_out = slow | _beyond_samples([item for item in items if item not in slow])
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def _beyond_samples(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """Give the cases of tests of which only some run: the first, the last, and those evenly between."""
    cases = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        if item.get_closest_marker("sample"):
            cases[item.nodeid.partition("[")[0]].append(item)
    beyond = set[pytest.Item]()
    for own in cases.values():
        mark = own[0].get_closest_marker("sample")
        assert mark is not None
        (most,) = mark.args
        steps = max(1, most - 1)
        beyond |= set(own) - {own[round(step * (len(own) - 1) / steps)] for step in range(most)}
    return beyond


def _extend_limits(items: Sequence[pytest.Item], least_s: float | None) -> None:
    """Give a test with a limit of its own the command line's where that is longer: the machine may be busy."""
    for item in items:
        own = item.get_closest_marker("timeout")
        if least_s is not None and own is not None and own.args[0] < least_s:
            item.add_marker(pytest.mark.timeout(least_s), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give all tests that miss the same thing one place, so that the summary folds them into one line."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and MISSING in report.longrepr[2]:
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

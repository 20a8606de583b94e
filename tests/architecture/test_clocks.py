"""Nothing below floor 5 reads a clock or waits, except what implements `ports.Clock`: a year runs in minutes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import pytest

from tests.architecture.test_floors import FLOORS
from tests.architecture.tree import AnyFunction, Module, dotted_name, expect_none, imports, modules, sample

COLLECTOR = 5
CLOCK_METHODS = {"now", "monotonic", "sleep"}
READS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "asyncio.sleep",
    "loop.time",
    "get_running_loop.time",
    "get_event_loop.time",
    "call_later",
}
"""Calls by the end of their dotted name."""
TURN = "asyncio.sleep(0)"
"""Gives others their turn, and takes no time."""


def clock_violations(sources: Iterable[Module]) -> Iterator[str]:
    for module in sources:
        if FLOORS.get(module.package, COLLECTOR) >= COLLECTOR:
            continue
        allowed = _clock_lines(module)
        for place, line, what in _reads(module):
            if line not in allowed:
                yield f"{place}: {what} is a clock; take a ports.Clock"


def _clock_lines(module: Module) -> set[int]:
    """Lines of the classes that implement the port."""
    clocks = (
        node
        for node in module.nodes
        if isinstance(node, ast.ClassDef)
        and CLOCK_METHODS.issubset(item.name for item in node.body if isinstance(item, AnyFunction))
    )
    return {line for clock in clocks for line in range(clock.lineno, (clock.end_lineno or 0) + 1)}


def _reads(module: Module) -> Iterator[tuple[str, int, str]]:
    for found in imports(module):
        # Naming the module is not reading it: only names taken out of it can be told apart here.
        if (found.module, found.name) == ("asyncio", "sleep") or (found.module == "time" and found.name):
            yield found.at, int(found.at.rpartition(":")[2]), f"{found.module}.{found.name}"
    has_time = any(found.module == "time" and not found.name for found in imports(module))
    turns = {node.func for node in module.nodes if isinstance(node, ast.Call) and ast.unparse(node) == TURN}
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node not in turns:
            name = dotted_name(node)
            if (has_time and name.startswith("time.")) or _ends_like_a_read(name):
                yield module.at(node), node.lineno, name


def _ends_like_a_read(name: str) -> bool:
    return any(name == read or name.endswith(f".{read}") for read in READS)


def test_nothing_below_the_collector_reads_a_clock() -> None:
    expect_none(clock_violations(modules()))


def test_a_turn_is_no_clock() -> None:
    turn, rest = (f"import asyncio\nasync def f():\n    await asyncio.sleep({seconds})" for seconds in ("0", "0.1"))
    assert list(clock_violations([sample(turn, "openvoy.client.a")])) == []
    assert len(list(clock_violations([sample(rest, "openvoy.client.a")]))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import time\nt = time.time()",
        "import time\nt = time.monotonic()",
        "import time\ntime.sleep(1)",
        "from time import perf_counter",
        "from asyncio import sleep",
        "import asyncio\nasync def f():\n    await asyncio.sleep(1)",
        "import datetime\nnow = datetime.datetime.now()",
        "from datetime import datetime, UTC\nnow = datetime.now(UTC)",
        "from datetime import date\nday = date.today()",
        "import asyncio\nt = asyncio.get_running_loop().time()",
        "from datetime import datetime\nf(default_factory=datetime.utcnow)",
    ],
)
def test_a_clock_is_found(source: str) -> None:
    assert len(list(clock_violations([sample(source, "openvoy.client.a")]))) == 1
    assert list(clock_violations([sample(source, "openvoy.collector.a")])) == []


def test_an_implementation_of_the_port_may_read() -> None:
    source = """
        import asyncio, time
        from datetime import UTC, datetime
        class SystemClock:
            def now(self): return datetime.now(UTC)
            def monotonic(self): return time.monotonic()
            async def sleep(self, seconds): await asyncio.sleep(seconds)
    """
    assert list(clock_violations([sample(source, "openvoy.client.clock")])) == []


def test_a_clock_that_is_handed_in_may_be_read() -> None:
    source = "from datetime import time\ndef f(clock):\n    return clock.now(), clock.monotonic(), time(12), time.min"
    assert list(clock_violations([sample(source, "openvoy.client.a")])) == []

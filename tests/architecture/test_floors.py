"""Imports point downward only, and packages on one floor never import each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from tests.architecture.tree import Module, expect_none, imports, modules, sample

FLOORS = {
    "codec": 0,
    "errors": 0,
    "units": 0,
    "model": 1,
    "settings": 1,
    "protocol": 2,
    "ports": 3,
    "client": 4,
    "virtual": 4,
    "store": 4,
    "exporters": 4,
    "": 4.5,  # `openvoy` itself shows users the client and what it returns
    "collector": 5,
    "web": 5,
    "cli": 6,
    "__main__": 7,
    "testing": 8,
}
FREE_NAMES = {"__version__"}
"""What anybody may take from `openvoy` itself."""


def floor_violations(sources: Iterable[Module]) -> Iterator[str]:
    for module in sources:
        if module.package not in FLOORS:
            yield f"{module.path}: package {module.package} stands on no floor; docs/architecture.md has the list"
            continue
        for place, package in _imported_packages(module):
            if package not in FLOORS:
                yield f"{place}: {package} stands on no floor"
            elif package != module.package and FLOORS[package] >= FLOORS[module.package]:
                yield f"{place}: {module.package or 'openvoy'} must not import {package or 'openvoy'}"


def _imported_packages(module: Module) -> Iterator[tuple[str, str]]:
    for found in imports(module):
        if found.module == "openvoy" and found.name not in FREE_NAMES:
            yield found.at, found.name if found.name in FLOORS else ""
        elif found.module.startswith("openvoy."):
            yield found.at, found.module.split(".")[1]


def test_imports_point_downward() -> None:
    expect_none(floor_violations(modules()))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("openvoy.model.a", "from openvoy.protocol import http"),
        ("openvoy.model.a", "from openvoy import protocol"),
        ("openvoy.model.a", "import openvoy.protocol.http"),
        ("openvoy.model.a", "if TYPE_CHECKING:\n    from openvoy.ports import Clock"),
        ("openvoy.model.a", "from ..protocol import http"),
        ("openvoy.model.a", "import importlib\nimportlib.import_module('openvoy.web')"),
        ("openvoy.client.a", "from openvoy.virtual import pages"),
        ("openvoy.web.a", "from openvoy.collector import service"),
        ("openvoy.errors", "from openvoy import units"),
        ("openvoy.store.a", "from openvoy import Snapshot"),
        ("openvoy.web.a", "from openvoy.testing.clock import ManualClock"),
        ("openvoy.web.a", "from openvoy.helpers import anything"),
        ("openvoy.helpers", "import json"),
    ],
)
def test_an_upward_import_is_found(name: str, source: str) -> None:
    assert len(list(floor_violations([sample(source, name)]))) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("openvoy.client.a", "from openvoy.ports import Clock\nfrom openvoy.client.b import c\nfrom .d import e"),
        ("openvoy.client.a", "from openvoy import __version__\nfrom openvoy import codec\nimport json"),
        ("openvoy.cli.a", "from openvoy.web import app\nfrom openvoy import Gateway"),
    ],
)
def test_a_downward_import_is_not(name: str, source: str) -> None:
    assert list(floor_violations([sample(source, name)])) == []

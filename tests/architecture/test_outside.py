"""What others hold on to stays: the public names, and the size of the dashboard that browsers load."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import openvoy
from tests.architecture.tree import ROOT, expect_none

PINNED = ROOT / "tests" / "golden" / "public_names.txt"
PACKAGE = ROOT / "ui" / "package.json"
BUDGET = "budget"
"""The script of ui/package.json that fails where the built scripts are larger than agreed."""


def name_violations(pinned: Iterable[str], offered: Iterable[str]) -> list[str]:
    pinned, offered = set(pinned), set(offered)
    gone = [f"{name} is gone: whoever imports it breaks" for name in sorted(pinned - offered)]
    return gone + [f"{name} is new: add it to tests/golden/public_names.txt" for name in sorted(offered - pinned)]


def budget_violations(package: Mapping[str, Any]) -> list[str]:
    scripts = package["scripts"]
    if BUDGET not in scripts:
        return [f"ui/package.json has no script {BUDGET}"]
    return [] if f"run {BUDGET}" in scripts.get("test", "") else [f"npm test does not run {BUDGET}"]


def test_public_names_are_pinned() -> None:
    expect_none(name_violations(PINNED.read_text().split(), openvoy.__all__))


def test_public_names_exist() -> None:
    assert [name for name in openvoy.__all__ if not hasattr(openvoy, name)] == []


def test_the_size_of_the_dashboard_is_checked() -> None:
    expect_none(budget_violations(json.loads(PACKAGE.read_text())))


def test_a_changed_name_is_found() -> None:
    assert len(name_violations(["Gateway", "Snapshot"], ["Gateway", "Snap"])) == 2
    assert name_violations(["Gateway"], ["Gateway"]) == []


def test_an_unchecked_size_is_found() -> None:
    assert budget_violations({"scripts": {"test": "vitest run"}})
    assert budget_violations({"scripts": {"test": "vitest run", "budget": "node budget.mjs"}})
    assert not budget_violations({"scripts": {"test": "vitest run && npm run budget", "budget": "node budget.mjs"}})

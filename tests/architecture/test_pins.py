"""constraints.txt pins what pyproject.toml asks for, by version and nothing else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tests.architecture.tree import ROOT, expect_none

PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==[\w.!+]+")
OWN = "openvoy"


def normalised(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def asked_for(pyproject: dict[str, Any]) -> set[str]:
    project = pyproject["project"]
    lists: Iterable[list[str]] = (
        pyproject["build-system"]["requires"],
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *pyproject["dependency-groups"].values(),
    )
    return {normalised(requirement) for requirements in lists for requirement in requirements} - {OWN}


def pin_violations(constraints: str, wanted: set[str]) -> Iterator[str]:
    lines = [line for line in constraints.splitlines() if line and not line.startswith("#")]
    yield from (f"{line} is no name==version" for line in lines if not PIN.fullmatch(line))
    pinned = {normalised(line) for line in lines}
    yield from (f"{name} is not pinned; run script/constraints" for name in sorted(wanted - pinned))


def test_everything_that_is_asked_for_is_pinned() -> None:
    wanted = asked_for(tomllib.loads((ROOT / "pyproject.toml").read_text()))
    expect_none(pin_violations((ROOT / "constraints.txt").read_text(), wanted))


@pytest.mark.parametrize(
    "constraints", ["a-b==1.0", "a_b==1.0\nc>=2", "a_b==1.0\nc @ https://example.org/c.whl\nc==1", "c==1"]
)
def test_a_missing_or_loose_pin_is_found(constraints: str) -> None:
    assert len(list(pin_violations(constraints, {"a-b", "c"}))) >= 1


def test_a_good_pin_is_not() -> None:
    assert list(pin_violations("# pins\nA_b==1.0\nc==2.0.post1\n", {"a-b", "c"})) == []

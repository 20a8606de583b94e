from __future__ import annotations

import re
from pathlib import Path

import pytest

from openvoy.protocol.firmware import parse_firmware
from openvoy.virtual.faults import fault_kinds, parse_fault
from openvoy.virtual.traits import CONDITIONS, TRAITS, Where, traits_of
from reference.faults import BY_NATURE

TESTS = Path(__file__).parents[2]


def names_of(firmware: str) -> set[str]:
    return {trait.fault.partition(":")[0] for trait in traits_of(parse_firmware(firmware))}


@pytest.mark.parametrize(
    ("firmware", "has", "lacks"),
    [
        ("3.9.36", {"dev-type-absent", "net-import-only"}, {"phantom-meter"}),
        ("4.10.35", {"net-import-only"}, {"dev-type-absent", "flags-null"}),
        ("7.0.88", {"stream-bursts", "standard-zero-v1"}, {"small-frozen-v1", "net-import-only"}),
        ("8.2.127", {"storage-leg-copied", "standard-zero-v1"}, {"phantom-meter"}),
        ("8.2.4345", {"storage-leg-copied", "small-frozen-v1"}, {"standard-zero-v1", "three-lines"}),
        ("8.3.1598", {"three-lines", "power-factor-sum"}, {"phantom-meter"}),
        ("8.3.5169", {"phantom-meter"}, {"three-lines", "total-is-net", "standard-zero-v1"}),
        ("8.3.5433", {"phantom-meter", "three-lines", "total-is-net", "reactive-swapped", "standard-zero-v1"}, set()),
        ("8.3.6086", {"stream-stalls", "writes-ignored", "phantom-meter"}, {"total-is-net"}),
        ("8.3.5528", {"phantom-meter", "three-lines"}, {"total-is-net", "power-factor-sum"}),
    ],
)
def test_a_firmware_has_its_nature(firmware: str, has: set[str], lacks: set[str]) -> None:
    names = names_of(firmware)
    assert has <= names
    assert not lacks & names


def test_every_trait_is_a_fault_and_hits_one_path_at_most_once() -> None:
    for text in {trait.since for trait in TRAITS} | {trait.until for trait in TRAITS}:
        keys = [
            (name, fault.path) for name, fault in (parse_fault(row.fault) for row in traits_of(parse_firmware(text)))
        ]
        assert len(keys) == len(set(keys))
    assert set(CONDITIONS) == set(Where)


def test_every_fault_is_shown_by_a_test() -> None:
    shown = "".join(path.read_text() for path in TESTS.rglob("*.py"))
    assert [name for name in fault_kinds() if not re.search(rf"[\"'`]{name}[\"':,]", shown)] == []


def test_every_measured_behaviour_is_a_fault_or_by_nature(recordings_folder: Path) -> None:
    listed = recordings_folder.parent / "quirks.md"
    if not listed.exists():
        pytest.skip("the list of measured behaviours is not beside the recordings")
    numbers = set(re.findall(r"^(Q\d+) ", listed.read_text(), re.MULTILINE))
    shown = {number for kind in fault_kinds().values() for number in kind.quirks}
    natural = {number for number, _ in BY_NATURE}
    assert len(numbers) > 40
    assert numbers - shown - natural == set()
    assert natural & shown == set()

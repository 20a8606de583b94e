"""No fault that touches energy is left out of what simulated site-years go through."""

from __future__ import annotations

from openvoy.testing.truth.plan import BESIDE_ENERGY, BESIDE_NAMES, FAULTS
from openvoy.virtual.faults import fault_kinds, parse_fault

DRAWN = {text.partition(":")[0] for text, _, _ in FAULTS}


def test_every_fault_is_drawn_or_has_its_reason() -> None:
    beside = {name for name in fault_kinds() if name.startswith(BESIDE_NAMES)}
    assert sorted(fault_kinds().keys() - DRAWN - BESIDE_ENERGY.keys() - beside) == []


def test_what_is_named_exists_once() -> None:
    for text, least_h, most_h in FAULTS:
        parse_fault(text)
        assert 0 < least_h < most_h
    assert fault_kinds().keys() >= BESIDE_ENERGY.keys()
    assert not DRAWN & BESIDE_ENERGY.keys()

"""What pyenphase reads from a recording and what we read are the same, or a rule says why ours is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from pyenphase.models import (
    acb,
    c6combiner,
    collar,
    dry_contacts,
    encharge,
    enpower,
    generator,
    inverter,
    meters,
    system_consumption,
    system_production,
    tariff,
)

from reference import pages
from reference._comparison import Field, Group, Pair, Reason, compare
from reference._pyenphase_replay import compare_recording
from reference.pyenphase import render, undeclared, unexplained
from reference.pyenphase_fields import GROUPS
from tests.architecture.tree import ROOT
from tests.conftest import RECORDINGS

PAGE = ROOT / "docs" / "reference" / "pyenphase.md"
CLASSES: Mapping[str, type[Any]] = MappingProxyType(
    {
        "Overview": system_production.EnvoySystemProduction,
        "Overview by phase": system_consumption.EnvoySystemConsumption,
        "Meters": meters.EnvoyMeterData,
        "Meters by phase": meters.EnvoyMeterData,
        "Inverters": inverter.EnvoyInverter,
        "IQ Batteries": encharge.EnvoyEncharge,
        "Power of IQ Batteries": encharge.EnvoyEnchargePower,
        "AC Batteries together": acb.EnvoyACBPower,
        "AC Batteries": acb.EnvoyACB,
        "All batteries together": acb.EnvoyBatteryAggregate,
        "System controller": enpower.EnvoyEnpower,
        "Meter collar": collar.EnvoyCollar,
        "Combiner": c6combiner.EnvoyC6CC,
        "Contacts": dry_contacts.EnvoyDryContactStatus,
        "Settings of contacts": dry_contacts.EnvoyDryContactSettings,
        "Generator": generator.EnvoyGenerator,
        "Configuration of the generator": generator.EnvoyGeneratorConfig,
        "Mode of the generator": generator.EnvoyGeneratorMode,
        "Schedule of the generator": generator.EnvoyGeneratorSchedule,
        "Tariff": tariff.EnvoyTariff,
        "Storage settings": tariff.EnvoyStorageSettings,
    }
)
ELSEWHERE = {"storage_settings"}
"""Has a group of its own."""


@pytest.mark.parametrize("name", [path.stem for path in RECORDINGS] or ["absent"])
@pytest.mark.sample(5)
async def test_every_difference_has_its_reason(
    recordings_folder: Path, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys = tmp_path_factory.getbasetemp() / "keys"
    outcome = await compare_recording(recordings_folder / f"{name}.har", keys)
    assert unexplained([outcome]) == []
    assert outcome.agreements > 2 * len(outcome.differences)


@pytest.mark.timeout(60)
def test_the_page_is_current(recordings_folder: Path) -> None:
    assert pages.compare(PAGE, pages.NOTICE + render(recordings_folder)) == ""


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.title)
def test_every_field_of_theirs_has_its_row(group: Group) -> None:
    if group.title not in CLASSES:
        return
    known = {one.name for one in dataclasses.fields(CLASSES[group.title])} - ELSEWHERE
    assert undeclared(known, group.fields) == []


def test_every_class_of_theirs_has_its_group() -> None:
    assert set(CLASSES) <= {group.title for group in GROUPS}


def test_a_field_that_we_do_not_say_says_why() -> None:
    silent = [(group.title, one.theirs) for group in GROUPS for one in group.fields if one.ours is None]
    assert len(silent) > 5
    assert [row for group in GROUPS for row in group.fields if row.ours is None and not row.why] == []


@dataclasses.dataclass
class Thing:
    value: float | None


def differences_of(theirs: float | None, ours: float | None, *reasons: Reason) -> list[str]:
    field = Field(theirs="value", ours="value", reasons=reasons)
    group = Group(
        title="things", pairs=lambda _data, _snapshot: iter([("a", Thing(theirs), Thing(ours))]), fields=(field,)
    )
    return unexplained([compare("x", None, None, [group])])


@pytest.mark.parametrize(("theirs", "ours"), [(1.0, 2.0), (1, None), (None, 1), (1, True), (0, None)])
def test_a_difference_without_reason_is_found(theirs: float | None, ours: float | None) -> None:
    assert len(differences_of(theirs, ours)) == 1


def test_a_reason_holds_only_where_its_rule_does() -> None:
    def is_zero(_pair: Pair, theirs: Any, _ours: Any) -> bool:
        return bool(theirs == 0)

    zero = Reason(id="zero", text="", applies=is_zero)
    assert differences_of(0, None, zero) == []
    assert len(differences_of(1, None, zero)) == 1
    assert differences_of(1.0, 1) == []

from __future__ import annotations

from typing import Any

import pytest

from openvoy.errors import ConfigError
from openvoy.protocol.control import Verdict
from openvoy.protocol.control_registry import find_control
from tests.unit.protocol.controls.known import STORAGE, plan_of, planned, state_of, verdict_of


def tariff(**storage: Any) -> dict[str, Any]:
    settings = {
        "mode": "self-consumption",
        "reserved_soc": 20.0,
        "very_low_soc": 5,
        "charge_from_grid": False,
        **storage,
    }
    return {
        "tariff": {"currency": {"code": "USD"}, "newer": [1, {"member": None}], "storage_settings": settings},
        "schedule": {"filename": "Tariff"},
    }


def state(**storage: Any) -> Any:
    return state_of({"ensemble_inventory": STORAGE, "tariff": tariff(**storage)})


def test_all_of_the_tariff_is_written_but_the_schedule() -> None:
    expected = {"tariff": tariff(reserved_soc=40.0)["tariff"]}
    assert planned("battery.reserve", state(), reserve=40.0) == ("PUT", "/admin/lib/tariff", expected)
    # Whole or with a point, as the gateway writes it.
    (request,) = plan_of("battery.reserve", state(), reserve=40.0).requests
    assert b'"reserved_soc":40.0' in request.body
    (request,) = plan_of("battery.reserve", state(reserved_soc=20), reserve=40.0).requests
    assert b'"reserved_soc":40,' in request.body


@pytest.mark.parametrize(
    ("stored", "wanted", "sent"),
    [
        ("self-consumption", "savings", "economy"),
        ("self-consumption", "backup", "backup"),
        ("economy", "self-consumption", "self-consumption"),
        ("savings-mode", "savings", "savings-mode"),
        (None, "savings", "economy"),
    ],
)
def test_modes_have_the_gateways_words(stored: str | None, wanted: str, sent: str) -> None:
    _, _, body = planned("battery.mode", state(mode=stored), mode=wanted)
    assert body["tariff"]["storage_settings"]["mode"] == sent


@pytest.mark.parametrize("stored", ["economy", "savings-mode"])
def test_two_words_for_one_mode_are_one(stored: str) -> None:
    assert verdict_of("battery.mode", state(mode=stored), mode="savings") is Verdict.DONE


def test_a_mode_that_is_not_said_stays_unsaid() -> None:
    assert verdict_of("battery.mode", state(mode=None), mode="backup") is Verdict.UNSAID
    _, _, body = planned("battery.reserve", state(mode=None), reserve=30)
    assert body["tariff"]["storage_settings"]["mode"] is None


def test_a_mode_that_nobody_knows_is_kept_as_text() -> None:
    current = find_control("battery.mode").current(state(mode="hems"))
    assert current[""]["mode"] == "hems"


def test_while_the_cloud_plans_a_mode_needs_its_end() -> None:
    planning = state(opt_schedules=True)
    with pytest.raises(ConfigError, match="cloud"):
        plan_of("battery.mode", planning, mode="backup")
    _, _, body = planned("battery.mode", planning, mode="backup", cloud_schedule=False)
    settings = body["tariff"]["storage_settings"]
    assert (settings["mode"], settings["opt_schedules"]) == ("backup", False)
    assert "cloud" in find_control("battery.reserve").reason(planning, {"reserve": 30})


def test_in_backup_there_is_no_other_reserve() -> None:
    with pytest.raises(ConfigError, match="backup"):
        plan_of("battery.reserve", state(mode="backup"), reserve=30)


def test_the_least_reserve_is_the_safety_limit() -> None:
    control = find_control("battery.reserve")
    (argument,) = control.bounded(state(very_low_soc=10), control.arguments)
    assert argument.accepts == "a number from 10 to 100 %"
    (unasked,) = control.arguments
    assert unasked.accepts == "a number from the gateway's very_low_soc to 100 %"


@pytest.mark.parametrize(
    ("documents", "reason"),
    [
        ({"ensemble_inventory": [], "tariff": tariff()}, "no batteries"),
        ({"ensemble_inventory": STORAGE, "tariff": {"tariff": {"single_rate": {"rate": 1}}}}, "no storage settings"),
        ({"ensemble_inventory": STORAGE, "tariff": tariff()}, ""),
    ],
)
def test_where_there_is_nothing_to_set_it_is_not_offered(documents: Any, reason: str) -> None:
    for name in ("battery.mode", "battery.reserve", "battery.charge-from-grid"):
        found = find_control(name).absent(state_of(documents))
        assert reason in found
        assert bool(reason) is bool(found)


def test_a_number_that_is_rounded_is_the_same() -> None:
    assert verdict_of("battery.reserve", state(reserved_soc=40.004), reserve=40) is Verdict.DONE
    assert verdict_of("battery.reserve", state(reserved_soc=41), reserve=40) is Verdict.NOT_YET


@pytest.mark.parametrize(
    ("control", "wanted", "told"),
    [
        ("battery.mode", {"mode": "backup"}, "give nothing then while the grid is there"),
        ("battery.mode", {"mode": "savings"}, ""),
        ("battery.reserve", {"reserve": 40.0}, "Below that charge"),
        ("battery.reserve", {"reserve": 10.0}, ""),
    ],
)
def test_what_keeps_energy_back_is_told_before(control: str, wanted: dict[str, Any], told: str) -> None:
    notes = plan_of(control, state(), **wanted).notes
    assert (told in " ".join(notes), len(notes)) == (True, int(told != ""))

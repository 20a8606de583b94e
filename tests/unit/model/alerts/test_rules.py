"""What is trouble, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from openvoy.model import Battery, Inverter, Power, Snapshot
from openvoy.model.alerts.batteries import judge_batteries
from openvoy.model.alerts.condition import Judgement
from openvoy.model.alerts.daylight import find_sun_height_deg, is_daylight
from openvoy.model.alerts.gateways import judge_gateway
from openvoy.model.alerts.grid import judge_grid
from openvoy.model.alerts.history import judge_history
from openvoy.model.alerts.panels import judge_panels
from openvoy.model.devices import Grid, Storage
from openvoy.model.snapshot import GatewayInfo

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
UNDECIDED = ("panel/home/",)


def panels(*powers_w: float | None, age_min: float = 5) -> list[Inverter]:
    at = NOON - timedelta(minutes=age_min)
    return [Inverter(serial=f"{index}", at=at, power_w=power_w) for index, power_w in enumerate(powers_w, start=1)]


def keys(judgement: Judgement) -> list[str]:
    return [condition.key for condition in judgement.conditions]


def test_a_panel_that_gives_nothing_beside_its_neighbours_is_ill() -> None:
    found = judge_panels("home", panels(200, 0, 210, 190), now=NOON, is_daylight=True)
    assert keys(found) == ["panel/home/one/2"]
    assert "gives 0 W, while its neighbours give 195 W" in found.conditions[0].text


def test_a_panel_that_looks_elsewhere_is_not() -> None:
    assert judge_panels("home", panels(200, 20, 25, 210), now=NOON, is_daylight=True) == Judgement()


def test_a_silent_panel_is_told_from_its_neighbours() -> None:
    fleet = [*panels(200, 210, 190), replace(panels(180, age_min=200)[0], serial="9")]
    assert keys(judge_panels("home", fleet, now=NOON, is_daylight=True)) == ["panel/home/one/9"]


@pytest.mark.parametrize("light", [False, None, True])
def test_in_the_dark_and_under_snow_no_panel_is_judged(light: bool | None) -> None:
    found = judge_panels("home", panels(0, 1, 0, 2), now=NOON, is_daylight=light)
    assert found.conditions == ()
    assert found.undecided[0].startswith("panel/home/")


def test_a_whole_silent_array_is_known_by_the_sun_alone() -> None:
    silent = panels(0, 0, 0, age_min=500)
    assert judge_panels("home", silent, now=NOON, is_daylight=False).conditions == ()
    assert judge_panels("home", silent, now=NOON, is_daylight=None).undecided == UNDECIDED
    assert keys(judge_panels("home", silent, now=NOON, is_daylight=True)) == ["panel/home/all"]


def test_a_gateway_without_times_of_reports_is_not_judged() -> None:
    nameless = [Inverter(serial="1"), Inverter(serial="2")]
    assert judge_panels("home", nameless, now=NOON, is_daylight=True).undecided == UNDECIDED


@pytest.mark.parametrize(
    ("hour", "height_deg"),
    # By the NOAA solar calculator for Paris at the solstice, to a tenth.
    [(12, 64.5), (4, 1.0), (0, -17.3)],
)
def test_the_sun_is_where_it_is(hour: int, height_deg: float) -> None:
    at = NOON.replace(hour=hour)
    assert find_sun_height_deg(at, latitude=48.85, longitude=2.35) == pytest.approx(height_deg, abs=1.0)


def test_without_a_place_daylight_is_not_known() -> None:
    assert is_daylight(NOON, latitude=None, longitude=None) is None
    assert is_daylight(NOON, latitude=48.85, longitude=2.35) is True
    assert is_daylight(NOON.replace(hour=1), latitude=48.85, longitude=2.35) is False


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("unreachable", ["gateway/home/unreachable"]),
        ("needs_login", ["token/home/refused"]),
        ("quiet", []),
        ("starting", []),
        ("ok", []),
    ],
)
def test_states_of_a_gateway(state: str, found: list[str]) -> None:
    judgement = judge_gateway("home", state, problem="It does not answer.", hint="", login_trouble="")
    assert keys(judgement) == found
    assert bool(judgement.undecided) == (state != "ok")


def test_a_token_that_will_expire_is_told_while_values_arrive() -> None:
    found = judge_gateway("home", "degraded", problem="x", hint="Get one.", login_trouble="It expires in 3 weeks.")
    assert [(one.key, one.text, one.hint) for one in found.conditions] == [
        ("token/home/ending", "It expires in 3 weeks.", "Get one.")
    ]


@pytest.mark.parametrize(
    ("grid", "found"),
    [
        (Grid(relay="closed", status="on-grid"), []),
        (Grid(relay="open", status="off-grid"), ["grid/home/lost"]),
        (Grid(relay="open"), ["grid/home/lost"]),
        (Grid(relay="open", status="off-grid", relay_admin="open"), ["grid/home/left"]),
        (Grid(), []),
        (None, []),
    ],
)
def test_the_grid(grid: Grid | None, found: list[str]) -> None:
    judgement = judge_grid("home", grid, Storage(soc_pct=80))
    assert keys(judgement) == found
    assert all(one.is_urgent == one.key.endswith("lost") for one in judgement.conditions)


HOUSE = Snapshot(
    gateway=GatewayInfo(serial="1"), at=NOON, storage=Storage(soc_pct=50, mode="self-consumption"),
    power=Power(grid_w=-2000, battery_w=0),
)  # fmt: skip


def batteries(snapshot: Snapshot) -> Judgement:
    return judge_batteries("home", snapshot, low_soc_pct=10)


def test_batteries_that_let_surplus_go_do_not_charge() -> None:
    assert keys(batteries(HOUSE)) == ["battery/home/idle"]
    assert HOUSE.storage is not None
    for storage in (
        replace(HOUSE.storage, soc_pct=95),
        replace(HOUSE.storage, mode="savings"),
        replace(HOUSE.storage, cloud_scheduled=True),
    ):
        assert keys(batteries(replace(HOUSE, storage=storage))) == []
    for power in (Power(grid_w=-100, battery_w=0), Power(grid_w=-2000, battery_w=-3000), Power(grid_w=-2000)):
        assert keys(batteries(replace(HOUSE, power=power))) == []


def test_low_batteries_are_urgent_only_off_the_grid_and_end_with_a_margin() -> None:
    low = replace(HOUSE, storage=Storage(soc_pct=9))
    assert [one.is_urgent for one in batteries(low).conditions] == [False]
    assert [one.is_urgent for one in batteries(replace(low, grid=Grid(status="off-grid"))).conditions] == [True]
    assert batteries(replace(HOUSE, storage=Storage(soc_pct=12))) == Judgement(undecided=("battery/home/low",))
    assert batteries(replace(HOUSE, storage=Storage(soc_pct=16))) == Judgement()


def test_a_battery_that_is_off_or_silent_is_named() -> None:
    two = (Battery(serial="7", kind="iq", communicating=False), Battery(serial="8", kind="iq", dc_switch_off=True))
    titles = [one.title for one in batteries(replace(HOUSE, storage=None, batteries=two)).conditions]
    assert titles == ["Battery 7 does not communicate", "Battery 8 is switched off at its own switch"]


def test_history_that_does_not_grow_while_values_arrive_is_stuck() -> None:
    assert keys(judge_history(None, hint="", is_growing=False)) == ["store/stuck"]
    assert keys(judge_history("The disk is gone.", hint="", is_growing=None)) == ["store/broken"]
    assert judge_history(None, hint="", is_growing=True) == Judgement()
    assert judge_history(None, hint="", is_growing=None).undecided == ("store/stuck",)


def test_history_that_refuses_is_one_trouble_whatever_else_it_seems() -> None:
    for problem, is_growing in ((None, False), (None, None), ("The disk is gone.", None)):
        told = judge_history(
            problem, hint="", is_growing=is_growing, refusal="No space left.", refusal_hint="Free some."
        )
        (one,) = told.conditions
        assert (one.key, one.text, one.hint, one.is_urgent) == ("store/refused", "No space left.", "Free some.", True)
        assert told.undecided == ("store/stuck", "store/broken")

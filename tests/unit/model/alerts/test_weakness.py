"""A panel is compared with its own past, beside its neighbours."""

from __future__ import annotations

import pytest

from openvoy.model.alerts.weakness import judge_day, sum_day

USUAL = {"south": 1500.0, "east": 900.0, "other": 1500.0, "west": 800.0}
EARLIER = [{serial: wh * sky for serial, wh in USUAL.items()} for sky in (1.0, 0.5, 0.8, 0.3, 1.1)]


def test_reports_are_summed_by_their_intervals() -> None:
    at = [0.0, 900.0, 1800.0, 20_000.0, 0.0, 3600.0]
    day = sum_day(at, ["a", "a", "a", "a", "b", "b"], [5.0, 100.0, None, 200.0, 0.0, 360.0])
    # 100 W over 15 minutes and 200 W over the longest interval, an hour; b 360 W over an hour.
    assert day == {"a": pytest.approx(225.0), "b": pytest.approx(360.0)}


def test_a_panel_that_always_gave_less_is_well_and_one_that_fell_is_not() -> None:
    found, usual = judge_day("home", {**USUAL, "south": 700.0}, EARLIER, {})
    assert [one.key for one in found.conditions] == ["weak/home/south"]
    # 700 beside 900 in the middle of the others, where it used to be 1500.
    assert "47 %" in found.conditions[0].text
    assert set(usual) == {"south"}


def test_days_of_weakness_are_no_standard() -> None:
    weak_days = [{**day, "south": day["south"] / 3} for day in EARLIER]
    found, usual = judge_day("home", {**USUAL, "south": 500.0}, weak_days, {"south": 1.6})
    assert [one.key for one in found.conditions] == ["weak/home/south"]
    found, usual = judge_day("home", USUAL, weak_days, usual)
    assert (found.conditions, usual) == ((), {})


@pytest.mark.parametrize("day", [{}, dict.fromkeys(USUAL, 10.0)])
def test_dark_and_unknown_days_say_nothing(day: dict[str, float]) -> None:
    found, usual = judge_day("home", day, EARLIER, {"south": 1.0})
    assert (found.conditions, found.undecided, usual) == ((), ("weak/home/",), {"south": 1.0})


def test_without_a_past_nothing_is_known() -> None:
    found, _ = judge_day("home", {**USUAL, "south": 100.0}, EARLIER[:2], {})
    assert found.conditions == ()
    assert len(found.undecided) == 4


def test_where_almost_all_are_weak_the_rest_is_still_judged() -> None:
    three = {"a": 1000.0, "b": 1000.0, "c": 1000.0}
    found, usual = judge_day("home", three, [three] * 5, {"a": 1.0, "b": 1.0})
    assert (found.conditions, usual) == ((), {})
    found, usual = judge_day("home", three, [three] * 5, dict.fromkeys(three, 1.0))
    assert (found.conditions, set(usual)) == ((), set(three))

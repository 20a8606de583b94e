from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from openvoy.cli.watch_view import Line, Scene, build_line, build_screen
from openvoy.model import Battery, Channel, GatewayInfo, Inverter, Meter, MissingPart, Power, Snapshot, Storage
from openvoy.model.live import LivePhase, LiveSample

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LEGS = tuple(
    Channel(phase=f"L{number}", active_power_w=1000.0 * number, voltage_v=230.0 + number) for number in (1, 2, 3)
)
INVERTERS = tuple(
    Inverter(serial=f"1222000{number:05}", power_w=200.0 + number, max_power_w=366.0, at=NOW, communicating=number != 7)
    for number in range(60)
)
SNAPSHOT = Snapshot(
    gateway=GatewayInfo(serial="122200000001", firmware="8.3.5169", model="metered", phases=3),
    at=NOW,
    power=Power(solar_w=6000, grid_w=-1500, battery_w=-2000, load_w=2500),
    meters=(Meter(eid=1, kind="production", state="enabled", at=NOW - timedelta(seconds=3), channels=LEGS),),
    inverters=INVERTERS,
    batteries=(Battery(serial="122230000042", kind="iq", soc_pct=61, power_w=-2000, status="charging"),),
    storage=Storage(soc_pct=61),
)
SCENE = Scene(snapshot=SNAPSHOT, now=NOW)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


@pytest.mark.parametrize("width", [40, 80, 100, 119, 120, 200, 300])
@pytest.mark.parametrize("height", [1, 5, 24, 60])
def test_a_screen_fits_the_terminal(width: int, height: int) -> None:
    shown = texts(build_screen(replace(SCENE, notes=("a note " * 60,)), width, height))
    assert 1 <= len(shown) <= height
    assert max(map(len, shown)) <= max(width, 70)
    if width >= 80:
        assert max(map(len, shown)) <= width


def test_everything_is_said_with_its_direction() -> None:
    shown = "\n".join(texts(build_screen(SCENE, 80, 40)))
    for expected in ("6,000 W", "1,500 W  export", "2,000 W  charging 61 %", "2,500 W", "3 s old", "L3", "231.0 V"):
        assert expected in shown
    assert "-1,500" not in shown


def test_panels_that_do_not_fit_are_counted() -> None:
    small = "\n".join(texts(build_screen(SCENE, 80, 24)))
    large = "\n".join(texts(build_screen(SCENE, 80, 60)))
    assert "more do not fit" in small
    assert "more do not fit" not in large
    assert all(inverter.serial[-4:] in large for inverter in INVERTERS)


def test_a_silent_panel_stands_out_but_not_at_night() -> None:
    def about(status: str) -> str:
        inverters = (replace(INVERTERS[7], status=status),)
        lines = build_screen(replace(SCENE, snapshot=replace(SNAPSHOT, inverters=inverters)), 80, 40)
        return next(kind for line in lines for text, kind in line if text.startswith("0007"))

    assert (about("not reporting"), about("asleep")) == ("bad", "dim")


def test_live_data_stands_before_what_was_read() -> None:
    phases = tuple(LivePhase(phase=f"L{number}", solar_w=100.0, load_w=40.0) for number in (1, 2))
    live = LiveSample(at=NOW, power=Power(solar_w=200, load_w=80, generator_w=0), phases=phases, soc_pct=77)
    shown = "\n".join(texts(build_screen(replace(SCENE, live=live), 80, 40)))
    assert "200 W" in shown
    assert "77 %" in shown
    assert "6,000 W" not in shown
    assert "0 s old" in shown


def test_what_is_wrong_is_said_on_a_line_of_its_own() -> None:
    missing = (MissingPart(part="gateway", reason="Nothing\nanswers."),)
    scene = replace(SCENE, snapshot=replace(SNAPSHOT, missing=missing), now=NOW + timedelta(hours=3))
    lines = build_screen(scene, 80, 30)
    assert ("! gateway: Nothing answers.", "bad") in [span for line in lines for span in line]
    assert any(text == "3 h old" and kind == "bad" for line in lines for text, kind in line)


def test_before_the_first_reading_it_says_so() -> None:
    assert "Waiting" in texts(build_screen(Scene(snapshot=None, now=NOW), 80, 24))[0]


def test_a_plain_line_has_what_is_known() -> None:
    line = build_line(SCENE)
    assert "solar 6,000 W  grid -1,500 W  battery -2,000 W  house 2,500 W  charge 61 %" in line
    assert "nothing is known" in build_line(Scene(snapshot=None, now=NOW))
    assert "old" not in line


def test_a_plain_line_of_a_gateway_that_is_away_has_the_age_of_its_values() -> None:
    missing = (MissingPart(part="gateway", reason="Nothing answers."), MissingPart(part="inverters", reason="gone"))
    away = replace(SNAPSHOT, missing=missing)
    line = build_line(replace(SCENE, snapshot=away, now=NOW + timedelta(seconds=32)))
    assert line.endswith("charge 61 %  no answer  35 s old")
    assert build_line(replace(SCENE, snapshot=away, now=NOW + timedelta(hours=3))).endswith("no answer  3 h old")


def test_a_plain_line_names_the_part_that_is_missing() -> None:
    lacking = replace(SNAPSHOT, missing=(MissingPart(part="inverters", reason="no answer within 20 s"),))
    assert build_line(replace(SCENE, snapshot=lacking)).endswith("charge 61 %  missing inverters")

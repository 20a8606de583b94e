"""Influx line protocol as loggers of gateways write it: powers and counters of several of them, each counted once."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from openvoy.errors import ConfigError
from openvoy.store.exchange.steps import Interval
from tests.unit.store.exchange.files import MIDNIGHT_S, gathered, problems


def test_power_of_phases_becomes_energy(tmp_path: Path) -> None:
    """Two phases every 5 s; one feeds in while the other takes more: only the sum crosses the meter."""
    lines = []
    for number in range(0, 3600, 60):
        at = MIDNIGHT_S + number
        for line, (net, solar) in enumerate(((-1000, 1200), (1600, 0))):
            tags = f"source=home,measurement-type=x,line-idx={line}"
            lines.append(f"net-line{line},{tags} P={net}.0,Q=0.0,V_rms=230.1 {at}000000000")
            lines.append(f"production-line{line},{tags} P={solar}.0 {at}000000000")
    lines += ["inverter-production-1,serial=1 P=3 1717200000000000000", "this is no point", "net-line0 P=x 1717200000"]
    content = gzip.compress("\n".join(lines).encode())
    found = gathered(tmp_path / "points.lp.gz", content)
    assert [
        round(sum(one.energy_wh for one in found.intervals[name])) for name in ("solar", "import", "export", "load")
    ] == [
        1200,
        600,
        0,
        1800,
    ]
    assert len(found.intervals["import"]) == 12
    assert [line for line, _ in problems(found)] == [len(lines) - 1, len(lines)]


def test_hours_and_minutes_of_one_logger_count_once(tmp_path: Path) -> None:
    minutes = [
        f"http,month=Jun,year=2024 home=600,solar=1200,to_grid=600 {MIDNIGHT_S + 60 * n}000000000" for n in range(60)
    ]
    hours = [f"http,month=Jun,year=2024 home={n}.5,solar=1.2 {MIDNIGHT_S + 3600 * n}000000000" for n in range(3)]
    days = [f"http,month=Jun,year=2024 solar=99 {MIDNIGHT_S}000000000"]
    policy = "# CONTEXT-RETENTION-POLICY: "
    text = "\n".join(["# DDL", policy + "autogen", *minutes, policy + "kwh", *hours, policy + "daily", *days])
    found = gathered(tmp_path / "export.lp", text)
    assert found.problems == []
    assert sum(one.energy_wh for one in found.intervals["solar"]) == pytest.approx(1200 + 2 * 1200)
    assert sum(one.energy_wh for one in found.intervals["load"]) == pytest.approx(600 + 1500 + 2500)


def test_what_two_loggers_say_of_one_house_counts_once(tmp_path: Path) -> None:
    """One began an hour after the other, and counters of a third say all of it again."""
    lines = []
    for number in range(180):
        at = MIDNIGHT_S + 60 * number
        lines += [f"production-line{phase},line-idx={phase} P=600 {at}000000000" for phase in range(2) if number < 120]
        lines += [f"net-line0,line-idx=0 P=-700 {at}000000000"] if number < 120 else []
        lines += [f"http,month=Jun solar=1200,to_grid=700 {at}000000000"] if number >= 60 else []
        if number % 60 == 0:
            lines.append(f"system_production watt_hours_lifetime={20 * number}i {at}000000000")
    found = gathered(tmp_path / "both.lp", "\n".join(lines))
    assert sum(one.energy_wh for one in found.intervals["solar"]) == pytest.approx(3600)
    assert sum(one.energy_wh for one in found.intervals["export"]) == pytest.approx(2100)
    assert [text.partition("energies ")[2] for _, text in problems(found)] == [
        "that more than one says (http, lines, system): the finer are kept",
        "that more than one says (http, lines): the finer are kept",
    ]


def test_a_meter_of_both_directions_beside_one_of_import_counts_once(tmp_path: Path) -> None:
    lines = [f"grid in=600,both=600 {MIDNIGHT_S + 60 * number}000000000" for number in range(60)]
    names = {"grid.in": "import:w", "grid.both": "net:w"}
    found = gathered(tmp_path / "both.lp", "\n".join(lines), "influx", **names)
    assert sum(one.energy_wh for one in found.intervals["import"]) == pytest.approx(600)
    assert [text for _, text in problems(found)] == [
        "12 energies that more than one says (--map, net): the finer are kept"
    ]


def test_names_that_a_person_gives(tmp_path: Path) -> None:
    key = "kWh,entity_id=meter_in"
    text = f'{key} value=10,state="x y" {MIDNIGHT_S}\n{key} value=12.5 {MIDNIGHT_S + 3600}\n'
    found = gathered(tmp_path / "p", text, "influx", meter_in="import:total_kwh", **{"kWh.state": "load"})
    assert list(found.intervals["import"]) == [Interval(MIDNIGHT_S, MIDNIGHT_S + 3600, 2500)]
    found = gathered(tmp_path / "p", text, "influx", meter_in="import:total_kwh", metre_in="import:total_kwh")
    assert problems(found)[-1] == (None, "no energies are named metre_in")
    for wrong in ("heat", "import:furlongs"):
        with pytest.raises(ConfigError, match="--map meter_in"):
            gathered(tmp_path / "p", text, "influx", meter_in=wrong)

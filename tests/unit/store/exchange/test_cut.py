"""Files that were cut off: what is read of them is what the whole file says, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from openvoy.store.exchange.formats import find_format
from openvoy.store.exchange.observed import Observation, Problem, Reading
from tests.unit.store.exchange.files import PARIS, quarter_report

DAY = (date(2024, 6, 1), date(2024, 6, 2))
TABLE = "statistic_id;start;sum\n" + "".join(
    f"sensor.envoy_1_lifetime_energy_production;{1717192800 + 3600 * hour};{20 + hour},25\n" for hour in range(3)
)
OWN = "gateway,start,end,solar_wh,load_wh\n" + "".join(
    f"1,2024-06-01T{hour:02}:00:00+02:00,2024-06-01T{hour + 1:02}:00:00+02:00,{500 + hour}.5,{1234 + hour}\n"
    for hour in range(3)
)
FILES = {"enlighten": quarter_report(*DAY), "home-assistant": TABLE, "openvoy": OWN}


def read(file: Path, text: str, name: str) -> tuple[set[Observation], list[Problem]]:
    file.write_text(text)
    reading = Reading(zone=PARIS)
    found = list(find_format(name, file).read(file, reading))
    problems = [one for one in found if isinstance(one, Problem)]
    return {one for one in found if not isinstance(one, Problem)}, [*problems, *reading.problems]


@pytest.mark.parametrize("name", ["enlighten", "home-assistant", "openvoy"])
def test_a_file_that_is_cut_anywhere_in_its_last_line_says_nothing_wrong(tmp_path: Path, name: str) -> None:
    text = FILES[name]
    whole, problems = read(tmp_path / "file", text, name)
    assert not problems
    begin = text.rindex("\n", 0, -1) + 1
    for end in range(begin + 1, len(text)):
        found, problems = read(tmp_path / "file", text[:end], name)
        assert found <= whole, text[begin:end]
        assert [one.line for one in problems if "may be cut" in one.text] or text[end - 1] in ",;\r", text[begin:end]


def test_it_is_said_which_number_is_left_out_and_what_helps(tmp_path: Path) -> None:
    found, problems = read(tmp_path / "file", OWN[:-1], "openvoy")
    assert len(found) == 5
    (problem,) = problems
    assert (problem.line, problem.text) == (
        4,
        "nothing ends the file's last line: '1236' may be cut, and is left out; end the line if it is whole",
    )


@pytest.mark.parametrize(("end", "count"), [('"', 6), ("\nTotal,,,9,9", 6), ("\r\n", 6)])
def test_what_is_whole_for_sure_is_taken(tmp_path: Path, end: str, count: int) -> None:
    text = OWN[:-1].replace("1236", '"1236') + end if end == '"' else OWN[:-1] + end
    found, problems = read(tmp_path / "file", text, "openvoy")
    assert len(found) == count
    assert not [one for one in problems if "may be cut" in one.text]

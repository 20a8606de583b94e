"""Line protocol, as its reference has it."""

from __future__ import annotations

import math

from openvoy.exporters.lines import MEASUREMENTS, Measurement, render_lines
from openvoy.ports import Columns

ENERGY = next(one for one in MEASUREMENTS if one.kind == "energy")


def render(columns: Columns, measurement: Measurement = ENERGY) -> list[str]:
    return list(render_lines(measurement, columns))


def test_tags_fields_and_seconds() -> None:
    columns: Columns = {
        "seq": [7],
        "at": [1782043200.0],
        "gateway": ["122000000001"],
        "solar_wh": [1234.5],
        "import_wh": [None],
        "estimated": [0],
        "rules_version": [2],
    }
    assert render(columns) == ["openvoy_energy,gateway=122000000001 solar_wh=1234.5,estimated=false 1782043200"]


def test_what_was_not_said_gives_no_field_and_nothing_said_no_line() -> None:
    assert render({"seq": [1], "at": [0], "gateway": ["g"], "solar_wh": [None]}) == []
    assert render({"seq": [1], "at": [0], "gateway": ["g"], "solar_wh": [math.nan]}) == []


def test_whole_numbers_are_floats_as_a_receiver_keeps_the_first_type() -> None:
    (line,) = render({"seq": [1], "at": [0], "gateway": ["g"], "solar_wh": [5]})
    assert line == "openvoy_energy,gateway=g solar_wh=5.0 0"


def test_what_has_a_meaning_in_the_protocol_is_escaped() -> None:
    odd: Columns = {"seq": [1], "at": [0], "gateway": ["a b,c=d\ne"], "solar_wh": [1.0], "note": ['say "x\\y"']}
    assert render(odd) == ['openvoy_energy,gateway=a\\ b\\,c\\=d\\ e solar_wh=1.0,note="say \\"x\\\\y\\"" 0']

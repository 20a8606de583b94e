from __future__ import annotations

import dataclasses
from typing import Annotated, get_type_hints

import pytest

from openvoy.codec import MAX_DEFECTS, DecodeError, ValueStruct, WireStruct, decoder, doc, encode_json, plain, said


class Row(WireStruct):
    name: str
    power_w: Annotated[float | None, doc("W", "power")] = said("powerNow")


class Page(WireStruct):
    rows: tuple[Row, ...] | None = None
    by_key: dict[str, Row | int] | None = said("byKey")


def test_numbers_in_text_and_unknown_members_are_read() -> None:
    value, defects = decoder(Page)(b'{"rows":[{"name":"a","powerNow":"5","new":1}]}')
    assert (value.rows[0].power_w, defects) == (5.0, ())


def test_a_misfit_costs_its_member_then_its_row() -> None:
    value, defects = decoder(Page)(b'{"rows":[{"name":"a","powerNow":[]},{"name":3},{"name":"c","powerNow":7}]}')
    assert [(row.name, row.power_w) for row in value.rows] == [("a", None), ("c", 7.0)]
    assert [defect.json_path for defect in defects] == ["$.rows[0].powerNow", "$.rows[1].name", "$.rows[1]"]


def test_a_misfit_in_a_mapping_is_found() -> None:
    value, defects = decoder(Page)(b'{"byKey":{"x":{"name":"a"},"y":{"name":"b","powerNow":{}},"count":2}}')
    assert set(value.by_key) == {"x", "y", "count"}
    assert value.by_key["y"].power_w is None
    assert len(defects) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"rows":', b"\xff\xfe", b"[" * 100_000, b'{"rows":NaN}']
)
def test_what_is_no_reply_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        decoder(Page)(body)


def test_a_number_out_of_range_costs_itself_or_the_reply_but_nothing_else() -> None:
    with pytest.raises(DecodeError):
        decoder(Page)(b'{"rows":[{"name":"a","powerNow":1e999}]}')


def test_a_reply_of_nothing_but_misfits_is_refused() -> None:
    rows = ",".join('{"name":1}' for _ in range(MAX_DEFECTS))
    with pytest.raises(DecodeError):
        decoder(Page)(f'{{"rows":[{rows}]}}'.encode())


def test_what_was_not_said_is_not_sent() -> None:
    assert encode_json(Row(name="a")) == b'{"name":"a"}'
    assert encode_json(Page(rows=())) == b'{"rows":[]}'


def test_what_json_has_nothing_like_is_told() -> None:
    with pytest.raises(TypeError, match="complex"):
        encode_json([1j])


@pytest.mark.parametrize("number", [b'"nan"', b'"-inf"', b'"Infinity"', b"1e99", b"-1e16", b'"1e16"', b"9" * 40])
def test_a_number_beyond_all_measure_is_no_number(number: bytes) -> None:
    value, defects = decoder(Page)(b'{"rows":[{"powerNow":%s,"name":"nan"}]}' % number)
    assert [(row.name, row.power_w) for row in value.rows] == [("nan", None)]
    assert len(defects) == 1


def test_bounds_of_numbers_do_not_show_in_a_struct() -> None:
    decoder(Row)
    assert "ge=" not in str(get_type_hints(Row, include_extras=True)["power_w"])


class Parts(WireStruct):
    by_device: dict[str, dict[str, Row]] | None = None


def test_misfits_in_mappings_of_mappings_cost_only_themselves() -> None:
    body = b'{"by_device":{"a":{"x":{"name":"1"},"y":{"name":"2","powerNow":[]}},"b":{"z":{"name":"3","powerNow":{}}}}}'
    value, defects = decoder(Parts)(body)
    assert {key: [row.name for row in rows.values()] for key, rows in value.by_device.items()} == {
        "a": ["1", "2"],
        "b": ["3"],
    }
    assert len(defects) == 2


class Place(ValueStruct, frozen=True, kw_only=True):
    name: str
    height_m: float | None = None


class Site(Place, frozen=True, kw_only=True):
    meters: tuple[Place, ...] = ()


def test_a_value_is_to_others_the_dataclass_that_it_was() -> None:
    site = Site(name="roof", meters=(Place(name="cellar", height_m=-2.0),))
    assert [member.name for member in dataclasses.fields(site)] == ["name", "height_m", "meters"]
    assert dataclasses.replace(site, name="wall") == Site(name="wall", meters=site.meters)
    assert dataclasses.asdict(site) == {
        "name": "roof",
        "height_m": None,
        "meters": ({"name": "cellar", "height_m": -2.0},),
    }
    assert plain(site) == dataclasses.asdict(site)


def test_a_value_is_frozen_and_equal_ones_are_one_key() -> None:
    first, second = Place(name="roof"), Place(name="roof")
    assert {first: 1}[second] == 1
    with pytest.raises(AttributeError):
        first.name = "wall"  # type: ignore[misc]

from __future__ import annotations

import pytest

from openvoy.errors import ConfigError
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.faults import build_fault, fault_kinds, parse_fault
from openvoy.virtual.source import Reply
from tests.unit.virtual.recordings import identity_of

GOOD = Reply(headers=(("Content-Type", "application/json"), ("Content-Length", "")), body=b'{"wNow": 1234}')


def board(*faults: str, firmware: str = "8.2.4345") -> FaultBoard:
    board = FaultBoard(identity_of(firmware))
    for text in faults:
        board.switch_on(*parse_fault(text))
    return board


def test_what_there_is() -> None:
    assert {"html-with-200", "truncated-json", "huge-body", "busy-503", "unauthorized"} <= set(fault_kinds())


def test_without_faults_a_reply_is_untouched() -> None:
    assert board().spoil("/production.json", GOOD) is GOOD


@pytest.mark.parametrize(
    ("fault", "path", "hit"),
    [
        ("busy-503", "/anything", True),
        ("busy-503:path=/ivp/*", "/ivp/meters?x=1", True),
        ("busy-503:path=/ivp/*", "/production.json", False),
        ("busy-503:path=/production.json", "/production.json?details=1", True),
        ("busy-503:path=/production.json?details=1", "/production.json?details=1", True),
        ("busy-503:path=/production.json?details=1", "/production.json", False),
    ],
)
def test_a_fault_hits_the_paths_it_is_for(fault: str, path: str, *, hit: bool) -> None:
    assert (board(fault).spoil(path, GOOD).status == 503) is hit


def test_html_comes_with_the_headers_of_data() -> None:
    spoiled = board("html-with-200").spoil("/a", GOOD)
    assert (spoiled.status, spoiled.headers) == (200, GOOD.headers)
    assert spoiled.body.startswith(b"<!DOCTYPE html>")


def test_truncated_json_is_half_of_it() -> None:
    assert board("truncated-json").spoil("/a", GOOD).body == b'{"wNow"'


async def test_a_huge_body_begins_well_and_goes_on() -> None:
    spoiled = board("huge-body:mb=3").spoil("/a", GOOD)
    assert spoiled.body == GOOD.body
    assert spoiled.stream is not None
    assert 3_000_000 <= sum([len(piece) async for piece in spoiled.stream()]) < 3_100_000


@pytest.mark.parametrize(
    ("firmware", "header"), [("8.2.4345", ("Content-Type", "text/html")), ("5.0.62", ("Connection", ""))]
)
def test_refusals_are_those_of_the_generation(firmware: str, header: tuple[str, str]) -> None:
    spoiled = board("unauthorized:path=/a", firmware=firmware).spoil("/a", GOOD)
    assert spoiled.status == 401
    assert header in spoiled.headers
    assert ("WWW-Authenticate" in dict(spoiled.headers)) is (firmware == "5.0.62")


def test_busy_says_how_long() -> None:
    assert b"retry after 30 seconds" in board("busy-503").spoil("/a", GOOD).body


def test_switching() -> None:
    faults = board("truncated-json:path=/a", "truncated-json:path=/b", "huge-body:mb=1", "huge-body:mb=2")
    assert faults.report() == [
        {"name": "truncated-json", "path": "/a"},
        {"name": "truncated-json", "path": "/b"},
        {"name": "huge-body", "path": None, "mb": 2},
    ]
    faults.switch_off("truncated-json")
    assert [fault["name"] for fault in faults.report()] == ["huge-body"]
    faults.switch_off()
    assert faults.report() == []


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("nothing", "no fault 'nothing'", "busy-503, "),
        ("", "no fault ''", "busy-503, "),
        ("huge-body:mb", "'mb' is no key=value", "huge-body:key=value"),
        ("huge-body:size=1", "no option 'size'", "mb, path"),
        ("huge-body:mb=many", "mb=many is not a whole number", "whole number"),
    ],
)
def test_what_is_no_fault_is_a_config_error_with_what_there_is(text: str, problem: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_fault(text)
    assert problem in caught.value.message
    assert remedy in caught.value.hint


def test_options_may_come_as_numbers() -> None:
    assert build_fault("huge-body", {"mb": 7, "path": "/x"}) == parse_fault("huge-body:mb=7,path=/x")[1]

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from openvoy.errors import ConfigError
from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.faults import build_fault, fault_kinds, parse_fault
from openvoy.virtual.source import Reply
from openvoy.virtual.traits import CONDITIONS, Where
from tests.unit.virtual.recordings import entry, recording

GOOD = Reply(headers=(("Content-Type", "application/json"), ("Content-Length", "")), body=b'{"wNow": 1234}')
HOME = entry("/home", '{"timezone": "America/Denver"}')
START = datetime(2025, 6, 21, 12, tzinfo=UTC)


def board_at(*faults: str, firmware: str = "8.2.4345") -> tuple[FaultBoard, VirtualClock]:
    clock = VirtualClock(ManualClock(START))
    board = FaultBoard(recording(firmware, HOME), clock)
    for text in faults:
        board.switch_on(*parse_fault(text))
    return board, clock


def board(*faults: str, firmware: str = "8.2.4345") -> FaultBoard:
    return board_at(*faults, firmware=firmware)[0]


async def spoilt(faults: FaultBoard, path: str) -> Reply:
    """What goes out where the source says something good."""
    visit = await faults.visit(Request(path=path))
    admitted = await visit.admit()
    return await visit.spoil(admitted if isinstance(admitted, Reply) else GOOD)


def test_what_there_is() -> None:
    assert {"html-with-200", "truncated-json", "huge-body", "busy-503", "unauthorized"} <= set(fault_kinds())


async def test_without_faults_a_reply_is_untouched() -> None:
    assert await spoilt(board(), "/production.json") is GOOD


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
async def test_a_fault_hits_the_paths_it_is_for(fault: str, path: str, *, hit: bool) -> None:
    assert ((await spoilt(board(fault), path)).status == 503) is hit


async def test_a_fault_may_hit_every_third_request_only() -> None:
    faults = board("busy-503:path=/a,every=3")
    asked = ["/a", "/b", "/a", "/a", "/a", "/b", "/a", "/a"]
    assert [(await spoilt(faults, path)).status for path in asked] == [200, 200, 200, 503, 200, 200, 200, 503]


@pytest.mark.parametrize(
    ("utc", "hit"), [("04:59", False), ("05:00", True), ("05:29", True), ("05:30", False), ("23:10", False)]
)
async def test_a_time_of_day_is_the_sites(utc: str, *, hit: bool) -> None:
    """23:00 in Denver is 05:00 UTC in summer."""
    faults, clock = board_at("busy-503:at=23:00,minutes=30")
    hour, _, minute = utc.partition(":")
    clock.advance((START.replace(hour=int(hour), minute=int(minute)) - START + timedelta(days=1)).total_seconds())
    assert ((await spoilt(faults, "/a")).status == 503) is hit


async def test_a_time_of_day_may_go_past_midnight() -> None:
    faults, clock = board_at("busy-503:at=23:50,minutes=20")
    clock.advance(timedelta(hours=18, minutes=5).total_seconds())
    assert (await spoilt(faults, "/a")).status == 503


async def test_html_comes_with_the_headers_of_data() -> None:
    reply = await spoilt(board("html-with-200"), "/a")
    assert (reply.status, reply.headers) == (200, GOOD.headers)
    assert reply.body.startswith(b"<!DOCTYPE html>")


async def test_truncated_json_is_half_of_it() -> None:
    assert (await spoilt(board("truncated-json"), "/a")).body == b'{"wNow"'
    assert (await spoilt(board("truncated-json:part_pct=10"), "/a")).body == b"{"


async def test_a_huge_body_begins_well_and_goes_on() -> None:
    reply = await spoilt(board("huge-body:mb=3"), "/a")
    assert reply.body == GOOD.body
    assert reply.stream is not None
    assert 3_000_000 <= sum([len(piece) async for piece in reply.stream()]) < 3_100_000


@pytest.mark.parametrize(
    ("firmware", "header"), [("8.2.4345", ("Content-Type", "text/html")), ("5.0.62", ("Connection", ""))]
)
async def test_refusals_are_those_of_the_generation(firmware: str, header: tuple[str, str]) -> None:
    reply = await spoilt(board("unauthorized:path=/a", firmware=firmware), "/a")
    assert reply.status == 401
    assert header in reply.headers
    assert ("WWW-Authenticate" in dict(reply.headers)) is (firmware == "5.0.62")


async def test_busy_says_how_long() -> None:
    assert b"retry after 30 seconds" in (await spoilt(board("busy-503"), "/a")).body


def test_switching() -> None:
    faults = board("truncated-json:path=/a", "truncated-json:path=/b", "huge-body:mb=1", "huge-body:mb=2,every=2")
    faults.switch_on(*parse_fault("busy-503:at=23:00"), where=CONDITIONS[Where.ANY])
    assert faults.report() == [
        {"name": "truncated-json", "path": "/a", "part_pct": 50.0},
        {"name": "truncated-json", "path": "/b", "part_pct": 50.0},
        {"name": "huge-body", "mb": 2, "every": 2},
        {"name": "busy-503", "at": "23:00", "trait": True},
    ]
    faults.switch_off("truncated-json")
    assert [fault["name"] for fault in faults.report()] == ["huge-body", "busy-503"]
    faults.switch_off()
    assert [fault["name"] for fault in faults.report()] == ["busy-503"]
    faults.switch_off("busy-503")
    assert faults.report() == []


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("nothing", "no fault 'nothing'", "busy-503, "),
        ("", "no fault ''", "busy-503, "),
        ("huge-body:mb", "'mb' is no key=value", "huge-body:key=value"),
        ("huge-body:size=1", "no option 'size'", "mb, minutes, path"),
        ("huge-body:mb=many", "mb=many is not a whole number", "whole number"),
        ("truncated-json:part_pct=nan", "part_pct=nan is not a number", "as a number"),
        ("busy-503:at=25:00", "fault busy-503: at=25:00 is no time of day", "HH:MM"),
        ("busy-503:minutes=0", "minutes=0.0 is no length", "more than 0"),
        ("busy-503:every=0", "every=0 is no number of requests", "1 or more"),
    ],
)
def test_what_is_no_fault_is_a_config_error_with_what_there_is(text: str, problem: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_fault(text)
    assert problem in caught.value.message
    assert remedy in caught.value.hint


def test_options_may_come_as_numbers() -> None:
    assert build_fault("huge-body", {"mb": 7, "path": "/x"}) == parse_fault("huge-body:mb=7,path=/x")[1]

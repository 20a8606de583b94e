from __future__ import annotations

import json
from typing import Any

import pytest

from openvoy.protocol.http import Request
from openvoy.virtual.gateway import VirtualGateway
from tests.unit.virtual.test_responder import gateway_of


async def switch(
    gateway: VirtualGateway, name: str, method: str = "GET", body: object = None, *, token: str | None = None
) -> tuple[int, Any]:
    request = Request(
        method=method,
        path=f"/__virtual/{name}",
        headers={"authorization": f"Bearer {token or gateway.admin_token}"},
        body=b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode(),
    )
    answer = await gateway.responder.answer(request)
    assert answer.busy_s is None
    return answer.reply.status, json.loads(answer.reply.body)


async def requested(gateway: VirtualGateway, name: str, method: str = "GET", body: object = None) -> tuple[int, Any]:
    """Switch, and give the faults that were asked for, without what the firmware does by nature."""
    status, rows = await switch(gateway, name, method, body)
    return status, [row for row in rows if not row.get("trait")]


@pytest.mark.parametrize("token", ["wrong", "é"])
async def test_nobody_else_may_switch(token: str) -> None:
    _, gateway = gateway_of()
    for name in ("clock", "stats", "faults", "truth", "nothing"):
        status, said = await switch(gateway, name, token=token)
        assert status == 401
        assert "admin_token" in said["hint"]


async def test_time_moves_by_request() -> None:
    _, gateway = gateway_of()
    _, before = await switch(gateway, "clock")
    status, after = await switch(gateway, "clock", "POST", {"advance_s": 3600})
    assert status == 200
    assert (before["elapsed_s"], after["elapsed_s"], after["speed"]) == (0, 3600, 1)
    assert (before["now"], after["now"]) == ("2025-06-21T12:00:00Z", "2025-06-21T13:00:00Z")


@pytest.mark.parametrize("body", [{}, {"advance_s": -1}, {"advance_s": "1"}, {"advance_s": True}, b"", b"[1]", b"{"])
async def test_time_moves_by_nothing_else(body: object) -> None:
    _, gateway = gateway_of()
    status, said = await switch(gateway, "clock", "POST", body)
    assert status == 400
    assert said["hint"]
    assert gateway.clock.monotonic() == 0


async def test_faults_are_switched_on_and_off() -> None:
    _, gateway = gateway_of()
    assert await requested(gateway, "faults", "POST", {"name": "busy-503", "path": "/ivp/*"}) == (
        200,
        [{"name": "busy-503", "path": "/ivp/*"}],
    )
    assert (await gateway.responder.answer(Request(path="/ivp/meters"))).reply.status == 503
    await switch(gateway, "faults", "POST", {"name": "huge-body", "mb": 5})
    assert await requested(gateway, "faults?name=busy-503", "DELETE") == (
        200,
        [{"name": "huge-body", "mb": 5}],
    )
    assert await requested(gateway, "faults", "DELETE") == (200, [])
    assert (await gateway.responder.answer(Request(path="/ivp/meters"))).reply.status == 200


@pytest.mark.parametrize("body", [{"name": "x"}, {}, {"name": "huge-body", "mb": "x"}, {"name": "huge-body", "a": 1}])
async def test_a_fault_that_is_none_changes_nothing(body: object) -> None:
    _, gateway = gateway_of()
    status, said = await switch(gateway, "faults", "POST", body)
    assert status == 400
    assert said["hint"]
    assert await requested(gateway, "faults") == (200, [])


async def test_what_a_firmware_does_by_nature_is_told_and_goes_by_name_only() -> None:
    _, gateway = gateway_of()
    nature = {"name": "dev-type-absent", "path": "/api/v1/production/inverters", "trait": True}
    assert nature in (await switch(gateway, "faults"))[1]
    assert nature in (await switch(gateway, "faults", "DELETE"))[1]
    assert nature not in (await switch(gateway, "faults?name=dev-type-absent", "DELETE"))[1]


async def test_statistics_count_what_was_sent() -> None:
    _, gateway = gateway_of()
    request = Request(path="/ivp/meters?x=1")
    gateway.responder.count(request, await gateway.responder.answer(request), 458)
    _, stats = await switch(gateway, "stats")
    assert (stats["requests"], stats["sent_bytes"]) == (1, 458)
    assert stats["endpoints"]["/ivp/meters?x=1"]["requests"] == 1


async def test_the_truth_is_told_where_there_is_one() -> None:
    _, gateway = gateway_of()
    assert await switch(gateway, "truth") == (200, {"solar_wh": 1.5})


@pytest.mark.parametrize(("name", "method", "status"), [("nothing", "GET", 404), ("stats", "DELETE", 405)])
async def test_what_there_is_not(name: str, method: str, status: int) -> None:
    _, gateway = gateway_of()
    assert (await switch(gateway, name, method))[0] == status

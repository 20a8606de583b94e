"""What the client does in somebody else's name: other people's tokens, bodies as they came."""

from __future__ import annotations

from pathlib import Path

import pytest

from openvoy import Gateway
from openvoy.errors import GatewayBusy, GatewayUnreachable
from openvoy.ports import Transport
from openvoy.protocol.http import Request, Response
from tests.contract.client_support import TOKEN, client_of, requests_of, virtual_gateway


async def test_tokens_of_others_are_the_gateways_to_judge(recordings_folder: Path) -> None:
    async with virtual_gateway(recordings_folder, TOKEN) as virtual, client_of(virtual) as gateway:
        others = virtual.issue_token("owner", lifetime_s=3600)
        assert await gateway.accepts_token(others)
        assert not await gateway.accepts_token(others[:-4] + "AAAA")
        assert (await gateway.fetch_raw("/ivp/meters")).status == 200
        assert requests_of(virtual)["/auth/check_jwt"] == 3


async def test_a_busy_or_absent_gateway_says_nothing_of_tokens(recordings_folder: Path) -> None:
    async with virtual_gateway(recordings_folder, TOKEN, "busy-503:path=/auth/*") as virtual:
        gateway = client_of(virtual)
        with pytest.raises(GatewayBusy):
            await gateway.accepts_token(virtual.issue_token("owner", lifetime_s=3600))
    with pytest.raises(GatewayUnreachable):
        await gateway.accepts_token("a.b.c")
    await gateway.close()


class Old:
    """A gateway in memory, before there were logins."""

    def __init__(self) -> None:
        self.seen: list[Request] = []

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        assert timeout_s > 0
        self.seen.append(request)
        identity = b"<envoy_info><device><sn>1</sn><software>R3.7.9</software></device></envoy_info>"
        return Response(status=200, body=identity)

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_body_is_named_as_whoever_sends_it_says() -> None:
    old = Old()

    def find(_: object) -> Transport:
        return old

    async with Gateway("envoy.local", open_transport=find) as gateway:
        await gateway.fetch_raw("/x", method="PUT", body=b"{}", content_type="application/json")
        await gateway.fetch_raw("/x", method="PUT", body=b"{}")
    assert [request.headers.get("Content-Type") for request in old.seen] == [None, "application/json", None]

"""A cloud without a network, and how clients ask it."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.cloud.cloud import VirtualCloud
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.faults import parse_fault
from openvoy.virtual.login.tokens import Claims, TokenAuthority
from openvoy.virtual.source import Reply
from tests.unit.virtual.recordings import SERIAL, recording

OWNER = "owner@example.com"
INSTALLER = "installer@example.com"
SELF_INSTALLER = "self-installer@example.com"
NEIGHBOUR = f"{int(SERIAL) + 1}"
STRANGER = "999999999999"


class Desk:
    """The cloud of one gateway, with its clock and its signer."""

    def __init__(self, *faults: str) -> None:
        self.clock = VirtualClock(ManualClock(), speed=0)
        self.authority = TokenAuthority(SERIAL, random_bytes=os.urandom)
        board = FaultBoard(recording("8.2.4345"), self.clock)
        for text in faults:
            board.switch_on(*parse_fault(text))
        self.cloud = VirtualCloud(
            self.authority, serial=SERIAL, clock=self.clock, faults=board, random_bytes=os.urandom, is_secure=False
        )

    async def ask(
        self, path: str, *, method: str = "GET", cookies: Mapping[str, str] | None = None, **more: Any
    ) -> Reply:
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())}
        return await self.cloud.reply(
            Request(method=method, path=path, headers={**headers, **more.pop("headers", {})}, **more)
        )

    async def post(self, path: str, fields: Mapping[str, str], *, cookies: Mapping[str, str] | None = None) -> Reply:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return await self.ask(path, method="POST", cookies=cookies, headers=headers, body=urlencode(fields).encode())

    async def log_in(self, address: str = OWNER, password: str | None = None) -> Reply:
        fields = {"user[email]": address, "user[password]": self.cloud.password if password is None else password}
        return await self.post("/login/login.json?", fields)

    async def session(self, address: str = OWNER) -> str:
        return str(said(await self.log_in(address))["session_id"])

    async def token(self, session_id: str, serial: str = SERIAL) -> Reply:
        body = json.dumps({"session_id": session_id, "serial_num": serial, "username": OWNER}).encode()
        return await self.ask("/tokens", method="POST", headers={"content-type": "application/json"}, body=body)

    async def web_session(self, address: str = OWNER) -> dict[str, str]:
        reply = await self.post("/login", {"username": address, "password": self.cloud.password})
        assert reply.status == 200
        return cookies_of(reply)

    def claims(self, token: str) -> Claims | None:
        return self.authority.check(token, now=self.clock.now())


def said(reply: Reply) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(reply.body)
    return members


def cookies_of(reply: Reply) -> dict[str, str]:
    pairs = (value.split(";")[0].partition("=") for name, value in reply.headers if name == "Set-Cookie")
    return {name: value for name, _, value in pairs}


def payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def lifetime_s(token: str) -> int:
    return int(payload(token)["exp"] - payload(token)["iat"])

"""Walks the catalogue: every method of every endpoint, without and with wrong login, as owner and as installer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from openvoy.protocol.endpoint import Endpoint, Handler, Role
from openvoy.protocol.endpoints.code_login import REDEEM_CODE
from openvoy.protocol.endpoints.identity import CHECK_JWT
from openvoy.protocol.firmware import Firmware, LoginKind
from openvoy.protocol.http import Request
from openvoy.protocol.registry import REGISTRY
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.simulated import ANSWER, RENDER, STREAM, WRITE
from openvoy.virtual.source import Reply
from tests.contract.catalogue import GENERATIONS, WRITES, Desk, example_of
from tests.unit.virtual.wire import digest

LOGINS = {CHECK_JWT, REDEEM_CODE}
"""Answered by the login itself; tests of their own hold them."""
METHODS = ("GET", "PUT", "POST", "DELETE")
OPEN_PAGES = {"home"}
"""Without login although their data are for owners: the login page stands there."""
INSTALLER_PAGES = {"stream_meter", "meter", "profile_details"}
"""For the digest user installer, beside all that a token of less than provisioning may not do."""
CLOSED_3_9 = {
    "inverters",
    "tariff",
    "security",
    "legacy_profile_index",
    "legacy_profile_details",
    "legacy_profile_select",
    "legacy_inverter_profiles",
}
"""What 3.9 asks a login for."""
STREAM_ROLE_OF_7_6 = Role.PROVISIONING
STATUSES = {
    ("tpm_capability", "GET"): 503,
    ("tpm_parameters", "GET"): 503,
    ("tpm_select", "GET"): 503,
    ("tpm_select", "PUT"): 503,
    ("tpm_status", "GET"): 503,
    ("inverter_profiles_bare", "GET"): 302,
    ("inverter_profiles_bare", "PUT"): 302,
}
"""Good answers that are not 200, from 7 on."""
BECAME_NATIVE = {"info": Firmware((8, 3)), "tariff": Firmware((8,)), "acb_config": Firmware((8,))}
"""Pages that a script made before these firmware versions."""


def expected(endpoint: Endpoint[Any], method: str, role: Role | None, firmware: Firmware) -> int:
    """What token firmware answers to a login of some role, None for none."""
    least = STREAM_ROLE_OF_7_6 if endpoint.name == "stream_meter" and is_7_6(firmware) else endpoint.role_for(method)
    is_free = least is Role.NONE or endpoint.name in OPEN_PAGES
    if not is_free and (role is None or role < least):
        return 401
    return answered(endpoint, method, firmware)


def is_7_6(firmware: Firmware) -> bool:
    return firmware.numbers[:2] == (7, 6)


def answered(endpoint: Endpoint[Any], method: str, firmware: Firmware) -> int:
    """What is answered to who may ask."""
    if method not in endpoint.methods:
        return 405
    return STATUSES.get((endpoint.name, method), 200) if firmware >= Firmware((7,)) else 200


def requests_of(firmware: Firmware) -> Iterator[tuple[Endpoint[Any], Request]]:
    for endpoint in REGISTRY.values():
        if endpoint.exists_in(firmware) and endpoint not in LOGINS:
            for method in METHODS:
                yield endpoint, example_of(endpoint, method).request(endpoint, method)


class Visitor:
    """Asks one gateway in process, past the network; after each request everything is set as it was."""

    def __init__(self, generation: str) -> None:
        desk = Desk(generation)
        self.source = desk.source
        self.firmware = self.source.identity.firmware
        settings = GatewaySettings(installer_password="installer's")
        self.gateway = VirtualGateway(self.source, clock=desk.clock, settings=settings)
        self.first = self.source.book

    async def visit(self, request: Request, headers: dict[str, str]) -> Reply:
        self.source.book = self.first
        return (await self.gateway.responder.answer(replace(request, headers=headers))).reply

    async def visit_as(self, request: Request, user: str, password: str | None) -> Reply:
        """Ask, and answer the challenge where there is one."""
        refused = await self.visit(request, {})
        challenge = dict(refused.headers).get("WWW-Authenticate")
        if refused.status != 401 or challenge is None:
            return refused
        proof = digest(challenge, path=request.path, user=user, password=password, method=request.method)
        return await self.visit(request, {"authorization": proof["Authorization"]})


def bearer(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def visitors() -> dict[str, Visitor]:
    return {}


@pytest.fixture(params=GENERATIONS)
def visitor(request: pytest.FixtureRequest, visitors: dict[str, Visitor]) -> Visitor:
    """One gateway a generation."""
    if request.param not in visitors:
        visitors[request.param] = Visitor(request.param)
    return visitors[request.param]


def compare(found: dict[str, tuple[int, int]]) -> None:
    wrong = {what: pair for what, pair in found.items() if pair[0] != pair[1]}
    assert not wrong, f"(answered, expected): {wrong}"


@pytest.mark.parametrize("login", ["none", "wrong", "owner", "installer"])
@pytest.mark.sample(10)
async def test_every_method_of_every_endpoint(visitor: Visitor, login: str) -> None:
    if visitor.source.identity.login is not LoginKind.TOKEN:
        await walk_digest(visitor, login)
        return
    gateway = visitor.gateway
    tokens = {"owner": gateway.owner_token, "installer": gateway.installer_token, "wrong": f"{gateway.owner_token}x"}
    headers = bearer(tokens[login]) if login in tokens else {}
    role = {"owner": Role.OWNER, "installer": Role.INSTALLER}.get(login)
    found = {}
    for endpoint, request in requests_of(visitor.firmware):
        reply = await visitor.visit(request, headers)
        wanted = expected(endpoint, request.method, role, visitor.firmware)
        found[f"{request.method} {request.path}"] = (reply.status, wanted)
    assert len(found) > 300
    compare(found)


async def walk_digest(visitor: Visitor, login: str) -> None:
    """Before 7: what needs no login is answered to everybody; the user envoy may not do what an installer may."""
    gateway, found = visitor.gateway, {}
    users = {
        "wrong": ("envoy", "not the password"),
        "owner": ("envoy", gateway.envoy_password),
        "installer": ("installer", gateway.installer_password),
    }
    for endpoint, request in requests_of(visitor.firmware):
        if login == "none":
            reply = await visitor.visit(request, {})
        else:
            reply = await visitor.visit_as(request, *users[login])
        wanted = expected_by_digest(endpoint, request.method, login, visitor.firmware)
        found[f"{request.method} {request.path}"] = (reply.status, wanted)
    assert len(found) > 40
    compare(found)


def expected_by_digest(endpoint: Endpoint[Any], method: str, login: str, firmware: Firmware) -> int:
    is_installers = endpoint.role >= Role.PROVISIONING or endpoint.name in INSTALLER_PAGES
    is_open = endpoint.digest_free if firmware >= Firmware((4,)) else endpoint.name not in CLOSED_3_9
    if is_open:
        return answered(endpoint, method, firmware)
    if login in {"none", "wrong"}:
        return 401
    return 403 if is_installers and login == "owner" else answered(endpoint, method, firmware)


async def test_good_replies_can_be_decoded(visitor: Visitor) -> None:
    """What is sent is what the endpoint declares, with nothing dropped."""
    for endpoint, request in requests_of(visitor.firmware):
        is_good = answered(endpoint, request.method, visitor.firmware) == 200
        if request.method == "GET" and is_good and not endpoint.is_stream and not is_html(endpoint, visitor.firmware):
            reply = await visitor.source.reply(request)
            decoded = endpoint.decode(reply.body)
            assert not decoded.defects, (request.path, decoded.defects)
            assert visitor.firmware < Firmware((7,)) or is_typed(reply) == has_type(endpoint, visitor.firmware), (
                request.path
            )


def is_html(endpoint: Endpoint[Any], firmware: Firmware) -> bool:
    return firmware < Firmware((4,)) and endpoint.path.startswith("/production.json")


def is_typed(reply: Reply) -> bool:
    return any(name == "Content-Type" for name, _ in reply.headers)


def has_type(endpoint: Endpoint[Any], firmware: Firmware) -> bool:
    """Native modules say no Content-Type."""
    if endpoint.name in BECAME_NATIVE:
        return firmware < BECAME_NATIVE[endpoint.name]
    return endpoint.handler is not Handler.NATIVE or endpoint.path == "/inv"


async def test_endpoints_of_other_firmware_are_missing(visitor: Visitor) -> None:
    for endpoint in REGISTRY.values():
        has_successor = any(row.path == endpoint.path and row.exists_in(visitor.firmware) for row in REGISTRY.values())
        if not endpoint.exists_in(visitor.firmware) and not has_successor:
            request = example_of(endpoint, "GET").request(endpoint, "GET")
            reply = await visitor.source.reply(request)
            assert reply.status == 404, request.path


@pytest.mark.parametrize("body", [b"{", b"[1", b'{"a": tru'])
async def test_bad_json_is_told_by_the_process_that_reads_it(visitor: Visitor, body: bytes) -> None:
    for endpoint, method in WRITE:
        if not endpoint.exists_in(visitor.firmware) or not reads_json(endpoint, method):
            continue
        example = replace(WRITES[endpoint.name, method], body=body)
        visitor.source.book = visitor.first
        reply = await visitor.source.reply(example.request(endpoint, method))
        assert reply.status == (500 if reply.handler is Handler.SCRIPTED else 400), (method, endpoint.path)
        if reply.status == 500:
            assert json.loads(reply.body)["message"].startswith("EXCEPTION")


def reads_json(endpoint: Endpoint[Any], method: str) -> bool:
    body = WRITES[endpoint.name, method].body
    is_retired = endpoint.name.startswith("tpm_")
    return isinstance(body, dict | list) and not is_retired


def test_every_method_is_carried_out_by_somebody() -> None:
    for endpoint in REGISTRY.values():
        for method in endpoint.methods:
            if endpoint in LOGINS:
                continue
            if method == "GET":
                assert sum(endpoint in table for table in (RENDER, ANSWER, STREAM)) == 1, endpoint.name
            else:
                assert (endpoint, method) in WRITE, (endpoint.name, method)
                assert (endpoint.name, method) in WRITES, f"no example of {method} {endpoint.path}"
    assert {(endpoint.name, method) for endpoint, method in WRITE} == set(WRITES)

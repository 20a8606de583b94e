"""Every recording is served and each of its URLs fetched back through real sockets, compared with the file itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from openvoy.protocol.firmware import LoginKind
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.har import read_har
from openvoy.virtual.pages import render_not_found, render_reply
from openvoy.virtual.recording import Recording, open_recording
from tests.conftest import RECORDINGS
from tests.unit.virtual.wire import WireReply, ask, bearer, digest

NAMES = [path.stem for path in RECORDINGS] or ["absent"]
TRUE_ON_THE_WIRE = {"date", "connection", "content-length", "transfer-encoding"}
"""What the server writes itself; their presence is compared, their values are not."""


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, recordings_folder: Path) -> Path:
    return recordings_folder / f"{request.param}.har"


@pytest.fixture
async def gateway(path: Path, keys: Path) -> AsyncIterator[VirtualGateway]:
    async with VirtualGateway(
        open_recording(path), clock=VirtualClock(ManualClock()), settings=GatewaySettings(folder=keys)
    ) as gateway:
        yield gateway


def recorded_entries(path: Path) -> dict[str, dict[str, Any]]:
    """By path and query, the entry that a client must see: the first good one, else the first."""
    chosen: dict[str, dict[str, Any]] = {}
    for entry in json.loads(path.read_text())["log"]["entries"]:
        url = urlsplit(entry["request"]["url"])
        target = url.path + (f"?{url.query}" if url.query else "")
        good = entry["response"]["status"] == 200
        if target not in chosen or (good and chosen[target]["response"]["status"] != 200):
            chosen[target] = entry
    return chosen


def recorded_headers(entry: dict[str, Any]) -> dict[str, str]:
    return {header["name"].lower(): header["value"] for header in entry["response"]["headers"]}


async def ask_logged_in(gateway: VirtualGateway, target: str) -> WireReply:
    if gateway.identity.login is LoginKind.TOKEN:
        return await ask(gateway.url, target, headers=bearer(gateway.owner_token))
    reply = await ask(gateway.url, target)
    if reply.status != 401:
        return reply
    answer = digest(reply.header("WWW-Authenticate"), path=target, user="envoy", password=gateway.envoy_password)
    return await ask(gateway.url, target, headers=answer)


async def test_each_recorded_url_comes_back_as_it_was(gateway: VirtualGateway, path: Path) -> None:
    entries = recorded_entries(path)
    assert len(entries) >= 6
    for target, entry in entries.items():
        recorded = entry["response"]
        reply = await ask_logged_in(gateway, target)
        assert reply.status == recorded["status"], target
        assert reply.body == recorded["content"]["text"].encode(), target
        if recorded["headers"]:
            assert_same_headers(reply, recorded_headers(entry), target)
        elif target.startswith("/ivp/"):
            assert reply.header("Content-Type") is None, target


def assert_same_headers(reply: WireReply, recorded: dict[str, str], target: str) -> None:
    served = {name.lower(): value for name, value in reply.headers}
    assert set(served) == set(recorded), target
    assert {name: value for name, value in served.items() if name not in TRUE_ON_THE_WIRE} == {
        name: value for name, value in recorded.items() if name not in TRUE_ON_THE_WIRE
    }, target
    chunked, length = "transfer-encoding" in recorded, "content-length" in recorded
    assert reply.framing == ("chunked" if chunked else "length" if length else "close"), target


async def test_without_login_only_open_pages_answer(gateway: VirtualGateway, path: Path) -> None:
    assert (await ask(gateway.url, "/info")).status == 200
    target = "/api/v1/production/inverters"
    assert target in recorded_entries(path)
    expected = 200 if gateway.identity.login is LoginKind.NONE else 401
    assert (await ask(gateway.url, target)).status == expected


def replies_with_headers(path: Path) -> Iterator[tuple[Recording, str, int, bytes, list[str], str | None]]:
    source = open_recording(path)
    for exchange in read_har(path):
        names = [name.lower() for name, value in exchange.headers for _ in range(max(1, value.count("GMT")))]
        content_type = next((value for name, value in exchange.headers if name.lower() == "content-type"), None)
        if names and exchange.status in {200, 404}:
            yield source, exchange.path, exchange.status, exchange.body, names, content_type


def test_typical_headers_are_those_of_the_recordings(path: Path) -> None:
    for source, target, status, body, names, content_type in replies_with_headers(path):
        if status == 404:
            typical = render_not_found(source.identity, target)
            assert typical.body == body.removesuffix(b"\n"), target
        else:
            typical = render_reply(source.identity, target, body)
        assert [name.lower() for name, _ in typical.headers] == names, target
        assert dict(typical.headers).get("Content-Type") == content_type, target

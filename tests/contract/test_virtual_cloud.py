"""The virtual cloud over real sockets: as a program asks it, as pyenphase does, and as `openvoy gateway` starts it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from pyenphase import Envoy
from pyenphase.auth import EnvoyTokenAuth
from pyenphase.exceptions import EnvoyAuthenticationError

from openvoy.errors import ConfigError
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from tests.contract.test_virtual_command import gateway as started
from tests.contract.test_virtual_command import recorded
from tests.support.keys import keys_folder
from tests.unit.virtual.recordings import SERIAL, entry, recording
from tests.unit.virtual.wire import Wire, WireReply, ask, bearer

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
V1 = {"wattsNow": 412, "wattHoursToday": 1, "wattHoursSevenDays": 2, "wattHoursLifetime": 3}
INVERTERS = [{"serialNumber": "122200000101", "lastReportDate": 1, "lastReportWatts": 2, "maxReportWatts": 3}]


@asynccontextmanager
async def served(*faults: str, firmware: str = "7.6.175", **settings: Any) -> AsyncIterator[VirtualGateway]:
    source = recording(
        firmware,
        entry("/ivp/meters", "[]"),
        entry("/api/v1/production", json.dumps(V1)),
        entry("/api/v1/production/inverters", json.dumps(INVERTERS)),
    )
    clock = VirtualClock(ManualClock(datetime.now(UTC)))
    options = GatewaySettings(**{"cloud_port": 0, "faults": faults, "folder": keys_folder(), **settings})
    async with VirtualGateway(source, clock=clock, settings=options) as gateway:
        yield gateway


async def post(url: object, path: str, fields: dict[str, str]) -> WireReply:
    return await ask(str(url), path, method="POST", headers=FORM, body=urlencode(fields).encode())


async def log_in(said: Any) -> WireReply:
    fields = {"user[email]": said["cloud_user"], "user[password]": said["cloud_password"]}
    return await post(said["cloud_url"], "/login/login.json?", fields)


async def test_a_token_from_the_cloud_opens_the_gateway() -> None:
    async with served() as gateway:
        said = gateway.describe()
        assert str(said["cloud_url"]).startswith("http://127.0.0.1:")
        session = json.loads((await log_in(said)).body)["session_id"]
        body = json.dumps({"session_id": session, "serial_num": SERIAL, "username": said["cloud_user"]}).encode()
        async with Wire(gateway.cloud_url) as wire:
            reply = await wire.ask("/tokens", method="POST", headers={"Content-Type": "application/json"}, body=body)
            assert (reply.status, reply.framing, reply.header("Connection")) == (200, "length", "keep-alive")
            assert (await wire.ask("/tokens")).status == 405
        assert (await ask(gateway.url, "/ivp/meters", headers=bearer(reply.body.decode()))).status == 200


async def test_cookies_are_for_tls_only_where_there_is_tls() -> None:
    for is_secure, scheme in ((False, "http"), (True, "https")):
        async with served(has_secure_cloud=is_secure) as gateway:
            assert urlsplit(gateway.cloud_url or "").scheme == scheme
            cookies = [value for name, value in (await log_in(gateway.describe())).headers if name == "Set-Cookie"]
            assert len(cookies) == 3
            assert all(("Secure" in cookie) is is_secure for cookie in cookies)


async def test_old_firmware_may_have_a_cloud_with_tls_too() -> None:
    async with served(firmware="5.0.62", has_secure_cloud=True) as gateway:
        assert str(gateway.url).startswith("http://")
        assert (await ask(gateway.cloud_url, "/login")).status == 200


async def test_troubles_can_be_switched_while_it_runs() -> None:
    async with served() as gateway:
        admin = bearer(gateway.admin_token)
        switch = json.dumps({"name": "cloud-rate-limit", "retry_after_s": 5}).encode()
        await ask(gateway.url, "/__virtual/faults", method="POST", headers=admin, body=switch)
        reply = await log_in(gateway.describe())
        assert (reply.status, reply.header("Retry-After")) == (429, "5")
        assert (await ask(gateway.url, "/info")).status == 200
        await ask(gateway.url, "/__virtual/faults?name=cloud-rate-limit", method="DELETE", headers=admin)
        assert (await log_in(gateway.describe())).status == 200


async def test_the_cloud_stays_up_while_the_gateway_refuses_connections() -> None:
    async with served("connection-refused") as gateway:
        with pytest.raises(ConnectionRefusedError):
            await ask(gateway.url, "/info")
        assert (await log_in(gateway.describe())).status == 200


async def test_the_gateways_faults_leave_the_cloud_alone() -> None:
    async with served("busy-503", "truncated-json") as gateway:
        assert (await ask(gateway.url, "/info")).status == 503
        assert "session_id" in json.loads((await log_in(gateway.describe())).body)


async def test_a_port_in_use_is_told_and_nothing_stays_open() -> None:
    async with served() as gateway:
        port = urlsplit(gateway.cloud_url or "").port
        with pytest.raises(ConfigError, match="cannot listen") as caught:
            await VirtualGateway(
                recording("7.6.175"), clock=VirtualClock(ManualClock()), settings=GatewaySettings(cloud_port=port)
            ).start()
        assert "--cloud-port" in caught.value.hint


async def test_without_cloud_nothing_is_said_of_one() -> None:
    gateway = VirtualGateway(recording("7.6.175"), clock=VirtualClock(ManualClock()))
    said = gateway.describe()
    assert said["cloud_url"] is said["cloud_user"] is said["cloud_password"] is None


async def test_the_command_says_where_the_cloud_is(tmp_path: Path) -> None:
    async with started("--capture", recorded(tmp_path, "7.6.175"), "--cloud-port", "0") as said:
        assert said["cloud_user"] == "owner@example.com"
        assert (await log_in(said)).status == 200
        other = {**said, "cloud_user": "installer@example.com"}
        assert json.loads((await log_in(other)).body)["is_consumer"] is False


@pytest.fixture
async def envoy(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Envoy, Any]]:
    """A client that others wrote, with the two addresses of the cloud replaced."""
    async with served(*getattr(request, "param", ())) as gateway:
        monkeypatch.setattr(EnvoyTokenAuth, "JSON_LOGIN_URL", f"{gateway.cloud_url}/login/login.json?")
        monkeypatch.setattr(EnvoyTokenAuth, "TOKEN_URL", f"{gateway.cloud_url}/tokens")
        client = Envoy(urlsplit(gateway.url or "").netloc)
        await client.setup()
        yield client, gateway.describe()
        await client.close()


@pytest.mark.parametrize(
    ("user", "kind", "consumer", "lifetime_s"),
    [
        ("owner@example.com", "owner", True, 31_536_000),
        ("installer@example.com", "installer", False, 43_200),
        ("self-installer@example.com", "owner", True, 31_536_000),
    ],
)
async def test_pyenphase_logs_in_by_the_cloud_and_reads(
    envoy: tuple[Envoy, Any], user: str, kind: str, lifetime_s: int, *, consumer: bool
) -> None:
    client, said = envoy
    await client.authenticate(username=user, password=said["cloud_password"])
    assert isinstance(client.auth, EnvoyTokenAuth)
    assert (client.auth.token_type, client.auth.is_consumer) == (kind, consumer)
    assert abs(client.auth.expire_timestamp - datetime.now(UTC).timestamp() - lifetime_s) < 10
    assert client.auth.manager_token.count(".") == 2
    assert len(client.auth.cookies["sessionId"]) == 32
    data = await client.update()
    assert data.system_production is not None
    assert data.system_production.watts_now == 412
    first = client.auth.token
    await client.auth.refresh()
    assert client.auth.token != first


@pytest.mark.parametrize(
    ("envoy", "message"),
    [
        (("cloud-login-refused",), "Unable to login.*401: .*Invalid Email or Password"),
        (("cloud-mfa",), "Multi Factor Authentication"),
        (("cloud-too-many-sessions",), "Too many active sessions"),
        (("cloud-too-many-sessions:status=200",), "No session id"),
        (("cloud-rate-limit",), "429: .*Retry later"),
        (("cloud-down",), "503: "),
        (("cloud-unknown-serial",), "Unable to obtain token.*404: No gateway"),
        (("cloud-not-owner",), "Unable to obtain token.*403: "),
        (("cloud-session-expired",), "Unable to obtain token.*401: You need to sign in"),
        (("cloud-no-jwt",), "Unable to verify token"),
        (("token-refused",), "Unable to verify token"),
    ],
    indirect=["envoy"],
)
async def test_pyenphase_meets_every_trouble(envoy: tuple[Envoy, Any], message: str) -> None:
    client, said = envoy
    with pytest.raises(EnvoyAuthenticationError, match=f"(?s){message}"):
        await client.authenticate(username=said["cloud_user"], password=said["cloud_password"])


@pytest.mark.parametrize("envoy", [("cloud-no-is-consumer", "cloud-owner-only", "cloud-code-refused")], indirect=True)
async def test_pyenphase_gets_by_with_some(envoy: tuple[Envoy, Any]) -> None:
    client, said = envoy
    await client.authenticate(username="installer@example.com", password=said["cloud_password"])
    assert isinstance(client.auth, EnvoyTokenAuth)
    assert (client.auth.token_type, client.auth.is_consumer) == ("owner", False)

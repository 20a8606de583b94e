"""What goes wrong between client and gateway, each with its error and its remedy."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from openvoy import Gateway
from openvoy.client import MemoryPinStore
from openvoy.errors import (
    BadPayload,
    CertificateChanged,
    ConfigError,
    CredentialRejected,
    EndpointRefused,
    GatewayBusy,
    OpenvoyError,
)
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.protocol.endpoints.meters import METER_READINGS
from openvoy.virtual.login.tokens import OWNER_LIFETIME_S
from tests.contract.client_support import BATTERY, DIGEST, TOKEN, client_of, requests_of, virtual_gateway
from tests.unit.client.transports import free_port


class TestLogin:
    async def test_the_token_of_another_maker_is_rejected_at_once(self, recordings_folder: Path) -> None:
        async with (
            virtual_gateway(recordings_folder, TOKEN) as served,
            virtual_gateway(recordings_folder, TOKEN) as forger,
        ):
            async with client_of(served, token=forger.owner_token) as gateway:
                for _ in range(2):
                    with pytest.raises(CredentialRejected, match="does not accept the token"):
                        await gateway.snapshot()
            assert requests_of(served) == {"/info": 1, "/auth/check_jwt": 2}

    async def test_the_token_of_another_gateway_is_never_sent(self, recordings_folder: Path) -> None:
        async with (
            virtual_gateway(recordings_folder, TOKEN) as served,
            virtual_gateway(recordings_folder, BATTERY) as other,
        ):
            with pytest.raises(CredentialRejected, match=rf"{other.serial}, but .* is {served.serial}"):
                await client_of(served, token=other.owner_token).connect()
            assert requests_of(served) == {"/info": 1}

    async def test_a_token_that_expires_in_use_is_told(self, recordings_folder: Path) -> None:
        async with virtual_gateway(recordings_folder, TOKEN) as served, client_of(served) as gateway:
            await gateway.fetch(METER_READINGS)
            served.clock.advance(OWNER_LIFETIME_S + 1)
            with pytest.raises(CredentialRejected, match="does not accept the token"):
                await gateway.fetch(METER_READINGS)

    async def test_a_session_that_ends_is_opened_anew(self, recordings_folder: Path) -> None:
        async with virtual_gateway(recordings_folder, TOKEN) as served, client_of(served) as gateway:
            before = await gateway.fetch(METER_READINGS)
            served.clock.advance(3600)
            assert await gateway.fetch(METER_READINGS) == before

    async def test_a_wrong_password_is_told_with_its_remedy(self, recordings_folder: Path) -> None:
        async with (
            virtual_gateway(recordings_folder, DIGEST) as served,
            client_of(served, password="wrong") as gateway,
        ):
            with pytest.raises(CredentialRejected, match="password of user envoy") as told:
                await gateway.fetch(METER_READINGS)
        assert "last six digits" in told.value.hint

    async def test_the_installer_logs_in_with_the_given_password(self, recordings_folder: Path) -> None:
        async with (
            virtual_gateway(recordings_folder, DIGEST) as served,
            client_of(served, user="installer", password=served.installer_password) as gateway,
        ):
            assert (await gateway.fetch_raw("/ivp/meters/readings")).status == 200

    @pytest.mark.parametrize("name", [DIGEST, TOKEN])
    async def test_one_refused_endpoint_leaves_the_rest(self, recordings_folder: Path, name: str) -> None:
        fault = f"unauthorized:path={INVERTERS.path}"
        async with virtual_gateway(recordings_folder, name, fault) as served, client_of(served) as gateway:
            with pytest.raises(EndpointRefused, match=INVERTERS.path):
                await gateway.fetch(INVERTERS)
            snapshot = await gateway.snapshot()
            counted = requests_of(served)[INVERTERS.path]
            await gateway.snapshot()
            assert requests_of(served)[INVERTERS.path] == counted
        assert snapshot.power.solar_w is not None


class TestReplies:
    @pytest.mark.parametrize(
        ("fault", "error"), [("truncated-json", BadPayload), ("html-with-200", BadPayload), ("busy-503", GatewayBusy)]
    )
    async def test_a_spoilt_reply_costs_its_part_only(
        self, recordings_folder: Path, fault: str, error: type[OpenvoyError]
    ) -> None:
        spoilt = f"{fault}:path={METER_READINGS.path}"
        async with virtual_gateway(recordings_folder, BATTERY, spoilt) as served, client_of(served) as gateway:
            with pytest.raises(error) as told:
                await gateway.fetch(METER_READINGS)
            assert told.value.hint
            snapshot = await gateway.snapshot()
        reasons = {part.part: part.reason for part in snapshot.missing}
        assert METER_READINGS.name in reasons
        assert snapshot.gateway.serial == served.serial

    async def test_a_huge_reply_costs_its_part_only(self, recordings_folder: Path) -> None:
        huge = f"huge-body:path={METER_READINGS.path},mb=200"
        async with virtual_gateway(recordings_folder, BATTERY, huge) as served, client_of(served) as gateway:
            with pytest.raises(BadPayload, match="sends more than 16 MiB"):
                await gateway.fetch(METER_READINGS)
            snapshot = await gateway.snapshot()
        assert snapshot.inverters
        assert METER_READINGS.name in {part.part for part in snapshot.missing}


async def test_a_changed_certificate_is_told_and_may_be_accepted(recordings_folder: Path) -> None:
    pins, port = MemoryPinStore(), free_port()
    async with virtual_gateway(recordings_folder, TOKEN, port=port) as served:
        await client_of(served, pins=pins).close()
        async with client_of(served, pins=pins) as gateway:
            await gateway.fetch(METER_READINGS)
    async with virtual_gateway(recordings_folder, TOKEN, port=port) as renewed:
        with pytest.raises(CertificateChanged, match="shows another certificate than before") as told:
            await client_of(renewed, pins=pins).connect()
        assert "--accept-new-certificate" in told.value.hint
        assert requests_of(renewed) == {}
        async with client_of(renewed, pins=pins, accept_new_certificate=True) as gateway:
            await gateway.fetch(METER_READINGS)
        async with client_of(renewed, pins=pins) as gateway:
            await gateway.fetch(METER_READINGS)


async def test_what_is_accepted_is_one_certificate_not_every_later_one(recordings_folder: Path) -> None:
    pins, port = MemoryPinStore(), free_port()
    async with virtual_gateway(recordings_folder, TOKEN, port=port) as served, client_of(served, pins=pins):
        pass
    async with virtual_gateway(recordings_folder, TOKEN, port=port) as renewed:
        gateway = client_of(renewed, pins=pins, accept_new_certificate=True)
        await gateway.connect()
        await gateway.close()
    async with virtual_gateway(recordings_folder, TOKEN, port=port):
        with pytest.raises(CertificateChanged):
            await gateway.connect()


async def test_several_tasks_share_one_login(recordings_folder: Path) -> None:
    async with virtual_gateway(recordings_folder, TOKEN) as served:
        gateway = client_of(served)
        await asyncio.gather(*(gateway.fetch(METER_READINGS) for _ in range(5)))
        await gateway.close()
    assert requests_of(served) == {"/info": 1, "/auth/check_jwt": 1, METER_READINGS.path: 5}


@pytest.mark.parametrize("name", [DIGEST, TOKEN])
async def test_no_secret_is_ever_said(recordings_folder: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="openvoy")  # a command that ran before may have made it quieter
    password = "hunter2-canary"
    said: list[str] = []
    faults = ("unauthorized:path=/ivp/meters", f"truncated-json:path={METER_READINGS.path}")
    async with virtual_gateway(recordings_folder, name, *faults) as served:
        secrets = [password, served.envoy_password, served.owner_token]
        for login in (
            {},
            {"user": "installer", "password": password},
            {"token": f"{served.owner_token}x"},
            {"token": password},
        ):
            try:
                async with client_of(served, **login) as gateway:
                    await gateway.snapshot()
                    secrets += (await gateway.fetch_raw("/auth/check_jwt")).cookies.values()
                    said.append(repr(vars(gateway)))
                    await gateway.fetch_raw("/ivp/meters")
            except OpenvoyError as error:
                said += [str(error), repr(error), *(repr(cause) for cause in (error.__cause__, error.__context__))]
    assert "GET" in caplog.text
    assert len(said) >= 4
    everything = caplog.text + "\n".join(said)
    found = [secret for secret in secrets if secret is not None and secret in everything.replace(served.serial, "")]
    assert found == []


async def test_what_is_missing_for_the_login_is_said(recordings_folder: Path) -> None:
    async with virtual_gateway(recordings_folder, TOKEN) as served:
        with pytest.raises(ConfigError, match=r"has firmware 7\.6\.175, which needs a token") as told:
            await Gateway(served.url or "").connect()
    assert "--token-file" in told.value.hint

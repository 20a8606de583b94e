"""Logins that are good today and not tomorrow."""

from __future__ import annotations

import pytest

from openvoy.errors import CredentialRejected
from openvoy.protocol.endpoints.meters import METER_READINGS
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS
from tests.contract.fault_support import standing
from tests.unit.virtual.wire import bearer

READINGS = METER_READINGS.path


async def test_a_cookie_may_die_early_and_the_token_goes_on() -> None:
    async with standing() as stand:
        stand.switch_on("cookies-expire:seconds=60")
        session = (await stand.send("/auth/check_jwt")).session
        cookie = {"Cookie": f"sessionId={session}"}
        stand.gateway.clock.advance(59)
        assert (await stand.send(READINGS, headers=cookie)).status == 200
        stand.gateway.clock.advance(1)
        assert (await stand.send(READINGS, headers=cookie)).status == 401
        both = {**cookie, **bearer(stand.gateway.owner_token)}
        assert (await stand.send(READINGS, headers=both)).status == 200
        async with stand.client() as client:
            for _ in range(3):
                assert (await client.fetch(METER_READINGS)).value
                stand.gateway.clock.advance(61)


async def test_a_page_may_want_the_cookie() -> None:
    async with standing() as stand:
        stand.switch_on("cookie-needed")
        token = bearer(stand.gateway.owner_token)
        session = (await stand.send("/auth/check_jwt")).session
        assert (await stand.send(PRODUCTION_DETAILS.path, headers=token)).status == 401
        assert (await stand.send(READINGS, headers=token)).status == 200
        assert (await stand.send(PRODUCTION_DETAILS.path, headers={"Cookie": f"sessionId={session}"})).status == 200
        assert not (await stand.snapshot()).missing


async def test_a_good_token_may_be_refused_from_now_on() -> None:
    async with standing() as stand, stand.client() as client:
        assert (await client.fetch(METER_READINGS)).value
        stand.switch_on("token-refused")
        assert (await stand.send("/auth/check_jwt")).status == (await stand.send(READINGS)).status == 401
        assert (await stand.send("/info")).status == 200
        with pytest.raises(CredentialRejected, match="does not accept the token"):
            await client.fetch(METER_READINGS)
        stand.gateway.faults.switch_off()
        assert (await client.fetch(METER_READINGS)).value


async def test_the_firmware_may_change_while_a_client_is_connected() -> None:
    async with standing(firmware="8.2.4345") as stand, stand.client() as client:
        assert str((await client.connect()).firmware) == "8.2.4345"
        stand.switch_on("firmware-changed:version=D8.3.5289")
        assert b"<software>D8.3.5289</software>" in (await stand.send("/info")).body
        await client.close()
        assert str((await client.connect()).firmware) == "8.3.5289"
        assert not (await client.snapshot()).missing

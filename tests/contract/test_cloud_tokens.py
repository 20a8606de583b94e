"""Tokens over simulated months: renewed early, kept, and the cloud asked as seldom as promised."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from openvoy.client.cloud import FileAttempts, FileTokenStore, MemoryAttempts, MemoryTokenStore
from openvoy.client.token_source import ReadTokens
from openvoy.errors import CloudUnavailable, ConfigError, CredentialRejected, EndpointRefused
from openvoy.protocol.cloud import Account
from openvoy.protocol.endpoints.livedata import STREAM_PSD
from openvoy.protocol.endpoints.meters import METERS
from openvoy.protocol.login import explain_token
from tests.contract.client_support import requests_of
from tests.contract.cloud_support import START, Town, town
from tests.unit.virtual.recordings import SERIAL

DAY_S = 86_400.0
HOUR_S = 3600.0


class CountedStore(MemoryTokenStore):
    """Knows when a token was written."""

    def __init__(self, place: Town) -> None:
        super().__init__()
        self.place = place
        self.written: list[datetime] = []

    def write_token(self, serial: str, token: str) -> None:
        self.written.append(self.place.clock.now())
        super().write_token(serial, token)


class CountedAttempts(MemoryAttempts):
    """Knows when an attempt was begun: the first of the two notes of each."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[datetime] = []

    def write_attempt(self, serial: str, attempt: object) -> None:
        if not self.begun or self.begun[-1] != attempt.at:  # type: ignore[attr-defined]
            self.begun.append(attempt.at)  # type: ignore[attr-defined]
        super().write_attempt(serial, attempt)  # type: ignore[arg-type]


def days_of(moments: Sequence[datetime]) -> list[float]:
    return [round((moment - START) / timedelta(days=1), 2) for moment in moments]


async def test_an_owners_token_is_renewed_after_three_quarters_of_its_year() -> None:
    async with town() as place:
        store = CountedStore(place)
        tokens = place.tokens(store=store)
        for _ in range(600):
            token = await tokens.fetch_token(SERIAL)
            assert not explain_token(token).is_expired(place.clock.now())
            assert tokens.find_trouble() is None
            await place.clock.advance(DAY_S)
        # A year has 365 days: 273.75 of them, seen once a day.
        assert days_of(store.written) == [0, 274, 548]


async def test_an_installers_token_is_renewed_after_nine_hours() -> None:
    async with town() as place:
        store = CountedStore(place)
        tokens = place.tokens("installer", store=store)
        for _ in range(4 * 24):
            await tokens.fetch_token(SERIAL)
            await place.clock.advance(HOUR_S / 4)
        assert [(moment - START) / timedelta(hours=1) for moment in store.written] == [0, 9, 18]


async def test_a_cloud_that_is_down_for_months_is_asked_once_a_day_and_the_old_token_works() -> None:
    async with town() as place:
        attempts = CountedAttempts()
        tokens = place.tokens(attempts=attempts)
        async with place.open(tokens) as gateway:
            await place.switch_on("cloud-down")
            await place.clock.advance(273 * DAY_S)
            attempts.begun.clear()
            for _ in range(60 * 24):
                await place.clock.advance(HOUR_S)
                await gateway.fetch(METERS)
            steps_h = [(b - a) / timedelta(hours=1) for a, b in zip(attempts.begun, attempts.begun[1:], strict=False)]
            assert steps_h[:6] == [1, 1, 1, 2, 4, 8]
            assert set(steps_h[7:]) == {24}
            trouble = tokens.find_trouble()
            assert isinstance(trouble, CloudUnavailable)
            # 365 days, of which 333 have passed.
            assert "cannot serve now" in trouble.message
            assert "(32 days)" in trouble.message
            assert "The next attempt is at 20" in trouble.message
            await place.switch_off("cloud-down")
            await place.clock.advance(DAY_S)
            await gateway.fetch(METERS)
            assert tokens.find_trouble() is None


async def test_without_a_token_the_trouble_is_the_error() -> None:
    async with town("cloud-down") as place:
        tokens = place.tokens(attempts=(attempts := CountedAttempts()))
        with pytest.raises(CloudUnavailable, match="cannot serve now"):
            await tokens.fetch_token(SERIAL)
        for _ in range(14):
            await place.clock.advance(60)
            with pytest.raises(CloudUnavailable, match=r"There is no valid token, and none can be obtained: .*cannot"):
                await tokens.fetch_token(SERIAL)
        assert len(attempts.begun) == 1
        await place.switch_off("cloud-down")
        await place.clock.advance(60)
        assert explain_token(await tokens.fetch_token(SERIAL)).role == "owner"


async def test_a_refused_password_is_tried_once_a_day_until_it_is_changed() -> None:
    async with town() as place:
        password = ["wrong"]
        attempts = CountedAttempts()
        tokens = place.tokens(
            attempts=attempts, read_account=lambda: Account(user="owner@example.com", password=password[0])
        )
        for _ in range(48):
            with pytest.raises(CredentialRejected, match="does not accept"):
                await tokens.fetch_token(SERIAL)
            await place.clock.advance(HOUR_S)
        assert len(attempts.begun) == 2
        with pytest.raises(CredentialRejected):
            await tokens.fetch_token(SERIAL)
        password[0] = place.password
        assert explain_token(await tokens.fetch_token(SERIAL)).role == "owner"


async def test_the_cloud_is_given_the_time_that_it_asks_for() -> None:
    async with town("cloud-rate-limit:retry_after_s=7200") as place:
        tokens = place.tokens(attempts=(attempts := CountedAttempts()))
        for _ in range(12):
            with pytest.raises(CloudUnavailable):
                await tokens.fetch_token(SERIAL)
            await place.clock.advance(HOUR_S / 2)
        assert [(moment - START) / timedelta(hours=1) for moment in attempts.begun] == [0, 2, 4]


async def test_restarts_do_not_hammer_the_cloud(tmp_path: Path) -> None:
    async with town("cloud-mfa") as place:
        for _ in range(20):
            tokens = place.tokens(store=FileTokenStore(tmp_path), attempts=FileAttempts(tmp_path))
            with pytest.raises(CredentialRejected, match="second factor") as caught:
                await tokens.fetch_token(SERIAL)
            assert "web page" in caught.value.hint
            await place.clock.advance(60)
        file = tmp_path / f"{SERIAL}.attempt.json"
        assert file.stat().st_mode & 0o777 == 0o600
        assert '"failures": 1' in file.read_text()
        assert place.password not in file.read_text()


async def test_a_process_that_dies_in_an_attempt_waits_too(tmp_path: Path) -> None:
    async with town() as place:
        first = place.tokens(store=FileTokenStore(tmp_path), attempts=FileAttempts(tmp_path))
        task = asyncio.create_task(first.fetch_token(SERIAL))
        while not (tmp_path / f"{SERIAL}.attempt.json").exists():  # noqa: ASYNC110 - written by the task
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        second = place.tokens(store=FileTokenStore(tmp_path), attempts=FileAttempts(tmp_path))
        with pytest.raises(CloudUnavailable, match="cut short"):
            await second.fetch_token(SERIAL)
        await place.clock.advance(900)
        await second.fetch_token(SERIAL)


async def test_a_saved_token_works_without_the_cloud(tmp_path: Path) -> None:
    async with town() as place:
        token = await place.tokens(store=FileTokenStore(tmp_path)).fetch_token(SERIAL)
        assert (tmp_path / f"{SERIAL}.jwt").read_text() == f"{token}\n"
        await place.switch_on("cloud-down")
        tokens = place.tokens(store=FileTokenStore(tmp_path))
        async with place.open(tokens) as gateway:
            await gateway.fetch(METERS)
        assert tokens.find_trouble() is None


@pytest.mark.parametrize("kept", ["", "no token", "eyJhbGciOiJub25lIn0.e30"])
async def test_a_saved_token_that_is_none_is_replaced(tmp_path: Path, kept: str) -> None:
    store = FileTokenStore(tmp_path)
    store.write_token(SERIAL, kept)
    async with town() as place:
        assert explain_token(await place.tokens(store=store).fetch_token(SERIAL)).serials == (SERIAL,)


async def test_many_ask_and_one_attempt_is_made() -> None:
    async with town() as place:
        tokens = place.tokens(attempts=(attempts := CountedAttempts()))
        found = await asyncio.gather(*(tokens.fetch_token(SERIAL) for _ in range(20)))
        assert len(set(found)) == 1
        assert len(attempts.begun) == 1


async def test_a_token_that_the_gateway_refuses_is_renewed_early_once() -> None:
    async with town() as place:
        tokens = place.tokens(attempts=(attempts := CountedAttempts()))
        async with place.open(tokens) as gateway:
            await gateway.fetch(METERS)
            await place.clock.advance(30 * DAY_S)
            await place.switch_on("token-refused")
            for told in ["does not accept the token", *["refuses a token that was renewed because"] * 47]:
                with pytest.raises(CredentialRejected, match=told):
                    await gateway.fetch(METERS)
                await place.clock.advance(HOUR_S)
            assert days_of(attempts.begun) == [0, 30]
            await place.switch_off("token-refused")
            await gateway.fetch(METERS)
            assert days_of(attempts.begun) == [0, 30]


async def test_a_token_of_before_a_reset_is_replaced_unnoticed() -> None:
    async with town() as place:
        tokens = place.tokens()
        async with place.open(tokens) as gateway:
            await gateway.fetch(METERS)
            await place.clock.advance(30 * DAY_S)
            before = await tokens.fetch_token(SERIAL)
            after = await tokens.fetch_token(SERIAL, refused=before)
            assert after != before
            await gateway.fetch(METERS)
        assert requests_of(place.gateway)["/auth/check_jwt"] == 2


async def test_a_token_that_ends_is_told_in_the_same_words_while_following_and_when_connecting_anew() -> None:
    async with town() as place:
        token = await place.tokens().fetch_token(SERIAL)
        ends_at = explain_token(token).expires_at
        assert ends_at is not None
        tokens = ReadTokens(lambda: token, clock=place.clock, origin="file home.jwt")
        told: list[tuple[str, str]] = []
        async with place.open(tokens) as gateway:
            await gateway.fetch(METERS)
            await place.clock.advance((ends_at - place.clock.now()).total_seconds() + HOUR_S)
            for _ in range(2):
                with pytest.raises(CredentialRejected) as refused:
                    await gateway.fetch(METERS)
                told.append((refused.value.message, refused.value.hint))
        with pytest.raises(CredentialRejected) as refused:
            await place.open(tokens).connect()
        told.append((refused.value.message, refused.value.hint))
        trouble = tokens.find_trouble()
        assert trouble is not None
        told.append((trouble.message, trouble.hint))
        assert set(told) == {(f"The token expired on {ends_at:%Y-%m-%d %H:%M} UTC.", told[0][1])}
        assert "into the file home.jwt" in told[0][1]


async def test_a_stream_whose_token_is_refused_renews_it_once_as_a_request_does() -> None:
    async with town() as place:
        tokens = place.tokens(attempts=(attempts := CountedAttempts()))
        async with place.open(tokens) as gateway:
            await gateway.fetch(METERS)
            await place.clock.advance(30 * DAY_S)
            await place.switch_on("token-refused")
            for told in ("does not accept the token", "refuses a token that was renewed because"):
                with pytest.raises(CredentialRejected, match=told):
                    async with gateway.open_stream(STREAM_PSD):
                        pass
            assert days_of(attempts.begun) == [0, 30]
            await place.switch_off("token-refused")
            with pytest.raises(EndpointRefused, match="the token itself is good"):
                async with gateway.open_stream(STREAM_PSD):
                    pass
            assert days_of(attempts.begun) == [0, 30]


async def test_no_account_but_a_good_token_is_told_and_does_no_harm() -> None:
    def unreadable() -> Account:
        raise ConfigError("The environment variable CLOUD is not set.", hint="Set it.")

    async with town() as place:
        store = MemoryTokenStore()
        token = await place.tokens(store=store).fetch_token(SERIAL)
        tokens = place.tokens(store=store, read_account=unreadable)
        await place.clock.advance(300 * DAY_S)
        assert await tokens.fetch_token(SERIAL) == token
        assert isinstance(tokens.find_trouble(), ConfigError)
        with pytest.raises(ConfigError, match="CLOUD"):
            await place.tokens(read_account=unreadable).fetch_token(SERIAL)


async def test_a_token_that_cannot_be_kept_is_used_and_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with town() as place:
        tokens = place.tokens(store=FileTokenStore(tmp_path / "file"))
        with pytest.raises(ConfigError, match="cannot be read"):
            await tokens.fetch_token(SERIAL)

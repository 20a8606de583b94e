from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from openvoy.client.token_source import READ_AGAIN_S, ReadTokens
from openvoy.errors import ConfigError, CredentialRejected
from openvoy.testing.clock import ManualClock
from tests.unit.protocol.login.gateways import make_token

SERIAL = "122200000001"
ISSUED = datetime(2026, 1, 1, tzinfo=UTC)


def token(days: float, *, jti: str = "1") -> str:
    issued = ISSUED.timestamp()
    return make_token(aud=SERIAL, enphaseUser="owner", iat=issued, exp=issued + days * 86_400, jti=jti)


class Holder:
    """A file that a person changes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_readable = True

    def read(self) -> str:
        if not self.is_readable:
            raise ConfigError("no file")
        return self.text


async def test_a_replaced_token_counts_within_a_minute() -> None:
    clock, holder = ManualClock(ISSUED), Holder(token(365))
    tokens = ReadTokens(holder.read, clock=clock)
    first = await tokens.fetch_token(SERIAL)
    holder.text = token(365, jti="2") + "\n"
    assert await tokens.fetch_token(SERIAL) == first
    await clock.advance(READ_AGAIN_S)
    assert await tokens.fetch_token(SERIAL) == holder.text.strip()
    holder.is_readable = False
    await clock.advance(READ_AGAIN_S)
    assert await tokens.fetch_token(SERIAL) == holder.text.strip()


async def test_a_refused_token_is_looked_after_at_once() -> None:
    holder = Holder(token(365))
    tokens = ReadTokens(holder.read, clock=ManualClock(ISSUED), origin="file home.jwt")
    first = await tokens.fetch_token(SERIAL)
    with pytest.raises(CredentialRejected, match=f"Gateway {SERIAL} refuses its token") as told:
        await tokens.fetch_token(SERIAL, refused=first)
    assert "into the file home.jwt" in told.value.hint
    holder.text = token(365, jti="2")
    assert await tokens.fetch_token(SERIAL, refused=first) == holder.text


async def test_no_file_and_no_token() -> None:
    holder = Holder("nonsense")
    tokens = ReadTokens(holder.read, clock=ManualClock(ISSUED))
    assert tokens.find_trouble() is None
    with pytest.raises(CredentialRejected):
        await tokens.fetch_token(SERIAL)
    holder.is_readable = False
    with pytest.raises(ConfigError):
        await tokens.fetch_token(SERIAL)


@pytest.mark.parametrize(
    ("life_days", "day", "is_told"), [(365, 334, False), (365, 336, True), (0.5, 0.2, False), (0.5, 0.4, True)]
)
async def test_the_end_is_told_weeks_ahead_or_in_the_last_quarter(life_days: float, day: float, is_told: bool) -> None:
    clock = ManualClock(ISSUED + timedelta(days=day))
    tokens = ReadTokens(Holder(token(life_days)).read, clock=clock)
    await tokens.fetch_token(SERIAL)
    trouble = tokens.find_trouble()
    assert (trouble is not None) is is_told
    if trouble is not None:
        assert "expires on 202" in trouble.message
        assert "openvoy token fetch" in trouble.hint

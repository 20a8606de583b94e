"""The rules of renewal, their numbers worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from openvoy.errors import CloudUnavailable, CredentialRejected
from openvoy.protocol.cloud.renewal import (
    Attempt,
    Outcome,
    begin_attempt,
    end_attempt,
    explain_renewal,
    may_attempt_at,
    may_renew_early,
    renewal_due_at,
)
from openvoy.protocol.login import TokenInfo

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def info(*, issued: datetime | None = NOW, expires: datetime | None = NOW + 365 * DAY) -> TokenInfo:
    return TokenInfo(serials=("1",), role="owner", issued_at=issued, expires_at=expires)


@pytest.mark.parametrize(
    ("issued", "expires", "due"),
    [
        (NOW, NOW + 400 * DAY, NOW + 300 * DAY),
        (NOW, NOW + timedelta(hours=12), NOW + timedelta(hours=9)),
        (None, NOW + 90 * DAY, NOW + 60 * DAY),
        (NOW + 91 * DAY, NOW + 90 * DAY, NOW + 60 * DAY),
        (NOW, None, None),
    ],
)
def test_when_a_token_is_due(issued: datetime | None, expires: datetime | None, due: datetime | None) -> None:
    assert renewal_due_at(info(issued=issued, expires=expires)) == due


def failed(times: int, error: Exception) -> Attempt:
    last: Attempt | None = None
    for _ in range(times):
        last = end_attempt(begin_attempt(last, account="aa", now=NOW, early=False), error)  # type: ignore[arg-type]
    assert last is not None
    return last


@pytest.mark.parametrize(("times", "minutes"), [(1, 15), (2, 30), (3, 60), (4, 120), (7, 960), (8, 1440), (500, 1440)])
def test_pauses_double_up_to_a_day(times: int, minutes: int) -> None:
    last = failed(times, CloudUnavailable("down"))
    assert may_attempt_at(last, account="aa", now=NOW) == NOW + timedelta(minutes=minutes)
    assert may_attempt_at(last, account="bb", now=NOW) == NOW + timedelta(minutes=minutes)


def test_a_refused_account_waits_a_day_unless_it_is_another() -> None:
    last = failed(1, CredentialRejected("no"))
    assert may_attempt_at(last, account="aa", now=NOW) == NOW + DAY
    assert may_attempt_at(last, account="bb", now=NOW) == NOW


@pytest.mark.parametrize(("asked_s", "waits"), [(60, timedelta(minutes=15)), (3600, timedelta(hours=1)), (1e9, DAY)])
def test_what_the_cloud_asks_for_counts_up_to_a_day(asked_s: float, waits: timedelta) -> None:
    last = failed(1, CloudUnavailable("busy", retry_after_s=asked_s))
    assert last.retry_at == NOW + waits


def test_a_success_ends_the_row_and_still_has_a_pause() -> None:
    last = end_attempt(begin_attempt(failed(5, CloudUnavailable("down")), account="aa", now=NOW, early=False), None)
    assert (last.failures, last.outcome) == (0, Outcome.RENEWED)
    assert last.retry_at == NOW + timedelta(minutes=15)
    assert begin_attempt(last, account="aa", now=NOW, early=False).failures == 1


def test_an_attempt_in_the_future_says_nothing() -> None:
    last = failed(9, CloudUnavailable("down"))
    assert may_attempt_at(last, account="aa", now=NOW - 30 * DAY) == NOW - 30 * DAY


def test_one_early_renewal_a_week() -> None:
    last = end_attempt(begin_attempt(None, account="aa", now=NOW, early=True), None)
    assert may_renew_early(None, NOW)
    assert not may_renew_early(last, NOW + 6 * DAY)
    assert may_renew_early(last, NOW + 7 * DAY)
    assert may_renew_early(last, NOW - DAY)
    later = begin_attempt(last, account="aa", now=NOW + DAY, early=False)
    assert not may_renew_early(later, NOW + 2 * DAY)


def test_trouble_says_how_long_the_token_works() -> None:
    last = failed(1, CloudUnavailable("The cloud is down."))
    told = explain_renewal(last, info(), NOW + 300 * DAY)
    assert isinstance(told, CloudUnavailable)
    assert "The cloud is down." in told.message
    assert "works until 2027-01-01 00:00 UTC (65 days)" in told.message
    assert told.hint
    for left, said in ((timedelta(hours=3), "3.0 h"), (timedelta(minutes=50), "50 min")):
        soon = explain_renewal(last, info(), NOW + 365 * DAY - left)
        assert soon is not None
        assert f"UTC ({said})" in soon.message
    for absent in (None, info(expires=NOW)):
        told = explain_renewal(failed(1, CredentialRejected("Wrong.", hint="Correct it.")), absent, NOW)
        assert isinstance(told, CredentialRejected)
        assert told.message.startswith("There is no valid token")
        assert told.hint == "Correct it."
    assert explain_renewal(None, info(), NOW) is None

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openvoy.errors import CredentialRejected
from openvoy.protocol.login import check_token, explain_token
from openvoy.protocol.login.jwt import clean_token, is_cut
from tests.unit.protocol.login.gateways import make_token

NOW = datetime(2025, 6, 21, 12, tzinfo=UTC)
NEXT_YEAR_S = 1781956800


def test_a_token_says_whose_it_is_and_until_when() -> None:
    info = explain_token(make_token(aud="122200000001", enphaseUser="owner", iat=1750420800, exp=NEXT_YEAR_S))
    assert info.serials == ("122200000001",)
    assert info.role == "owner"
    assert info.issued_at == datetime(2025, 6, 20, 12, tzinfo=UTC)
    assert info.expires_at == datetime(2026, 6, 20, 12, tzinfo=UTC)
    check_token(info, gateway="envoy.local", serial="122200000001", now=NOW)


def test_white_space_around_a_pasted_token_is_no_matter() -> None:
    assert explain_token(f"\n  {make_token(aud='1')}\n").serials == ("1",)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "a.b", "a.b.c", "a.b.c.d", "eyJ.eyJ.sig nature", f"{make_token(aud='1')}\nX-Header: x", "{}", "é.é.é"],
)
def test_what_is_no_token_is_said_without_repeating_it(text: str) -> None:
    with pytest.raises(CredentialRejected, match="What was given is no token") as told:
        explain_token(text)
    assert "entrez" in told.value.hint


@pytest.mark.parametrize(("left", "is_whole"), [(86, True), (85, False), (1, False)])
def test_a_token_of_which_the_end_is_missing_still_says_what_it_is(left: int, *, is_whole: bool) -> None:
    head, payload, signature = make_token(aud="1").split(".")
    token = f"{head}.{payload}.{signature[:left]}"
    assert explain_token(token).serials == ("1",)
    assert is_cut(token) is not is_whole


@pytest.mark.parametrize("text", ["", "a.b.c", "e30.e30.c2ln", "é.é.é", "W10.e30.a"])
def test_what_has_another_signature_or_none_is_not_taken_for_cut(text: str) -> None:
    assert not is_cut(text)


@given(st.text())
def test_no_text_breaks_the_explanation(text: str) -> None:
    try:
        explain_token(text)
    except CredentialRejected:
        return


@pytest.mark.parametrize("around", ["{}", ' "{}"\n', "'{}'", "\t{}  "])
def test_what_copying_puts_around_a_token_is_taken_off(around: str) -> None:
    token = make_token(aud="122200000001", exp=NEXT_YEAR_S)
    assert clean_token(around.format(f"{token[:40]}\n{token[40:]}")) == token


def test_an_expired_token_is_told_with_its_end() -> None:
    info = explain_token(make_token(aud="122200000001", exp=1750507140))
    with pytest.raises(CredentialRejected, match=r"The token for envoy\.local expired on 2025-06-21 11:59 UTC"):
        check_token(info, gateway="envoy.local", serial="122200000001", now=NOW)


def test_the_token_of_another_gateway_is_told_with_both_serials() -> None:
    info = explain_token(make_token(aud="122200000002", exp=NEXT_YEAR_S))
    with pytest.raises(CredentialRejected, match=r"122200000002, but envoy\.local is 122200000001"):
        check_token(info, gateway="envoy.local", serial="122200000001", now=NOW)


@pytest.mark.parametrize("audience", ["un-commissioned", ["122200000003", "122200000001"], None])
def test_audiences_that_may_fit(audience: object) -> None:
    info = explain_token(make_token(aud=audience, exp=NEXT_YEAR_S))
    check_token(info, gateway="envoy.local", serial="122200000001", now=NOW)


@pytest.mark.parametrize("when", [1e300, -1e300, "soon", None])
def test_an_impossible_time_is_not_said(when: object) -> None:
    assert explain_token(make_token(aud="1", exp=when)).expires_at is None

from __future__ import annotations

import pytest

from openvoy.protocol.redaction import MASK, is_secret_name, redact, redact_structure
from tests.unit.protocol.login.gateways import make_token

CANARY = "hunter2-canary"
TOKEN = make_token(aud="122200000001", username=CANARY)


@pytest.mark.parametrize(
    "text",
    [
        f"GET /info Authorization: Bearer {CANARY}",
        f"Bearer {CANARY}",
        f"authorization: Digest username=x, response={CANARY}",
        f"Digest username={CANARY}, response={CANARY}",
        f"Cookie: sessionId={CANARY}; other={CANARY}",
        f"Set-Cookie: sessionId={CANARY}; Path=/",
        f"sessionId={CANARY}",
        f"GET /x?AccessKeyId={CANARY}&a=1",
        f"wss://example/mqtt?X-Amz-Credential={CANARY}&X-Amz-Signature={CANARY}",
        f'{{"wifi_key": "{CANARY}", "psk": "{CANARY}"}}',
        f"/auth/x?jwt={CANARY}",
        f'{{"session_id":"{CANARY}"}}',
        f'{{"password" : "a\\"{CANARY}"}}',
        f"{{'owner_token': '{CANARY}'}}",
        f"password='{CANARY}'",
        f"envoy_password={CANARY}&x=1",
        f"mqtt://user:{CANARY}@127.0.0.1:1883",
        f"client_secret = {CANARY}",
        f"headers={{'Authorization': 'Bearer {CANARY}'}}",
    ],
)
def test_secrets_are_masked_by_the_name_before_them(text: str) -> None:
    assert CANARY not in redact(text)
    assert MASK in redact(text)


def test_a_token_is_masked_wherever_it_stands() -> None:
    for part in (TOKEN, TOKEN[:60], f"x{{{TOKEN}}}", f"/path?t={TOKEN}"):
        assert TOKEN[:40] not in redact(part)
        assert TOKEN.split(".")[1][:20] not in redact(part)


@pytest.mark.parametrize(
    "text",
    [
        "GET /auth/check_jwt -> 200",
        "token_file = home.jwt",
        "envoy.local does not accept the token.",
        "The password of user envoy is the last six digits",
        "https://envoy.local:8443/info",
        "serial 122200000001, 3000 W",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert redact(text) == text


def test_structures_are_masked_by_key_and_by_content() -> None:
    secret = {"Authorization": f"Bearer {CANARY}", "envoy_password": CANARY, "cookies": {"sessionId": CANARY}}
    masked = redact_structure({"request": secret, "rows": [1, None, f"sessionId={CANARY}"], "token": None, "n": 1.5})
    assert CANARY not in repr(masked)
    assert masked["rows"][:2] == [1, None]
    assert masked["token"] is None
    assert masked["n"] == 1.5


def test_names_of_secrets() -> None:
    assert all(map(is_secret_name, ["password", "Set-Cookie", "owner_token", "api_key", "tokens", "X-Session-Id"]))
    assert not any(map(is_secret_name, ["token_file", "path", "user", "serial"]))


def test_long_text_that_looks_like_the_start_of_a_secret_is_gone_through_once() -> None:
    # Going back for each character would take hours, and run into the limit of every test.
    for text in ("x" * 1_000_000, "eyJ" * 300_000, "Bearer " * 100_000):
        redact(text)

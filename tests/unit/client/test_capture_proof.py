"""The search for what was to be replaced: nothing escapes it by being spelled in another way."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from openvoy.client.capture.har import build_har
from openvoy.client.capture.mask import Mask
from openvoy.client.capture.private import Kind, Original
from openvoy.client.capture.proof import find_leaks
from openvoy.client.capture.replacements import build_replacements
from openvoy.errors import ConfigError
from tests.unit.client.test_capture_private import KEY, NOW, PANEL, SERIAL, exchange, recorded

CANARY = "Canary-Load 7/ü"


def spelled(value: str) -> dict[str, str]:
    raw = value.encode()
    return {
        "plain": f"a {value} b",
        "upper": value.upper(),
        "url": f"/a?x={quote(value, safe='')}",
        "json": json.dumps(value, ensure_ascii=True),
        "base64": base64.b64encode(raw).decode(),
        "base64 in the middle": base64.b64encode(b"x" + raw + b"y").decode(),
        "base64 a little later": base64.b64encode(b"xy" + raw + b"z").decode(),
        "urlsafe base64": base64.urlsafe_b64encode(b"?" + raw).decode(),
        "hex": raw.hex(),
        "hex in capitals": raw.hex().upper(),
    }


class TestProof:
    @pytest.mark.parametrize("spelling", spelled(CANARY))
    @pytest.mark.parametrize("original", [Original(Kind.TEXT, CANARY), Original(Kind.SECRET, "s3cr3t-T0ken")])
    def test_what_is_left_is_found_in_any_spelling(self, original: Original, spelling: str) -> None:
        table = build_replacements([original], gateway_serial=SERIAL, key=KEY, now=NOW)
        mask = Mask(table)
        assert find_leaks(har_with("harmless"), mask) == ()
        leaks = find_leaks(har_with(spelled(original.text)[spelling]), mask)
        assert {(leak.kind, leak.where) for leak in leaks} & {(original.kind, "/a"), (original.kind, "")}

    @pytest.mark.parametrize(
        ("original", "text"),
        [
            (Original(Kind.SERIAL, PANEL), f"1{PANEL}2"),
            (Original(Kind.SERIAL, PANEL), "1215 1204 1640"),
            (Original(Kind.SERIAL, PANEL), f"0x{int(PANEL):X}"),
            (Original(Kind.MAC, "00:1d:c0:6a:7b:8c"), "001DC06A7B8C"),
            (Original(Kind.MAC, "00:1d:c0:6a:7b:8c"), "001d.c06a.7b8c"),
            (Original(Kind.ADDRESS, "192.168.1.20"), "c0a80114"),
            (Original(Kind.ADDRESS, "192.168.1.20"), "https://192.168.1.20/home"),
            (Original(Kind.HOST, "sun.smith.example"), "https://SUN.smith.example:8443/"),
        ],
    )
    def test_forms_have_spellings_of_their_own(self, original: Original, text: str) -> None:
        mask = Mask(build_replacements([original], gateway_serial=SERIAL, key=KEY, now=NOW))
        assert original.kind in {leak.kind for leak in find_leaks(har_with(text), mask)}

    @pytest.mark.parametrize("text", [PANEL, "00:1d:c0:6a:7b:8c", "192.168.1.20", "jo@example.net", "eyJabcdefg.e30.x"])
    def test_what_has_the_form_of_something_private_must_be_a_replacement(self, text: str) -> None:
        mask = Mask({})
        assert find_leaks(har_with(text), mask)

    def test_the_shortest_is_looked_for_where_it_stands(self) -> None:
        original = Original(Kind.TEXT, "on")
        mask = Mask({original: "name 1"})
        assert find_leaks(har_with('{"state": "on"}'), mask) == ()
        assert find_leaks(har_with('{"load_name": "on"}'), mask)

    def test_a_file_that_would_tell_is_not_built(self) -> None:
        """A password inside of something that is encoded."""
        secret = Original(Kind.SECRET, "hunter2-hunter2")
        hidden = base64.b64encode(b"key=hunter2-hunter2").decode()
        with pytest.raises(ConfigError, match=r"a secret in /a.*Nothing was written") as told:
            recorded(exchange("/a", f'{{"blob": "{hidden}"}}'), secrets=[secret])
        assert "--skip" in told.value.hint
        assert "hunter2" not in str(told.value)

    def test_without_identity_nothing_is_built(self) -> None:
        with pytest.raises(ConfigError, match="did not say who it is"):
            build_har([exchange("/a", "{}")], key=KEY, now=NOW)


def har_with(text: str) -> bytes:
    entry: dict[str, Any] = {
        "request": {"url": "https://envoy.local/a"},
        "response": {"headers": [], "content": {"text": text}},
    }
    return json.dumps({"log": {"entries": [entry]}}, ensure_ascii=False).encode()

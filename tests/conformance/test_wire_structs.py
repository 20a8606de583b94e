"""Wire structs hold every member that recordings have, with its value, both ways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from openvoy.errors import BadPayload
from openvoy.protocol.firmware import parse_firmware
from openvoy.protocol.registry import find_endpoint
from openvoy.testing.captures import Capture


def json_replies(capture: Capture) -> Iterator[tuple[str, bytes]]:
    for path, response in capture.responses.items():
        if response.status == 200 and response.body.lstrip()[:1] in {b"{", b"["}:
            yield path, response.body


def without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_null(member) for name, member in value.items() if member is not None}
    return [without_null(member) for member in value] if isinstance(value, list) else value


def test_replies_survive_decoding_and_encoding(capture: Capture) -> None:
    firmware = parse_firmware(capture.name.split("_")[0])
    for path, body in json_replies(capture):
        endpoint = find_endpoint(path, firmware)
        assert endpoint is not None, f"{path} is not declared"
        decoded = endpoint.decode(body)
        assert decoded.defects == (), path
        assert json.loads(endpoint.encode(decoded.value)) == without_null(json.loads(body)), path


def test_identity_survives_rendering(capture: Capture) -> None:
    endpoint = find_endpoint("/info")
    assert endpoint is not None
    info = endpoint.decode(capture.response("/info").body).value
    assert endpoint.decode(endpoint.encode(info)).value == info


def test_a_web_page_is_no_reply(capture: Capture) -> None:
    for path, response in capture.responses.items():
        endpoint = find_endpoint(path)
        if endpoint is None or endpoint.parse is not None or path == "/production":
            continue
        if response.status == 200 and response.body.lstrip()[:1] == b"<":
            with pytest.raises(BadPayload, match="an HTML page"):
                endpoint.decode(response.body)

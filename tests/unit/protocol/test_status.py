from __future__ import annotations

import pytest

from openvoy.errors import BadPayload, EndpointMissing, EndpointRefused, GatewayBusy, OpenvoyError, Unavailable
from openvoy.protocol.http import Response
from openvoy.protocol.status import check_status, retry_after_s

RETIRED = b'{"error":"503 - Service Unavailable","informational":"tpm API no longer supported"}'


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, b' { "err": "404 - Not Found" }', EndpointMissing),
        (405, b'{"err":"405 - Method Not Allowed"}', EndpointMissing),
        (501, b"", EndpointMissing),
        (503, RETIRED, EndpointMissing),
        (503, b"Resource busy, please retry after 30 seconds", GatewayBusy),
        (429, b"", GatewayBusy),
        (401, b"", EndpointRefused),
        (403, b"Forbidden", EndpointRefused),
        (500, b'{"message":"EXCEPTION: nil","backtrace":"[]"}', Unavailable),
        (502, b"<html>", Unavailable),
        (504, b"<html>", Unavailable),
        (400, b"", BadPayload),
        (301, b"", BadPayload),
    ],
)
def test_each_status_has_its_remedy(status: int, body: bytes, error: type[OpenvoyError]) -> None:
    with pytest.raises(error, match=rf"envoy\.local answered /ivp/meters with status {status}") as told:
        check_status(Response(status=status, body=body), gateway="envoy.local", path="/ivp/meters")
    assert type(told.value) is error
    assert told.value.hint


@pytest.mark.parametrize("status", [200, 204])
def test_success_is_silent(status: int) -> None:
    check_status(Response(status=status), gateway="envoy.local", path="/info")


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"retry-after": "120"}, b"", 120.0),
        ({}, b"<h1>Resource busy, please retry after 30 seconds</h1>", 30.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"", None),
        ({"retry-after": "\u00b2"}, b"", None),
        ({}, b"", None),
    ],
)
def test_patience_is_told_by_header_or_words(headers: dict[str, str], body: bytes, expected: float | None) -> None:
    assert retry_after_s(Response(status=503, headers=headers, body=body)) == expected


@pytest.mark.parametrize(("header", "body"), [("9" * 400, b""), ("", b"retry after " + b"9" * 400 + b" seconds")])
def test_no_gateway_is_left_alone_for_ever(header: str, body: bytes) -> None:
    headers = {"retry-after": header} if header else {}
    assert retry_after_s(Response(status=503, headers=headers, body=body)) == 3600

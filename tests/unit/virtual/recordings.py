"""Small recordings made by hand, so that a test shows what it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from openvoy.protocol.endpoints.identity import Info
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.protocol.identity import build_capabilities
from openvoy.virtual.har import parse_har
from openvoy.virtual.recording import Recording
from openvoy.virtual.source import Reply

SERIAL = "122200123456"


def identity_of(firmware: str) -> Capabilities:
    return build_capabilities(Info(serial=SERIAL, software=f"D{firmware}", part_number="800-00555-r03"))


def info_page(firmware: str) -> str:
    return (
        f"<envoy_info><device><sn>{SERIAL}</sn><pn>800-00555-r03</pn><software>D{firmware}</software></device>"
        "</envoy_info>"
    )


def entry(
    path: str,
    text: str | None = "{}",
    *,
    status: int = 200,
    method: str = "GET",
    host: str = "https://envoy.local",
    headers: Mapping[str, str] | None = None,
    time: float = 0,
    **content: Any,
) -> dict[str, Any]:
    pairs = [{"name": name, "value": value} for name, value in (headers or {}).items()]
    return {
        "time": time,
        "request": {"method": method, "url": host + path},
        "response": {"status": status, "headers": pairs, "content": {"text": text, **content}},
    }


def har(entries: Sequence[Mapping[str, Any]]) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}}).encode()


def recording(firmware: str, *entries: Mapping[str, Any]) -> Recording:
    """A gateway of this firmware that says these things beside /info."""
    return Recording(parse_har(har([entry("/info", info_page(firmware)), *entries]), name="test"))


async def reply_of(source: Recording, path: str, method: str = "GET") -> Reply:
    return await source.reply(Request(method=method, path=path))

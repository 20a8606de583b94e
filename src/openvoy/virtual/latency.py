"""How long a virtual gateway takes for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from openvoy.protocol.endpoint import Handler
from openvoy.virtual.routes import page_of
from openvoy.virtual.source import Reply

LatencyProfile = Literal["none", "capture", "8.3", "slow-link", "8.3.6086"]
LATENCY_PROFILES: tuple[LatencyProfile, ...] = get_args(LatencyProfile)

_SCRIPTED: Mapping[str, Mapping[str, float]] = {
    "8.3": {
        "/home": 6.4,
        "/home.json": 6.4,
        "/production": 3.0,
        "/production.json": 1.8,
        "/inventory": 2.1,
        "/inventory.json": 2.1,
    },
    "slow-link": {
        "/home": 9.3,
        "/home.json": 9.3,
        "/production": 11.1,
        "/production.json": 5.4,
        "/inventory": 5.8,
        "/inventory.json": 5.8,
    },
    # 30 to 55 s, and more than 60 s for the home page (endpoints.md 1.6).
    "8.3.6086": {
        "/home": 62.0,
        "/home.json": 62.0,
        "/production": 55.0,
        "/production.json": 42.0,
    },
}
_OTHER_SCRIPTED = {"8.3": 2.1, "slow-link": 5.8, "8.3.6086": 30.0}
_NATIVE = {"8.3": 0.05, "slow-link": 0.31, "8.3.6086": 0.05}
"""Seconds, measured on two systems with 8.3.5169: middle of 0.02 to 0.08 s, and of 0.25 to 0.37 s."""
_NATIVE_PAGES = ("/info", "/info.xml", "/admin/lib/tariff", "/admin/lib/tariff.json")
"""Scripted before 8, and yet as fast in these profiles as they are on the build that was measured."""


def latency_s(profile: LatencyProfile, path: str, reply: Reply) -> float:
    """Give the seconds that this reply takes by this profile."""
    if profile == "none":
        return 0.0
    if profile == "capture":
        return reply.delay_s
    if reply.handler is Handler.SCRIPTED and page_of(path) not in _NATIVE_PAGES:
        return _SCRIPTED[profile].get(page_of(path), _OTHER_SCRIPTED[profile])
    return _NATIVE[profile]

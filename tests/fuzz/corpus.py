"""Whole gateways as replies: simulated sites of every generation, and recordings where there are some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openvoy.errors import BadPayload, EndpointMissing, OpenvoyError
from openvoy.protocol.endpoint import Decoded, Endpoint
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.plan import next_endpoint
from openvoy.protocol.registry import REGISTRY
from openvoy.protocol.replies import Replies
from openvoy.testing.captures import load_capture
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import read_site
from tests.support.lived import lived_site

SITES = (
    ("standard", "3.17.3"),
    ("metered-split", "3.9.36"),
    ("metered-split", "4.10.35"),
    ("three-phase", "5.0.62"),
    ("standard", "7.3"),
    ("demo", "7.6"),
    ("full", "8.2.127"),
    ("large", "8.2"),
    ("acb", "8.2.4382"),
    ("collar", "8.3.1598"),
    ("full", "8.3.5433"),
    ("three-phase-battery", "8.3"),
)
AT = datetime(2025, 6, 21, 17, 33, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """One gateway: what it is, and the good bodies of what a reading asks."""

    name: str
    capabilities: Capabilities
    bodies: Mapping[Endpoint[Any], bytes]
    others: Sequence[tuple[Endpoint[Any], bytes]] = ()
    """Replies that no reading asks for."""


class Bodies:
    """Takes down good bodies while a plan asks for them."""

    def __init__(self, name: str, info: bytes) -> None:
        self.name = name
        self.capabilities = build_capabilities(INFO.decode(info).value)
        self.bodies: dict[Endpoint[Any], bytes] = {INFO: info}
        self._replies = Replies()

    def next_endpoint(self) -> Endpoint[Any] | None:
        return next_endpoint(self.capabilities, self._replies)

    def note(self, endpoint: Endpoint[Any], status: int, body: bytes) -> None:
        outcome: Decoded[Any] | OpenvoyError = EndpointMissing("not there")
        if status == 200:
            try:
                outcome = endpoint.decode(body)
                self.bodies[endpoint] = body
            except BadPayload as error:
                outcome = error
        self._replies.note(endpoint, outcome)


async def simulated_case(name: str, firmware: str) -> Case:
    """Ask a simulated gateway for everything."""
    site = lived_site(read_site(name).commissioned_on(AT.date().replace(day=10)), AT)
    source = SiteSource(site, ManualClock(AT), parse_version(firmware))
    found = Bodies(f"{name} {firmware}", (await source.reply(Request(path="/info"))).body)
    while (endpoint := found.next_endpoint()) is not None:
        reply = await source.reply(Request(path=endpoint.path))
        found.note(endpoint, reply.status, reply.body)
    others = [
        (endpoint, reply.body)
        for endpoint in REGISTRY.values()
        if endpoint not in found.bodies and _is_asked(endpoint, found.capabilities)
        if (reply := await source.reply(Request(path=endpoint.path))).status == 200 and reply.body
    ]
    return Case(found.name, found.capabilities, found.bodies, others)


def _is_asked(endpoint: Endpoint[Any], capabilities: Capabilities) -> bool:
    is_plain = "GET" in endpoint.methods and "{" not in endpoint.path and not endpoint.is_stream
    return is_plain and endpoint.exists_in(capabilities.firmware)


def recorded_cases(folder: Path) -> Iterator[Case]:
    """Take the replies of every recording."""
    for path in sorted(folder.glob("*.har")):
        capture = load_capture(path)
        found = Bodies(path.stem, capture.response("/info").body)
        while (endpoint := found.next_endpoint()) is not None:
            response = capture.response(endpoint.path)
            found.note(endpoint, response.status, response.body)
        yield Case(found.name, found.capabilities, found.bodies)

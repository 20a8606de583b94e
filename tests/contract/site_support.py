"""Simulated sites at a fixed moment, in process or behind a server, for the tests of this folder."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from openvoy.errors import EndpointMissing
from openvoy.model import Snapshot
from openvoy.protocol.endpoint import Decoded
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.http import Request
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.plan import next_endpoint
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate import build_snapshot
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import SiteDefinition, read_site
from tests.support.lived import lived_site

NOON = datetime(2025, 6, 21, 11, 33, 20, tzinfo=UTC)
"""Daylight on every shipped site but the American one, where the sun rises an hour later."""
MORNING_IN_AMERICA = datetime(2025, 6, 21, 17, 33, 20, tzinfo=UTC)
SINCE = date(2025, 6, 10)


def site_named(name: str) -> SiteDefinition:
    """Read a shipped site that was commissioned some days before."""
    return read_site(name).commissioned_on(SINCE)


def with_panels(site: SiteDefinition, count: int) -> SiteDefinition:
    """Give the same site with one array of another size."""
    return replace(site, array=(replace(site.array[0], panels=count, panel=()),))


def source_of(site: SiteDefinition | str, firmware: str, at: datetime = NOON) -> SiteSource:
    """Make a site answer as a gateway whose clock stands still."""
    definition = site_named(site) if isinstance(site, str) else site
    return SiteSource(lived_site(definition, at), ManualClock(at), parse_version(firmware))


async def ask(source: SiteSource, path: str) -> Any:
    """Ask for JSON that must be there."""
    reply = await source.reply(Request(path=path))
    assert reply.status == 200, path
    return json.loads(reply.body)


async def read_snapshot(source: SiteSource, at: datetime = NOON) -> Snapshot:
    """Read the source as the client would, without any network."""
    info = await source.reply(Request(path="/info"))
    capabilities = build_capabilities(INFO.decode(info.body).value)
    replies = Replies()
    while (endpoint := next_endpoint(capabilities, replies)) is not None:
        reply = await source.reply(Request(path=endpoint.path))
        decoded: Decoded[Any] | None = endpoint.decode(reply.body) if reply.status == 200 else None
        assert decoded is None or not decoded.defects, (endpoint.path, decoded.defects)
        replies.note(endpoint, EndpointMissing("not served") if decoded is None else decoded)
    return build_snapshot(capabilities, replies, at)

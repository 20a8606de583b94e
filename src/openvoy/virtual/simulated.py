"""A simulated site as a gateway: any request gets what the site is in that second."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from openvoy import codec
from openvoy.errors import ConfigError
from openvoy.ports import Clock
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS, PRODUCTION_PAGE
from openvoy.protocol.firmware import Firmware
from openvoy.protocol.http import Request
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.registry import find_endpoint
from openvoy.virtual import api
from openvoy.virtual.api.info import identity_of
from openvoy.virtual.api.moment import Moment, build_subject
from openvoy.virtual.api.printing import print_reply
from openvoy.virtual.api.truth import build_truth
from openvoy.virtual.pages import render_reply, render_unknown, render_wrong_method
from openvoy.virtual.site.simulation import Site
from openvoy.virtual.source import Reply

ALIASES = {"/info.xml": "/info", "/home.json": "/home", "/admin/lib/tariff.json": "/admin/lib/tariff"}

Builder = Callable[[Moment], object]


def _collect() -> dict[Endpoint[Any], Builder]:
    builders: dict[Endpoint[Any], Builder] = {}
    for found in pkgutil.iter_modules(api.__path__):
        builders |= getattr(importlib.import_module(f"{api.__name__}.{found.name}"), "RENDER", {})
    return builders


RENDERERS: Mapping[Endpoint[Any], Builder] = MappingProxyType(_collect())
"""Builders of replies by endpoint; each module of `openvoy.virtual.api` declares its own in `RENDER`."""


class SiteSource:
    """Answers for a simulated site; implements `Source` and `HasTruth`."""

    def __init__(self, site: Site, clock: Clock, firmware: Firmware) -> None:
        """Take a site and simulate it up to now; raise ConfigError where it is not commissioned yet."""
        if clock.now() < site.commissioned_at:
            raise ConfigError(
                f"{site.definition.name} is commissioned on {site.definition.gateway.commissioned}, later than now",
                hint="Start the clock later, or set gateway.commissioned to an earlier date.",
            )
        self.site = site
        self.identity = build_capabilities(identity_of(site.definition, firmware))
        self._clock = clock
        self._subject = build_subject(site, self.identity)
        self._moment: Moment | None = None
        site.at(clock.now())

    async def reply(self, request: Request) -> Reply:
        """Answer from the state of this second; what this firmware or site does not have is unknown."""
        endpoint = self._find(request.path)
        if endpoint is None:
            return render_unknown(self.identity, request.path)
        if request.method not in {"GET", "HEAD"}:
            return render_wrong_method(self.identity)
        value = RENDERERS[endpoint](self._now())
        return render_reply(self.identity, request.path, print_reply(endpoint, value, self.identity.firmware))

    def truth(self) -> Mapping[str, object]:
        """Tell the exact state and lifetime energies of this second."""
        truth: Mapping[str, object] = codec.plain(build_truth(self._now()))
        return truth

    def _find(self, path: str) -> Endpoint[object] | None:
        page, _, query = path.partition("?")
        page = page.rstrip("/") or "/"
        known = ALIASES.get(page, page)
        endpoint = find_endpoint(f"{known}?{query}" if query else known, self.identity.firmware)
        if endpoint is PRODUCTION_PAGE and parse_qs(query).get("details", ["0"])[-1] in {"1", "true"}:
            endpoint = PRODUCTION_DETAILS
        is_served = endpoint in RENDERERS and endpoint is not None and endpoint.exists_in(self.identity.firmware)
        return endpoint if is_served else None

    def _now(self) -> Moment:
        """Give this second's moment; replies of one second share it."""
        at = self._clock.now()
        if self._moment is None or self._moment.now_s != int(at.timestamp()):
            self._moment = Moment(self._subject, at)
        return self._moment

"""A simulated site as a gateway: any request gets what the site is in that second, and may change what it is set to."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType, ModuleType
from typing import Any, TypeVar

from openvoy import codec
from openvoy.errors import ConfigError
from openvoy.ports import Clock
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.firmware import Firmware
from openvoy.protocol.http import Request
from openvoy.protocol.identity import build_capabilities
from openvoy.virtual import api
from openvoy.virtual.api.call import Answer, Build, Call, Outcome, Refused, Write
from openvoy.virtual.api.finding import Found, find
from openvoy.virtual.api.info import identity_of
from openvoy.virtual.api.moment import Moment, build_subject
from openvoy.virtual.api.printing import print_reply
from openvoy.virtual.api.replying import render_outcome, render_refused, render_stream
from openvoy.virtual.api.streaming import Follow, Stream
from openvoy.virtual.api.truth import build_truth
from openvoy.virtual.pages import render_unknown, render_wrong_method
from openvoy.virtual.routes import handler_of
from openvoy.virtual.settings.book import Book
from openvoy.virtual.settings.events import EventLog
from openvoy.virtual.settings.initial import build_settings
from openvoy.virtual.settings.ordering import build_gateway_orders
from openvoy.virtual.site.orders import Obedient
from openvoy.virtual.site.simulation import Site
from openvoy.virtual.site.switchgear import OrderBook
from openvoy.virtual.source import Reply

Key = TypeVar("Key")
Value = TypeVar("Value")
READING = {"GET", "HEAD"}

MODULES: tuple[ModuleType, ...] = tuple(
    importlib.import_module(f"{api.__name__}.{found.name}") for found in pkgutil.iter_modules(api.__path__)
)


def _collect(table: str) -> dict[Any, Any]:
    collected: dict[Any, Any] = {}
    for module in MODULES:
        collected |= getattr(module, table, {})
    return collected


RENDER: Mapping[Endpoint[Any], Build] = MappingProxyType(_collect("RENDER"))
"""Builders of replies by endpoint; each module of `openvoy.virtual.api` declares its own."""
ANSWER: Mapping[Endpoint[Any], Answer] = MappingProxyType(_collect("ANSWER"))
"""The same for endpoints whose reply depends on the request."""
WRITE: Mapping[tuple[Endpoint[Any], str], Write] = MappingProxyType(_collect("WRITE"))
"""What carries out the methods that change something."""
STREAM: Mapping[Endpoint[Any], Stream] = MappingProxyType(_collect("STREAM"))
"""What follows the site in event streams."""


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
        self.book = self._first_book()
        self._clock = clock
        self._subject = build_subject(site, self.identity)
        self._moment: Moment | None = None
        site.at(clock.now())

    async def reply(self, request: Request) -> Reply:
        """Answer from the state of this second; what this firmware or site does not have is unknown."""
        if self.site.is_dark(self._clock.now()):
            return Reply(resets=True)
        found = find(request.path, self.identity.firmware)
        if found is None or not _is_served(found.endpoint):
            return render_unknown(self.identity, request.path)
        if request.method not in {*found.endpoint.methods, *(READING if "GET" in found.endpoint.methods else ())}:
            return render_wrong_method(self.identity)
        if found.endpoint.is_stream:
            follow = Follow(now=self.moment, sleep=self._clock.sleep)
            return render_stream(self.identity, STREAM[found.endpoint], follow)
        try:
            outcome = self._answer(found, request)
        except Refused as refused:
            return render_refused(self.identity, request.path, refused)
        return render_outcome(self.identity, request.path, outcome, self._print(found, outcome))

    def truth(self) -> Mapping[str, object]:
        """Tell the exact state and lifetime energies of this second."""
        truth: Mapping[str, object] = codec.plain(build_truth(self.moment()))
        return truth

    def moment(self) -> Moment:
        """Give this second's moment; replies of one second share it until something is set."""
        at = self._clock.now()
        known = self._moment
        if known is None or known.now_s != int(at.timestamp()) or known.book is not self.book:
            self._moment = known = Moment(self._subject, at, self.book)
        return known

    def _answer(self, found: Found, request: Request) -> Outcome:
        endpoint, moment = found.endpoint, self.moment()
        if endpoint.path.startswith("/ivp/ss") and moment.settings.contacts.is_gone(moment.now_s):
            raise Refused(502)
        if request.method in READING and endpoint in RENDER:
            return _outcome_of(RENDER[endpoint](moment))
        call = Call(
            endpoint=endpoint,
            method="GET" if request.method in READING else request.method,
            parts=found.parts,
            query=found.query,
            body=request.body,
            handler=handler_of(request.path, self.identity),
        )
        if call.method in READING:
            return _outcome_of(ANSWER[endpoint](moment, call))
        outcome = WRITE[endpoint, call.method](moment, call)
        self._take(outcome, moment)
        if outcome.failure is not None:
            raise outcome.failure
        if not outcome.reads_back:
            return outcome
        after = self.moment()
        return _outcome_of(RENDER[endpoint](after) if endpoint in RENDER else ANSWER[endpoint](after, call))

    def _take(self, outcome: Outcome, moment: Moment) -> None:
        """Make what was set the present state, and tell the site what follows from it."""
        if outcome.settings is None and not outcome.news:
            return
        settings = outcome.settings or self.book.settings
        orders = build_gateway_orders(settings, self.site.definition)
        before = self.book.orders
        self.book = self.book.turned(settings, orders, outcome.news, moment.now_s)
        if self.book.orders is not before and isinstance(self.site, Obedient):
            self.site.obey(orders, datetime.fromtimestamp(moment.now_s, UTC))

    def _print(self, found: Found, outcome: Outcome) -> bytes:
        if outcome.text is not None:
            return outcome.text
        return print_reply(found.endpoint, outcome.value, self.identity.firmware)

    def _first_book(self) -> Book:
        since_s = int(self.site.commissioned_at.timestamp())
        settings = build_settings(self.site.definition, since_s)
        orders = OrderBook(orders=(build_gateway_orders(settings, self.site.definition),), since_s=(since_s,))
        return Book(settings=settings, orders=orders, events=EventLog())


def _is_served(endpoint: Endpoint[Any]) -> bool:
    written = {key[0] for key in WRITE}
    return endpoint in RENDER or endpoint in ANSWER or endpoint in STREAM or endpoint in written


def _outcome_of(value: object) -> Outcome:
    return value if isinstance(value, Outcome) else Outcome(value=value)

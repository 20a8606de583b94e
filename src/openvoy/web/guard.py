"""What stands before every operation: host check, security headers, access log."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlencode

from openvoy.ports import Clock
from openvoy.web.access import Visitor
from openvoy.web.asgi import AsgiApp, Message, Receive, Scope, Send, find_header, read_headers, send_problem
from openvoy.web.listen import HostRule

_LOG = logging.getLogger("openvoy.web.access")

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)

SECURITY_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

LOGGED_PARAMETERS = frozenset({"start", "end", "step_s", "by", "limit", "gateway", "serial"})
"""Values of other parameters are not logged: they may be secrets that somebody put into the wrong place."""

_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


def guard(app: AsgiApp, *, hosts: HostRule, clock: Clock, is_renamed: Callable[[Visitor], bool]) -> AsgiApp:
    """Wrap an application. Where `is_renamed`, it may be called by any name."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        visit = _Visit(scope, send, clock)
        try:
            if hosts.allows(find_header(scope, b"host")) or is_renamed(_visitor(scope)):
                await app(scope, receive, visit.send)
            else:
                await _refuse_host(visit.send)
        finally:
            visit.log()

    return guarded


def _visitor(scope: Scope) -> Visitor:
    client = scope.get("client")
    return Visitor(address=client[0] if client else "", headers=read_headers(scope["headers"]))


async def _refuse_host(send: Send) -> None:
    await send_problem(
        send,
        400,
        error="This service is not called by that name.",
        hint="Use the address that the service printed at its start, or add the name to host_names under [web].",
    )


class _Visit:
    """One request: adds the headers that every reply has, and remembers what the access log says."""

    def __init__(self, scope: Scope, send: Send, clock: Clock) -> None:
        self._scope = scope
        self._send = send
        self._clock = clock
        self._start_s = clock.monotonic()
        self._status: int | None = None
        self._sent_bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            present = {name for name, _ in message["headers"]}
            # Pages take the time from here: in a demo it is the site's, which may differ from the machine's.
            date = (b"date", format_datetime(self._clock.now(), usegmt=True).encode())
            added = [(name, value) for name, value in (*SECURITY_HEADERS, date) if name not in present]
            message = {**message, "headers": [*message["headers"], *added]}
        else:
            self._sent_bytes += len(message.get("body", b""))
        await self._send(message)

    def log(self) -> None:
        if not _LOG.isEnabledFor(logging.INFO):
            return
        client = self._scope.get("client")
        _LOG.info(
            "%s %s %s %s %d B %.1f ms",
            client[0] if client else "-",
            self._scope["method"],
            render_target(self._scope),
            self._status or "-",
            self._sent_bytes,
            (self._clock.monotonic() - self._start_s) * 1000,
        )


def render_target(scope: Scope) -> str:
    """Render path and query for the log: on one line, and values only of parameters that are known to be harmless."""
    path = _UNPRINTABLE.sub("?", str(scope.get("raw_path") or scope["path"].encode(), "latin-1"))
    pairs = parse_qsl(str(scope["query_string"], "latin-1"), keep_blank_values=True)
    shown = [(name, value if name in LOGGED_PARAMETERS else "***") for name, value in pairs]
    return f"{path}?{urlencode(shown, safe='*:+')}" if shown else path

"""A recording as a gateway: what was recorded is said again, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from openvoy.errors import BadPayload, ConfigError
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.protocol.identity import build_capabilities
from openvoy.virtual.har import Exchange, read_har
from openvoy.virtual.pages import render_reply, render_unknown, render_wrong_method
from openvoy.virtual.routes import handler_of, page_of
from openvoy.virtual.source import Framing, Reply

_INFO_PAGES = ("/info", "/info.xml")
_DROPPED = {"set-cookie", "content-encoding", "keep-alive", "proxy-connection"}
"""Headers of somebody else's session, or of a transfer that ended in the recorder."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SPELLING = {"www-authenticate": "WWW-Authenticate", "etag": "ETag"}


class Recording:
    """Replays the exchanges of one gateway; implements `Source`."""

    def __init__(self, exchanges: Sequence[Exchange], *, name: str = "the recording") -> None:
        """Take the gateway whose identity page is recorded first; raise ConfigError where there is none."""
        self.identity, host = _identify(exchanges, name)
        self._pages: dict[str, list[Exchange]] = {}
        for exchange in exchanges:
            if exchange.host == host:
                self._pages.setdefault(_page_key(exchange.path), []).append(exchange)

    async def reply(self, request: Request) -> Reply:
        """Say what was recorded for this path and query, else for this path, else what the generation says."""
        recorded = self._pages.get(_page_key(request.path))
        if recorded is None:
            return self._unrecorded(request)
        method = "GET" if request.method == "HEAD" else request.method
        fitting = [exchange for exchange in recorded if exchange.method == method]
        if not fitting:
            return render_wrong_method(self.identity)
        return self._render(_choose(fitting, request.path))

    def _unrecorded(self, request: Request) -> Reply:
        page = page_of(request.path)
        if page in _INFO_PAGES:
            other = _INFO_PAGES[1 - _INFO_PAGES.index(page)]
            return self._render(_choose(self._pages[other], other))
        return render_unknown(self.identity, request.path)

    def _render(self, exchange: Exchange) -> Reply:
        if not exchange.headers:
            typical = render_reply(self.identity, exchange.path, exchange.body, status=exchange.status)
            return replace(typical, delay_s=exchange.duration_s)
        headers = _wire_headers(exchange.headers)
        names = {name.lower() for name, _ in headers}
        framing = Framing.LENGTH if "content-length" in names else Framing.CLOSE
        return Reply(
            status=exchange.status,
            reason=None if _UNSENDABLE.search(exchange.reason or "") else exchange.reason,
            headers=headers,
            framing=Framing.CHUNKED if "transfer-encoding" in names else framing,
            body=exchange.body,
            delay_s=exchange.duration_s,
            handler=handler_of(exchange.path, self.identity),
        )


def open_recording(path: Path) -> Recording:
    """Open a HAR file; raise ConfigError where it cannot be read, is no HAR file or holds no gateway."""
    return Recording(read_har(path), name=str(path))


def _identify(exchanges: Iterable[Exchange], name: str) -> tuple[Capabilities, str]:
    for exchange in exchanges:
        if page_of(exchange.path) in _INFO_PAGES and exchange.status == 200:
            try:
                return build_capabilities(INFO.decode(exchange.body).value), exchange.host
            except BadPayload:
                continue
    raise ConfigError(
        f"{name}: no gateway in it: its identity page /info is missing or cannot be read",
        hint="Record again and ask the gateway for /info as well; the recording's firmware and login follow from it.",
    )


def _page_key(path: str) -> str:
    return unquote(page_of(path))


def _query_key(path: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(parse_qsl(path.partition("?")[2], keep_blank_values=True)))


def _choose(recorded: Sequence[Exchange], path: str) -> Exchange:
    """Exact query first, then without query, then any; of several the first good one, else the first."""
    wanted = _query_key(path)
    for candidates in (
        [exchange for exchange in recorded if _query_key(exchange.path) == wanted],
        [exchange for exchange in recorded if not _query_key(exchange.path)],
    ):
        if candidates:
            recorded = candidates
            break
    return next((exchange for exchange in recorded if exchange.status == 200), recorded[0])


def _wire_headers(recorded: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Undo what recorders do to headers: names in lower case, one joined value for two Date headers."""
    kept = [(name, value) for name, value in recorded if name.lower() not in _DROPPED and _is_header(name, value)]
    is_lowered = all(name == name.lower() for name, _ in kept)
    headers: list[tuple[str, str]] = []
    for name, value in kept:
        spelled = _spell(name) if is_lowered else name
        repeats = max(1, value.count("GMT")) if name.lower() == "date" else 1
        headers += [(spelled, value)] * repeats
    return tuple(headers)


def _is_header(name: str, value: str) -> bool:
    """Whether it could stand on the wire; HTTP/2 recorders write names such as `:status`."""
    return _TOKEN.fullmatch(name) is not None and _UNSENDABLE.search(value) is None


def _spell(name: str) -> str:
    return _SPELLING.get(name, "-".join(part.capitalize() for part in name.split("-")))

"""Replies of a mirror: the gateway's own with their age, and what stands in for them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from openvoy import codec
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.protocol.http import Response
from openvoy.virtual.api.replying import render_bad_gateway
from openvoy.virtual.mirror.shelf import Kept
from openvoy.virtual.pages import render_busy, render_digest_forbidden, render_token_refused
from openvoy.virtual.routes import handler_of
from openvoy.virtual.source import Framing, Reply

CACHE_HEADER = "X-Openvoy-Mirror"
"""`fetched`: asked for this reader or one who waited with it; `kept`: still fresh; `stale`: the gateway fails;
`written`: passed on; `refused`: not passed on."""

_DROPPED = {"set-cookie", "content-encoding", "keep-alive", "proxy-connection", "www-authenticate", "age"}
"""Headers of the mirror's own session, or of a transfer that has ended."""

_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def build_reply(response: Response, path: str, identity: Capabilities) -> Reply:
    """Build what a reader gets, header by header as the gateway sent it."""
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers)
    kept = tuple(_told(name, value) for name, value in headers if name.lower() not in _DROPPED)
    names = {name.lower() for name, _ in headers}
    framing = Framing.LENGTH if "content-length" in names or not names else Framing.CLOSE
    return Reply(
        status=response.status,
        headers=tuple((name, value) for name, value in kept if not _UNSENDABLE.search(value)),
        framing=Framing.CHUNKED if "transfer-encoding" in names else framing,
        body=response.body,
        handler=handler_of(path, identity),
    )


def is_data(endpoint: Endpoint[object] | None, response: Response) -> bool:
    """Whether a reply is what its endpoint gives: gateways answer 200 with pages and with halves of JSON, too."""
    if endpoint is None or endpoint.parse is not None or response.status != 200 or not response.body:
        return True
    try:
        codec.decoder(object)(response.body)
    except codec.DecodeError:
        return False
    return True


def aged(kept: Kept, how: str, now_s: float, now: datetime) -> Reply:
    """Say with a reply how old it is; its Date stays that of the gateway, as caches have it (RFC 9111, 5.1)."""
    age_s = max(0.0, now_s - kept.at_s)
    dates = [value for name, value in kept.reply.headers if name.lower() == "date"]
    said = marked(kept.reply, how)
    headers = (*said.headers, ("Age", f"{age_s:.0f}"), ("X-Openvoy-Age", f"{age_s:.3f}"))
    return replace(said, headers=headers, date_shift_s=_shift_s(dates, now))


def marked(reply: Reply, how: str) -> Reply:
    """Say with a reply where it comes from."""
    return replace(reply, headers=(*reply.headers, (CACHE_HEADER, how)))


def render_failed(identity: Capabilities) -> Reply:
    """Render what a gateway says that cannot serve now."""
    return render_busy(identity)


def render_lost(identity: Capabilities) -> Reply:
    """Render what is said of a write when nobody knows whether it was done; not 503, which asks to try again."""
    return marked(render_bad_gateway(identity), "written")


def render_forbidden(identity: Capabilities) -> Reply:
    """Refuse what the mirror does not pass on, as this firmware refuses a role that is too low."""
    is_token = identity.login is LoginKind.TOKEN
    return marked(render_token_refused(identity) if is_token else render_digest_forbidden(identity), "refused")


def _told(name: str, value: str) -> tuple[str, str]:
    """Let redirects stay here: without the gateway's own name."""
    if name.lower() != "location":
        return name, value
    parts = urlsplit(value)
    return name, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _shift_s(dates: list[str], now: datetime) -> float:
    try:
        return (parsedate_to_datetime(dates[0]) - now).total_seconds() if dates else 0.0
    except (ValueError, TypeError):
        return 0.0

"""Outcomes as replies of the gateway's generation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from openvoy import codec
from openvoy.protocol.firmware import Capabilities
from openvoy.virtual.api.call import Outcome, Refused
from openvoy.virtual.api.streaming import Follow, Stream
from openvoy.virtual.generation import is_behind_nginx
from openvoy.virtual.pages import (
    SERVER,
    render_bad_request,
    render_not_found,
    render_reply,
    render_wrong_method,
)
from openvoy.virtual.source import Framing, Reply

_INTERNAL_ERROR = b'{"err":"500 - Internal Server Error"}'
_BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"<hr><center>openresty/1.17.8.1</center>\r\n</body>\r\n</html>\r\n"
)
"""What the web server says while the process behind it is gone."""


def render_outcome(identity: Capabilities, path: str, outcome: Outcome, body: bytes) -> Reply:
    """Render what came of a request; `body` is its value, printed."""
    if outcome.location is None:
        return render_reply(identity, path, body, status=outcome.status)
    reply = render_reply(identity, path, b"", status=outcome.status, content_type="text/html")
    return replace(reply, headers=(*reply.headers, ("Location", outcome.location)))


def render_refused(identity: Capabilities, path: str, refused: Refused) -> Reply:
    """Render an error: with its own body where it has one."""
    if refused.value is not None:
        return render_reply(identity, path, codec.encode_json(refused.value), status=refused.status)
    if refused.status == 404:
        return render_not_found(identity, path)
    if refused.status == 502:
        return render_bad_gateway(identity)
    if refused.status == 405:
        return render_wrong_method(identity)
    if refused.status == 400:
        return render_bad_request(identity)
    return render_reply(identity, path, _INTERNAL_ERROR, status=refused.status)


def render_bad_gateway(identity: Capabilities) -> Reply:
    """Render the error page of the web server; before there was one, the same page from the gateway itself."""
    server = (SERVER,) if is_behind_nginx(identity) else ()
    headers = (*server, ("Date", ""), ("Content-Type", "text/html"), ("Content-Length", ""), ("Connection", ""))
    return Reply(status=502, headers=headers, body=_BAD_GATEWAY)


def render_stream(identity: Capabilities, stream: Stream, follow: Follow) -> Reply:
    """Render a stream of server-sent events without end."""

    def start() -> AsyncIterator[bytes]:
        return stream(follow)

    reply = render_reply(identity, "/stream/meter", b"", content_type="text/event-stream")
    return replace(reply, framing=Framing.CHUNKED, stream=start)

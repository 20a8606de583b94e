"""How the cloud's replies look on the wire."""

from __future__ import annotations

from openvoy import codec
from openvoy.virtual.markup import STYLE, Html, render_document
from openvoy.virtual.source import Reply

Header = tuple[str, str]

JSON = "application/json; charset=utf-8"
TEXT = "text/plain;charset=UTF-8"
HTML = "text/html;charset=UTF-8"

_FRAME: tuple[Header, ...] = (("Date", ""), ("Connection", ""), ("Cache-Control", "no-store"), ("Content-Length", ""))


def render_body(body: bytes, content_type: str, *, status: int = 200, headers: tuple[Header, ...] = ()) -> Reply:
    """Render any body."""
    return Reply(status=status, headers=(*_FRAME, ("Content-Type", content_type), *headers), body=body)


def render_json(value: object, *, status: int = 200, headers: tuple[Header, ...] = ()) -> Reply:
    """Render a value as JSON."""
    return render_body(codec.encode_json(value), JSON, status=status, headers=headers)


def render_plain(text: str, *, status: int = 200, headers: tuple[Header, ...] = ()) -> Reply:
    """Render text."""
    return render_body(text.encode(), TEXT, status=status, headers=headers)


def render_page(title: str, body: Html, *, status: int = 200, headers: tuple[Header, ...] = ()) -> Reply:
    """Render a page for people; its style is in it."""
    header = Html("<header><p>Virtual token service</p></header>")
    page = render_document(title, body, head=Html(f"<style>\n{STYLE}</style>"), header=header)
    return render_body(page, HTML, status=status, headers=headers)


def render_found(location: str, *, headers: tuple[Header, ...] = ()) -> Reply:
    """Render a redirect."""
    return render_body(b"", HTML, status=302, headers=(("Location", location), *headers))

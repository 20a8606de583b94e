"""The frame of the gateway's pages: where one is, and where one can go."""

from __future__ import annotations

from openvoy.protocol.endpoint import Role
from openvoy.virtual.markup import EMPTY, Html, join, render_document, render_link
from openvoy.virtual.ui.view import View

STYLE_PATH = "/include/page.css"

_HEAD = Html(f'<link rel="stylesheet" href="{STYLE_PATH}">')
_MENU = (
    ("/home", "Home", Role.OWNER),
    ("/production", "Production", Role.OWNER),
    ("/inventory", "Inventory", Role.OWNER),
    ("/event", "Events", Role.OWNER),
    ("/admin/home", "Administration", Role.PROVISIONING),
)


def render_view(view: View, title: str, *parts: Html, script: str | None = None) -> bytes:
    """Render a page of this gateway; there is a menu once one is logged in."""
    page = view.request.path.partition("?")[0].rstrip("/")
    name = f"<p>Envoy {view.identity.serial}</p>"
    menu = EMPTY if view.is_locked else _render_menu(view, page)
    head = _HEAD if script is None else join(_HEAD, Html(f'<script src="{script}" defer></script>'))
    body = join(Html(f"<h1>{title}</h1>"), *parts)
    header = join(Html("<header>"), Html(name), menu, Html("</header>"))
    return render_document(f"{title} – Envoy {view.identity.serial}", body, head=head, header=header)


def _render_menu(view: View, page: str) -> Html:
    shown = [(address, text) for address, text, least in _MENU if view.role is None or view.role >= least]
    links = (f"<li>{_here(text) if address == page else render_link(address, text)}</li>" for address, text in shown)
    return Html(f'<nav aria-label="Pages"><ul>{"".join(links)}</ul></nav>')


def _here(text: str) -> Html:
    return Html(f'<a aria-current="page">{text}</a>')

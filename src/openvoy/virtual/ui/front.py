"""Which request gets a page for people: pages by path and Accept, their style and scripts, and the way by the cloud."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from openvoy.protocol.endpoint import Role
from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.protocol.http import Request
from openvoy.virtual.api.eids import GATEWAY_EID
from openvoy.virtual.generation import is_behind_nginx, is_first_line, login_page
from openvoy.virtual.markup import STYLE
from openvoy.virtual.pages import render_redirect, render_reply, render_wrong_method
from openvoy.virtual.routes import page_of
from openvoy.virtual.source import Reply, Source
from openvoy.virtual.ui import administration, entry, events, home, inventory, production
from openvoy.virtual.ui.accept import prefers_html
from openvoy.virtual.ui.layout import STYLE_PATH
from openvoy.virtual.ui.redemption import GET_JWT, redeem
from openvoy.virtual.ui.view import CloudLink, View

_ASSETS = files("openvoy.virtual.ui").joinpath("assets")
_SCRIPT = "application/javascript"
_HTML = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the gateway."""

    render: Callable[[View], Awaitable[bytes]]
    is_shared: bool = False
    """The same path gives data to who does not ask for HTML."""
    exists: Callable[[Capabilities], bool] = lambda _: True


def _has_tokens(identity: Capabilities) -> bool:
    return identity.login is LoginKind.TOKEN


def _has_json_pages(identity: Capabilities) -> bool:
    """From 4 on; before, the page is all there is, and it comes from the source."""
    return not is_first_line(identity)


def _has_login_page(identity: Capabilities) -> bool:
    return _has_tokens(identity) and login_page(identity) == "/login.html"


PAGES: Mapping[str, Page] = {
    "/home": Page(render=home.home_page, is_shared=True),
    "/production": Page(render=production.production_page, is_shared=True, exists=_has_json_pages),
    "/inventory": Page(render=inventory.inventory_page, is_shared=True, exists=_has_json_pages),
    "/event": Page(render=events.events_page),
    "/admin/home": Page(render=administration.administration_page),
    "/installer/setup/home": Page(render=administration.setup_page),
    "/doc/api.html": Page(render=administration.api_page),
    "/login.html": Page(render=entry.login_page, exists=_has_login_page),
    "/auth/callback": Page(render=entry.callback_page, exists=_has_tokens),
    "/err_toomanysess": Page(render=entry.too_many_page, exists=_has_tokens),
}

_REDIRECTS = {"/admin": "/admin/home", "/doc": "/doc/api.html"}

_FILES: Mapping[str, tuple[bytes, str]] = {
    STYLE_PATH: (STYLE.encode(), "text/css"),
    entry.LOGIN_SCRIPT: (_ASSETS.joinpath("login.js").read_bytes(), _SCRIPT),
    entry.CALLBACK_SCRIPT: (_ASSETS.joinpath("callback.js").read_bytes(), _SCRIPT),
    # Programs read the record number out of the bundle of the real pages; this is the part that they look for.
    "/backbone/application.js": (b"var App={envoyDevId:%d};\n" % GATEWAY_EID, _SCRIPT),
}

_READING = {"GET", "HEAD"}


class Front:
    """Answers with pages where pages are wanted; everything else is the source's business."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._identity = source.identity
        self.cloud: CloudLink | None = None
        """Once it listens."""

    async def reply(self, request: Request, role: Role | None) -> Reply | None:
        """Give a page, a file, a redirect, or a token by way of the cloud; None where the source is to answer."""
        path = page_of(request.path)
        if path == GET_JWT and _has_tokens(self._identity):
            return await redeem(self._identity, request, self.cloud)
        page = self._page_at(path, request)
        if page is None:
            return self._fixed(path, request)
        if request.method not in _READING:
            return None if page.is_shared else render_wrong_method(self._identity)
        view = View(source=self._source, request=request, role=role, cloud=self.cloud)
        return render_reply(self._identity, request.path, await page.render(view), content_type=_HTML)

    def has_page(self, request: Request) -> bool:
        """Whether a page for people is at this path, and wanted."""
        return self._page_at(page_of(request.path), request) is not None

    def _page_at(self, path: str, request: Request) -> Page | None:
        page = PAGES.get(path)
        if page is None or not page.exists(self._identity):
            return None
        return page if not page.is_shared or prefers_html(request.headers.get("accept")) else None

    def _fixed(self, path: str, request: Request) -> Reply | None:
        if request.method not in _READING:
            return None
        if path in _FILES:
            body, content_type = _FILES[path]
            return render_reply(self._identity, request.path, body, content_type=content_type)
        if path == "/" and not is_behind_nginx(self._identity):
            return render_redirect(self._identity, "/home")
        return render_redirect(self._identity, _REDIRECTS[path]) if path in _REDIRECTS else None

"""Replies as each generation frames them: typical headers for any body, and its pages for what went wrong.

Bodies and headers are those of the recordings (endpoints.md 1.3 and 1.4); the rest follows its neighbours.
"""

from __future__ import annotations

from openvoy.protocol.endpoint import Handler
from openvoy.protocol.firmware import Capabilities, Firmware
from openvoy.virtual.generation import has_only_json_labels, has_start_page, is_behind_nginx, is_first_line, login_page
from openvoy.virtual.routes import handler_of, page_of
from openvoy.virtual.source import Framing, Reply

Headers = tuple[tuple[str, str], ...]

SERVER = ("Server", "openresty/1.17.8.1")
_DATE = ("Date", "")
_CONNECTION = ("Connection", "")
_LENGTH = ("Content-Length", "")
_CHUNKED = ("Transfer-Encoding", "")
_NO_CACHE: Headers = (("Pragma", "no-cache"), ("Expires", "1"), ("Cache-Control", "no-cache"))
_SECURITY: Headers = (
    ("Strict-Transport-Security", "max-age=63072000; includeSubdomains"),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
)
_OLD_JSON = "application/json; charset=ISO-8859-4"

_NGINX_PAGE = (
    "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    "<hr><center>{footer}</center>\r\n{script}</body>\r\n</html>{end}"
)
_LOGIN_SCRIPT = (
    "<script>\r\n"
    "const redirect_url = window.location.protocol + '//' + window.location.host + '{page}';\r\n"
    "function redirect() {{ window.location.href = redirect_url; }}\r\n"
    "window.onload = function() {{\r\n"
    "    const link = document.getElementById('link');\r\n"
    "    link.href = redirect_url;\r\n"
    "    link.text = redirect_url;\r\n"
    "    setTimeout(redirect, 500);\r\n"
    "}}\r\n"
    "</script>\r\n"
)


def render_reply(
    identity: Capabilities, path: str, body: bytes, *, status: int = 200, content_type: str | None = None
) -> Reply:
    """Render a body as this generation would send it from this path; None is the path's usual content type."""
    handler = handler_of(path, identity)
    usual = content_type or _usual_type(path, body, handler, identity)
    framing = _usual_framing(path, handler, identity)
    headers = _headers(identity, handler, usual, framing)
    return Reply(status=status, headers=headers, framing=framing, body=body, handler=handler)


def _headers(identity: Capabilities, handler: Handler, content_type: str | None, framing: Framing) -> Headers:
    if is_behind_nginx(identity):
        return _nginx_headers(handler, content_type, framing)
    render = _first_line_headers if is_first_line(identity) else _old_headers
    return render(handler, content_type, framing)


def _nginx_headers(handler: Handler, content_type: str | None, framing: Framing) -> Headers:
    """7.0 and later."""
    place = _CHUNKED if framing is Framing.CHUNKED else _LENGTH
    no_cache = _NO_CACHE if handler is Handler.SCRIPTED else ()
    return (SERVER, _DATE, *_typed(content_type), place, _CONNECTION, *no_cache, *_SECURITY)


def _old_headers(handler: Handler, content_type: str | None, framing: Framing) -> Headers:
    """4.x to 6.x; the process of /api/v1 and the server before it both write a Date."""
    dates = (_DATE, _DATE) if handler is Handler.EMUWEB else (_DATE,)
    no_cache = _NO_CACHE if handler is Handler.SCRIPTED else ()
    return (*dates, *no_cache, _CONNECTION, *_typed(content_type), *_place(framing))


def _first_line_headers(handler: Handler, content_type: str | None, framing: Framing) -> Headers:
    """3.x."""
    start = {Handler.SCRIPTED: _NO_CACHE, Handler.EMUWEB: (_DATE,), Handler.NATIVE: ()}[handler]
    return (*start, *_typed(content_type), *_place(framing))


def _typed(content_type: str | None) -> Headers:
    return () if content_type is None else (("Content-Type", content_type),)


def _place(framing: Framing) -> Headers:
    return {Framing.LENGTH: (_LENGTH,), Framing.CHUNKED: (_CHUNKED,), Framing.CLOSE: ()}[framing]


def _usual_type(path: str, body: bytes, handler: Handler, identity: Capabilities) -> str | None:
    if handler is Handler.NATIVE:
        return "application/json" if page_of(path) == "/inv" else None
    if has_only_json_labels(identity):
        return "application/json"
    if page_of(path) in {"/info", "/info.xml"}:
        return "text/xml"
    return "text/html" if body.lstrip()[:1] == b"<" else "application/json"


def _usual_framing(path: str, handler: Handler, identity: Capabilities) -> Framing:
    if handler is not Handler.SCRIPTED:
        return Framing.LENGTH
    if page_of(path) in {"/info", "/info.xml"}:
        return Framing.CLOSE if is_first_line(identity) else Framing.LENGTH
    is_closing = page_of(path).startswith("/admin/lib/tariff") and not is_behind_nginx(identity)
    return Framing.CLOSE if is_closing else Framing.CHUNKED


def render_not_found(identity: Capabilities, path: str) -> Reply:
    """Render the 404 of this path: a module that lacks the resource says `err`, an unrouted path `error`."""
    handler = handler_of(path, identity)
    is_module = handler is not Handler.SCRIPTED and (
        is_behind_nginx(identity)
        or (identity.firmware >= Firmware((5,)) and page_of(path).startswith(("/ivp/ss", "/ivp/sc")))
    )
    if is_module:
        return _plain(identity, 404, b' { "err": "404 - Not Found" }', None)
    return _plain(identity, 404, b'{ "error" : "404 - Not Found" }', _OLD_JSON)


def render_unknown(identity: Capabilities, path: str) -> Reply:
    """Render what a gateway says at a path for which its source has nothing."""
    if page_of(path) == "/" and is_behind_nginx(identity) and has_start_page(identity):
        return render_redirect(identity, "/home")
    return render_not_found(identity, path)


def render_wrong_method(identity: Capabilities) -> Reply:
    """Render the 405 of a native module."""
    return _plain(identity, 405, b'{"err":"405 - Method Not Allowed"}', None)


def render_bad_request(identity: Capabilities) -> Reply:
    """Render the 400 of a native module that cannot read the body."""
    return _plain(identity, 400, b'{"err":"400 - Bad Request"}', None)


def render_busy(identity: Capabilities) -> Reply:
    """Render the 503 of a gateway that is starting."""
    return _plain(identity, 503, b"Resource busy, please retry after 30 seconds", "text/html")


def _plain(identity: Capabilities, status: int, body: bytes, content_type: str | None) -> Reply:
    return Reply(status=status, headers=_headers(identity, Handler.NATIVE, content_type, Framing.LENGTH), body=body)


def render_token_refused(identity: Capabilities) -> Reply:
    """Render the 401 of token firmware: a page that leads a browser to the login, without security headers."""
    page = _NGINX_PAGE.format(
        title="401 Authorization Required",
        footer="Redirecting to <a id='link' href=''></a>",
        script=_LOGIN_SCRIPT.format(page=login_page(identity)),
        end="\n",
    )
    headers = (SERVER, _DATE, ("Content-Type", "text/html"), _LENGTH, _CONNECTION)
    return Reply(status=401, headers=headers, body=page.encode())


def render_token_accepted(body: bytes) -> Reply:
    """Render the good answer of the token check."""
    return Reply(headers=_nginx_headers(Handler.NATIVE, "text/html", Framing.LENGTH), body=body)


def render_redirect(identity: Capabilities, location: str) -> Reply:
    """Render the permanent redirect: nginx's, or before there was one the gateway's own."""
    if not is_behind_nginx(identity):
        return Reply(
            status=301,
            headers=(_CONNECTION, ("Content-Type", "text/html"), _LENGTH, ("Location", location)),
            body=b"<html><body><h2>301 Moved Permanently</h2></body></html>",
        )
    page = _NGINX_PAGE.format(title="301 Moved Permanently", footer=SERVER[1], script="", end="\r\n")
    headers = (SERVER, _DATE, ("Content-Type", "text/html"), _LENGTH, _CONNECTION, ("Location", location))
    return Reply(status=301, headers=headers, body=page.encode())


def render_digest_refused(identity: Capabilities, challenge: str, handler: Handler) -> Reply:
    """Render the 401 of digest firmware: short text from native modules and 3.9, a page from scripted ones."""
    asks = (("WWW-Authenticate", challenge),)
    if is_first_line(identity):
        return Reply(status=401, headers=(*asks, ("Content-Type", "text/plain"), _LENGTH), body=b"Error: 401")
    is_page = handler is Handler.SCRIPTED
    body = b"<html><body><h2>401 Unauthorized</h2></body></html>" if is_page else b"Error: 401"
    content_type = ("Content-Type", "text/html" if is_page else "text/plain")
    return Reply(status=401, headers=(*asks, _CONNECTION, content_type, _LENGTH), body=body)


def render_digest_forbidden(identity: Capabilities) -> Reply:
    """Render what a user gets who is known but may not ask here."""
    return _plain(identity, 403, b"Error: 403", "text/plain")


def render_bad_digest_3_9() -> Reply:
    """Render what 3.9 answers to a wrong password at /api/v1: no challenge but bytes that are no text."""
    body = b'{\n  "status": 401,\n  "error": "",\n  "info": "Authentication required",\n  "moreInfo": ""\n}\n'
    headers = (_DATE, ("WWW-Authenticate", "\xd8\xc9\xc6A"), ("Content-Type", "application/json"), _LENGTH)
    return Reply(status=401, headers=headers, body=body, handler=Handler.EMUWEB)

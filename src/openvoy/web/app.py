"""The HTTP API and the dashboard as one application. The only file that names litestar."""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from litestar import Litestar, Request, Response
from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.middleware.csrf import CSRF_SECRET_LENGTH, generate_csrf_hash
from litestar.middleware.session.client_side import CookieBackendConfig
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from openvoy import __version__
from openvoy.errors import OpenvoyError
from openvoy.ports import Clock, Exporters, Feed, Page, Store
from openvoy.ports.control import Desk
from openvoy.ports.logbook import Logbook
from openvoy.ports.prices import Prices
from openvoy.ports.roof import Roof
from openvoy.ports.setup import Setup
from openvoy.web import replies
from openvoy.web.access import Access, Right, Visitor, read_bearer
from openvoy.web.api import OPERATIONS
from openvoy.web.asgi import AsgiApp, Receive, Scope, Send, WebApp, find_header, read_headers
from openvoy.web.assets import STATIC_FOLDER, find_asset, read_assets
from openvoy.web.backend import NO_EXPORTERS, Backend, Shelf, SiteInfo
from openvoy.web.broadcast import Broadcaster
from openvoy.web.cookies import secured_behind_tls, without_foreign
from openvoy.web.guard import guard
from openvoy.web.listen import HostRule
from openvoy.web.offers import SharedOffers
from openvoy.web.operation import Operation, Problem, Visit
from openvoy.web.problems import BadQuery, NothingThere, WebProblem, status_of
from openvoy.web.readings import SharedReadings
from openvoy.web.schema_page import JSON_PATH, STYLE, STYLE_PATH, render_schema_page

_LOG = logging.getLogger("openvoy.web")

SESSION_COOKIE = "openvoy_session"
SESSION_S = 90 * 86_400
"""A browser that is not used for this long has to log in again."""
CSRF_COOKIE = "openvoy_csrf"
"""A page sends its value as X-CSRFToken with whatever changes something."""

_Request = Request[Any, Any, Any]
_Connection = ASGIConnection[Any, Any, Any, Any]
_PROBLEMS = {
    400: ResponseSpec(Problem, generate_examples=False, description="A parameter is wrong."),
    401: ResponseSpec(Problem, generate_examples=False, description="Nobody has logged in."),
    403: ResponseSpec(Problem, generate_examples=False, description="Who has logged in may not do this."),
    404: ResponseSpec(Problem, generate_examples=False, description="There is no such thing, or not yet."),
    409: ResponseSpec(Problem, generate_examples=False, description="Configuration or gateway do not allow it."),
    429: ResponseSpec(Problem, generate_examples=False, description="Too many attempts to log in."),
    502: ResponseSpec(Problem, generate_examples=False, description="Gateway or cloud refused, or said nonsense."),
    503: ResponseSpec(Problem, generate_examples=False, description="It cannot be served now."),
}


def build_app(
    *,
    feed: Feed,
    store: Store,
    site: SiteInfo,
    clock: Clock,
    hosts: HostRule,
    exporters: Exporters = NO_EXPORTERS,
    pages: Sequence[Page] = (),
    prices: Prices | None = None,
    access: Access | None = None,
    desk: Desk | None = None,
    setup: Setup | None = None,
    roof: Roof | None = None,
    logbook: Logbook | None = None,
    has_tls: bool = False,
    static: Path = STATIC_FOLDER,
) -> WebApp:
    """Build the application over what the collector offers, what history keeps, and the pages of exporters."""
    live = Broadcaster(feed, clock)
    access = Access(clock=clock) if access is None else access
    backend = Backend(
        feed=feed,
        store=store,
        site=site,
        clock=clock,
        live=live,
        exporters=exporters,
        prices=prices,
        access=access,
        offers=SharedOffers(clock),
        readings=SharedReadings(store, clock),
        desk=desk,
        setup=setup,
        roof=roof,
        logbook=logbook,
    )
    shelf = Shelf(backend)
    handlers = [
        *_build_operations(shelf),
        *_build_schema_handlers(),
        *(_build_page(page, access) for page in pages),
        *_build_asset_handlers(static),
    ]
    browsers = _as_asgi(_for_browsers(handlers, access, has_tls=has_tls))
    browsers = without_foreign(browsers, CSRF_COOKIE, lambda token: _is_own(token, access.secret))
    asgi = _choose(_as_asgi(_for_programs(handlers)), secured_behind_tls(browsers))
    guarded = guard(asgi, hosts=hosts, clock=clock, is_renamed=access.is_renamed)
    return WebApp(asgi=guarded, live=live, access=access, shelf=shelf)


def _choose(programs: AsgiApp, browsers: AsgiApp) -> AsgiApp:
    """Take who shows a key for a program: another site's page cannot make a browser send one.

    A password for a proxy is no key: browsers send it with whatever another site's page makes them send.
    """

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        has_key = read_bearer(find_header(scope, b"authorization") or "") is not None
        await (programs if has_key else browsers)(scope, receive, send)

    return run


def _for_programs(handlers: Sequence[HTTPRouteHandler], **more: Any) -> Litestar:
    return Litestar(
        handlers,
        openapi_config=None,
        logging_config=None,
        exception_handlers={OpenvoyError: _reply_error, HTTPException: _reply_http_error, Exception: _reply_defect},
        **more,
    )


def _for_browsers(handlers: Sequence[HTTPRouteHandler], access: Access, *, has_tls: bool) -> Litestar:
    session = CookieBackendConfig(
        secret=access.secret, key=SESSION_COOKIE, max_age=SESSION_S, samesite="strict", secure=has_tls
    )
    csrf = CSRFConfig(
        secret=access.secret.hex(), cookie_name=CSRF_COOKIE, cookie_samesite="strict", cookie_secure=has_tls
    )
    return _for_programs(handlers, middleware=[session.middleware], csrf_config=csrf)


def _is_own(token: str, secret: bytes) -> bool:
    """Whether this service has given a token of a page: a random half, and what only its secret makes of that."""
    random, signed = token[:CSRF_SECRET_LENGTH], token[CSRF_SECRET_LENGTH:]
    return compare_digest(signed.encode(), generate_csrf_hash(random, secret.hex()).encode())


@cache
def build_schema() -> Mapping[str, Any]:
    """Build the OpenAPI document of all operations."""
    config = OpenAPIConfig(
        title="Openvoy",
        version=__version__,
        description="JSON API of the Openvoy service. Units stand in the names, null means not known; times of columns "
        "are Unix seconds. Programs show an API key as Bearer; browsers a session, and for whatever changes something "
        f"the cookie {CSRF_COOKIE} as X-CSRFToken.",
        components=Components(
            security_schemes={
                "key": SecurityScheme(type="http", scheme="bearer", description="An API key, made under Settings."),
                "session": SecurityScheme(
                    type="apiKey", name=SESSION_COOKIE, security_scheme_in="cookie", description="Of who has logged in."
                ),
            }
        ),
        security=[{"key": []}, {"session": []}],
        use_handler_docstrings=True,
        path=replies.SCHEMA_PATH,
    )
    application = Litestar(_build_operations(None), openapi_config=config, logging_config=None)
    document: dict[str, Any] = application.openapi_schema.to_schema()
    return document


def _as_asgi(application: Any) -> AsgiApp:
    """Let every GET be a HEAD too, except the streams; the server leaves out the body."""
    streams = {operation.path for operation in OPERATIONS if operation.is_stream}

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD" and scope["path"] not in streams:
            scope = {**scope, "method": "GET"}
        await application(scope, receive, send)

    return run


def _build_operations(shelf: Shelf | None) -> list[HTTPRouteHandler]:
    return [_build_operation(operation, shelf) for operation in OPERATIONS]


def _build_operation(operation: Operation, shelf: Shelf | None) -> HTTPRouteHandler:
    """Turn a plain function of the backend and its parameters into a handler with the same signature."""
    call = _read_call(operation)

    async def answer(*, request: _Request, **values: Any) -> Response[Any] | Stream:
        assert shelf is not None
        _check_names(request, call.names)
        if call.has_visit:
            values["visit"] = Visit(caller=request.state.caller, visitor=_visitor(request))
        if "data" in values:
            values["body"] = values.pop("data")
        result = await operation.handler(shelf.backend, **values)
        return _stream(result) if operation.is_stream else _reply(result, request)

    typed: Any = Response
    _sign(answer, operation.handler, call.parameters, Stream if operation.is_stream else typed[call.reply])
    return HTTPRouteHandler(
        operation.path,
        http_method=operation.method,
        status_code=200,
        tags=[operation.tag],
        media_type="text/event-stream" if operation.is_stream else replies.JSON,
        response_description="Answered.",
        responses=_PROBLEMS,
        operation_id=operation.handler.__name__,
        guards=[_build_check(operation.right, shelf)],
        summary=operation.handler.__name__.replace("_", " ").capitalize(),
    )(answer)


def _build_check(right: Right, shelf: Shelf | None) -> Callable[[_Connection, object], Awaitable[None]]:
    """Build what is asked before parameters and body are looked at: who may not do it learns nothing about them."""

    async def check(connection: _Connection, _handler: object) -> None:
        assert shelf is not None
        access = shelf.backend.access
        connection.state.caller = access.identify(_visitor(connection))
        access.check(connection.state.caller, right)

    return check


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """The signature of an operation as the framework needs it."""

    parameters: Sequence[inspect.Parameter]
    names: Sequence[str]
    """Of the query parameters."""
    has_visit: bool
    reply: Any


def _read_call(operation: Operation) -> _Call:
    hints = get_type_hints(operation.handler, include_extras=True)
    known = inspect.signature(operation.handler).parameters.values()
    given = {one.name: one for one in known if one.kind is inspect.Parameter.KEYWORD_ONLY}
    has_visit = given.pop("visit", None) is not None
    body = given.pop("body", None)
    parameters = [one.replace(annotation=_describe(hints[name])) for name, one in given.items()]
    if body is not None:
        parameters.append(body.replace(name="data", annotation=_typed(JSONBody, hints["body"])))
    return _Call(parameters=parameters, names=[*given], has_visit=has_visit, reply=hints["return"])


def _typed(generic: Any, kind: Any) -> Any:
    """Fill in a generic type that is known only now."""
    return generic[kind]


def _visitor(request: _Connection) -> Visitor:
    session = request.session if "session" in request.scope else {}
    address = "" if request.client is None else request.client.host
    return Visitor(address=address, headers=read_headers(request.scope["headers"]), session=session)


def _describe(hint: Any) -> Any:
    """Carry the documentation of a parameter over to its schema."""
    kind, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    return Annotated[kind, QueryParameter(description=" ".join(note.description for note in notes) or None)]


def _sign(answer: Any, source: Any, parameters: Sequence[inspect.Parameter], reply: Any) -> None:
    request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=_Request)
    signed = [request, *parameters]
    answer.__signature__ = inspect.Signature(signed, return_annotation=reply)
    answer.__annotations__ = {parameter.name: parameter.annotation for parameter in signed} | {"return": reply}
    answer.__name__ = source.__name__
    answer.__doc__ = inspect.getdoc(source)


def _check_names(request: _Request, names: Sequence[str]) -> None:
    for name in request.query_params:
        if name not in names:
            known = ", ".join(names) or "none"
            raise BadQuery(f"There is no parameter '{name}'.", hint=f"Known here: {known}.")


def _stream(events: AsyncIterator[bytes]) -> Stream:
    return Stream(
        events,
        media_type="text/event-stream; charset=utf-8",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


def _reply(value: object, request: _Request, status: int = 200) -> Response[bytes]:
    reply = replies.build_reply(value, status, accept_encoding=request.headers.get("accept-encoding", ""))
    return Response(reply.body, status_code=status, media_type=replies.JSON, headers=reply.headers)


def _build_schema_handlers() -> list[HTTPRouteHandler]:
    async def show_schema(request: _Request) -> Response[bytes]:
        if "text/html" not in request.headers.get("accept", ""):
            return _reply(build_schema(), request)
        return Response(render_schema_page(build_schema()), media_type="text/html")

    async def show_schema_json(request: _Request) -> Response[bytes]:
        return _reply(build_schema(), request)

    async def show_style() -> Response[bytes]:
        return Response(STYLE, media_type="text/css")

    return [
        _get(replies.SCHEMA_PATH, show_schema),
        _get(JSON_PATH, show_schema_json),
        _get(STYLE_PATH, show_style),
    ]


def _build_page(page: Page, access: Access) -> HTTPRouteHandler:
    async def show_page(request: _Request) -> Response[bytes]:
        access.check(access.identify(_visitor(request)), Right.VIEWER)
        kind, body = page.render(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": kind, "cache-control": "no-store"})

    return _get(page.path, show_page)


def _build_asset_handlers(static: Path) -> list[HTTPRouteHandler]:
    assets = read_assets(static)

    async def show_asset(request: _Request, path: FromPath[str] = "/") -> Response[bytes]:
        reply = find_asset(
            assets,
            path,
            accept_encoding=request.headers.get("accept-encoding", ""),
            if_none_match=request.headers.get("if-none-match", ""),
        )
        if reply is None:
            raise NothingThere(f"There is nothing at {path}.", hint=f"The API is described at {replies.SCHEMA_PATH}.")
        return Response(reply.body, status_code=reply.status, headers=reply.headers)

    return [_get(["/", "/{path:path}"], show_asset)]


def _get(path: str | list[str], handler: Callable[..., Any]) -> HTTPRouteHandler:
    return HTTPRouteHandler(path, http_method="GET", include_in_schema=False)(handler)


def _reply_error(request: _Request, error: OpenvoyError) -> Response[bytes]:
    return _reply(replies.describe(error), request, status_of(error))


def _reply_http_error(request: _Request, error: HTTPException) -> Response[bytes]:
    return _reply(replies.describe(_in_our_words(request, error)), request, error.status_code)


def _in_our_words(request: _Request, error: HTTPException) -> WebProblem:
    if error.status_code == 405:
        return replies.refuse_method(request.method)
    if error.status_code == 403:
        return replies.refuse_foreign_page(CSRF_COOKIE)
    if error.status_code == 400:
        faults = [one for one in error.extra or () if isinstance(one, Mapping)]
        item = build_schema()["paths"].get(request.url.path.rstrip("/"), {})
        return replies.refuse_parameters(error.detail, faults, item.get("get", {}).get("parameters", ()))
    return replies.refuse(error.detail)


def _reply_defect(request: _Request, error: Exception) -> Response[bytes]:
    _LOG.error("%s failed", request.url.path, exc_info=error)
    return _reply(replies.describe_defect(), request, 500)

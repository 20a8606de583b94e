"""The HTTP API and the dashboard as one application. The only file that names litestar."""

from __future__ import annotations

import gzip
import inspect
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from openvoy import __version__, codec
from openvoy.errors import OpenvoyError, Remedy, StorageError
from openvoy.ports import Clock, Exporters, Feed, Page, Store
from openvoy.ports.prices import Prices
from openvoy.web.api import OPERATIONS
from openvoy.web.asgi import AsgiApp, Receive, Scope, Send, WebApp
from openvoy.web.assets import STATIC_FOLDER, accepts, find_asset, read_assets
from openvoy.web.backend import NO_EXPORTERS, Backend, SiteInfo
from openvoy.web.broadcast import Broadcaster
from openvoy.web.guard import guard
from openvoy.web.listen import HostRule
from openvoy.web.operation import Operation, Problem
from openvoy.web.problems import BadQuery, NothingThere, WebProblem
from openvoy.web.schema_page import JSON_PATH, STYLE, STYLE_PATH, render_schema_page

_LOG = logging.getLogger("openvoy.web")

SCHEMA_PATH = "/api/schema"
JSON = "application/json"
LEAST_GZIP_BYTES = 1000
GZIP_LEVEL = 3
"""A reply of 20,000 points takes some 20 ms at this level, and 90 ms for 8 % fewer bytes at the usual one."""

_QUOTED = re.compile(r"'(\w+)'")
_Request = Request[Any, Any, Any]
_PROBLEMS = {
    400: ResponseSpec(Problem, generate_examples=False, description="A parameter is wrong."),
    404: ResponseSpec(Problem, generate_examples=False, description="There is no such thing, or not yet."),
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
    static: Path = STATIC_FOLDER,
) -> WebApp:
    """Build the application over what the collector offers, what history keeps, and the pages of exporters."""
    live = Broadcaster(feed, clock)
    backend = Backend(feed=feed, store=store, site=site, clock=clock, live=live, exporters=exporters, prices=prices)
    application = Litestar(
        [
            *_build_operations(backend),
            *_build_schema_handlers(),
            *map(_build_page, pages),
            *_build_asset_handlers(static),
        ],
        openapi_config=None,
        logging_config=None,
        exception_handlers={OpenvoyError: _reply_error, HTTPException: _reply_http_error, Exception: _reply_defect},
    )
    return WebApp(asgi=guard(_as_asgi(application), hosts=hosts, clock=clock), live=live)


@cache
def build_schema() -> Mapping[str, Any]:
    """Build the OpenAPI document of all operations."""
    config = OpenAPIConfig(
        title="Openvoy",
        version=__version__,
        description="Read-only JSON API of the Openvoy service. Units stand in the names, null means not known; "
        "times of columns are Unix seconds.",
        use_handler_docstrings=True,
        path=SCHEMA_PATH,
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


def _build_operations(backend: Backend | None) -> list[HTTPRouteHandler]:
    return [_build_operation(operation, backend) for operation in OPERATIONS]


def _build_operation(operation: Operation, backend: Backend | None) -> HTTPRouteHandler:
    """Turn a plain function of the backend and its parameters into a handler with the same signature."""
    hints = get_type_hints(operation.handler, include_extras=True)
    reply = hints.pop("return")
    parameters = [
        parameter.replace(annotation=_describe(hints[name]))
        for name, parameter in inspect.signature(operation.handler).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    names = [parameter.name for parameter in parameters]

    async def answer(*, request: _Request, **values: Any) -> Response[Any] | Stream:
        _check_names(request, names)
        result = await operation.handler(backend, **values)
        return _stream(result) if operation.is_stream else _reply(result, request)

    typed: Any = Response
    _sign(answer, operation.handler, parameters, Stream if operation.is_stream else typed[reply])
    return HTTPRouteHandler(
        operation.path,
        http_method="GET",
        tags=[operation.tag],
        media_type="text/event-stream" if operation.is_stream else JSON,
        response_description="Answered.",
        responses=_PROBLEMS,
        operation_id=operation.handler.__name__,
        summary=operation.handler.__name__.replace("_", " ").capitalize(),
    )(answer)


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
    body = codec.encode_json(value)
    headers = {"cache-control": "no-store", "vary": "accept-encoding"}
    if len(body) >= LEAST_GZIP_BYTES and accepts(request.headers.get("accept-encoding", ""), "gzip"):
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, status_code=status, media_type=JSON, headers=headers)


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
        _get(SCHEMA_PATH, show_schema),
        _get(JSON_PATH, show_schema_json),
        _get(STYLE_PATH, show_style),
    ]


def _build_page(page: Page) -> HTTPRouteHandler:
    async def show_page(request: _Request) -> Response[bytes]:
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
            raise NothingThere(f"There is nothing at {path}.", hint=f"The API is described at {SCHEMA_PATH}.")
        return Response(reply.body, status_code=reply.status, headers=reply.headers)

    return [_get(["/", "/{path:path}"], show_asset)]


def _get(path: str | list[str], handler: Callable[..., Any]) -> HTTPRouteHandler:
    return HTTPRouteHandler(path, http_method="GET", include_in_schema=False)(handler)


def _reply_error(request: _Request, error: OpenvoyError) -> Response[bytes]:
    reply = {"error": error.message, "hint": error.hint}
    if isinstance(error, WebProblem):
        return _reply({**reply, **error.details}, request, error.status)
    is_passing = isinstance(error, StorageError) or error.remedy is Remedy.BACK_OFF
    return _reply(reply, request, 503 if is_passing else 500)


def _reply_http_error(request: _Request, error: HTTPException) -> Response[bytes]:
    """Say what the framework found wrong with a request in the words of this API."""
    text, hint = error.detail, f"The API is described at {SCHEMA_PATH}."
    if error.status_code == 405:
        text, hint = f"{request.method} is not possible here.", "Use GET: this API only reads."
    elif error.status_code == 400:
        faults = [one for one in error.extra or () if isinstance(one, Mapping)]
        text = "; ".join(f"{one.get('key')}: {one.get('message')}" for one in faults) or text.partition(" for path ")[0]
        names = [one.get("key") for one in faults] or _QUOTED.findall(text)
        hint = " ".join(_explain(request.url.path, name) for name in names).strip() or hint
    return _reply({"error": text, "hint": hint}, request, error.status_code)


def _explain(path: str, name: object) -> str:
    item = build_schema()["paths"].get(path.rstrip("/"), {"get": {}})
    found = [one for one in item["get"].get("parameters", ()) if one["name"] == name]
    return f"{name}: {found[0].get('description', '')}" if found else ""


def _reply_defect(request: _Request, error: Exception) -> Response[bytes]:
    _LOG.error("%s failed", request.url.path, exc_info=error)
    hint = "This is a defect of Openvoy; its log says more. Please report it."
    return _reply({"error": "The service failed to answer.", "hint": hint}, request, 500)

"""The application as a plain ASGI callable, so that no framework appears in a signature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from openvoy import codec
from openvoy.web.access import Access
from openvoy.web.backend import Shelf
from openvoy.web.broadcast import Broadcaster

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebApp:
    """What `web.server.serve` serves: the application, and the live push that runs beside it."""

    asgi: AsgiApp
    live: Broadcaster
    access: Access
    shelf: Shelf


def find_header(scope: Scope, name: bytes) -> str | None:
    """Find a request header; None where it is missing or stands there more than once."""
    found = [value for key, value in scope["headers"] if key == name]
    return str(found[0], "latin-1") if len(found) == 1 else None


def read_headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Give the request headers by their names in small letters; several of one name are lines of one value."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = str(raw_name, "latin-1").lower(), str(raw_value, "latin-1")
        headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    return headers


async def send_problem(send: Send, status: int, *, error: str, hint: str) -> None:
    """Send a whole error reply."""
    body = codec.encode_json({"error": error, "hint": hint})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

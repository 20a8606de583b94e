"""Cookies: those that another service of the same host has left, and those that go over TLS alone."""

from __future__ import annotations

from collections.abc import Callable

from openvoy.web.asgi import AsgiApp, Message, Receive, Scope, Send, find_header


def without_foreign(application: AsgiApp, name: str, is_own: Callable[[str], bool]) -> AsgiApp:
    """Let the application see this cookie only if it is its own, so that it gives a new one in the place of another's.

    A browser sends cookies of a host to every port. Without that whoever looked at the demo could change nothing in the
    service that came after it.
    """
    wanted = name.encode() + b"="

    def is_kept(cookie: bytes) -> bool:
        cookie = cookie.strip()
        return not cookie.startswith(wanted) or is_own(str(cookie.removeprefix(wanted), "latin-1"))

    def cleaned(key: bytes, value: bytes) -> tuple[bytes, bytes]:
        return (key, b";".join(one for one in value.split(b";") if is_kept(one)) if key == b"cookie" else value)

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "headers": [cleaned(key, value) for key, value in scope["headers"]]}
        await application(scope, receive, send)

    return run


def secured_behind_tls(application: AsgiApp) -> AsgiApp:
    """Mark cookies Secure where a proxy says that the browser came to it by https.

    Who says so without a proxy does it to their own cookies.
    """

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        async def secure(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [_secured(key, value) for key, value in message.get("headers", ())]}
            await send(message)

        is_https = scope["type"] == "http" and find_header(scope, b"x-forwarded-proto") == "https"
        await application(scope, receive, secure if is_https else send)

    return run


def _secured(key: bytes, value: bytes) -> tuple[bytes, bytes]:
    is_open = key.lower() == b"set-cookie" and b"secure" not in value.lower().split(b"; ")
    return (key, value + b"; Secure" if is_open else value)

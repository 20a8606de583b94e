"""Cookies that another service of the same host has left: a browser sends them to every port."""

from __future__ import annotations

from collections.abc import Callable

from openvoy.web.asgi import AsgiApp, Receive, Scope, Send


def without_foreign(application: AsgiApp, name: str, is_own: Callable[[str], bool]) -> AsgiApp:
    """Let the application see this cookie only if it is its own, so that it gives a new one in the place of another's.

    Without that whoever looked at the demo could change nothing in the service that came after it.
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

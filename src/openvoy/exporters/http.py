"""Posting to receivers over HTTP: slow and mad ones cost only their own time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp

from openvoy.errors import ExportError

TIMEOUT_S = 30.0
MOST_SAID_BYTES = 4096
"""Of a receiver's answer; it is an error message at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receiver said."""

    status: int
    text: str
    """The beginning of it."""
    retry_after_s: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By names in small letters."""

    @property
    def is_good(self) -> bool:
        """Whether it took what was sent."""
        return 200 <= self.status < 300


class Poster:
    """One kept-alive connection to a receiver, while the context is open."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Send once; raise ExportError where no HTTP answer comes."""
        assert self._session is not None, "used outside its context"
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as reply:
                said = await reply.content.read(MOST_SAID_BYTES)
                return Answer(
                    status=reply.status,
                    text=said.decode("utf-8", "replace").strip(),
                    retry_after_s=_parse_seconds(reply.headers.get("Retry-After", "")),
                    headers={name.lower(): value for name, value in reply.headers.items()},
                )
        except TimeoutError as error:
            raise ExportError(
                f"{show_receiver(url)} takes longer than {self._timeout.total:.0f} s to answer.",
                hint="It is tried again by itself; see what keeps it busy.",
            ) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ExportError(
                f"{show_receiver(url)} cannot be reached: {_reason(error)}.",
                hint="It is tried again by itself; check its address, and that it runs.",
            ) from error


def show_receiver(url: str) -> str:
    """Show a receiver's address without what may be secret in it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{parts.path}"


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        return "nothing answers there" if number is None or number <= 0 else os.strerror(number)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "it closes the connection without an answer"
    if isinstance(error, aiohttp.ClientResponseError | ValueError):
        return "what answers there does not speak HTTP"
    return type(error).__name__


def _parse_seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None

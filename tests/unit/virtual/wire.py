"""A client that shows what is on the wire: status line, headers in order and spelling, framing, end of connection."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.support.patience import PATIENCE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class WireReply:
    version: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    framing: str
    body: bytes

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.headers]

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def session(self) -> str | None:
        cookie = self.header("Set-Cookie")
        return None if cookie is None else cookie.partition("sessionId=")[2].partition(";")[0]


class Wire:
    """One connection to a gateway."""

    def __init__(self, url: str | None) -> None:
        assert url is not None
        self.url = urlsplit(url)
        self.tls = unverified_tls() if self.url.scheme == "https" else None

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection(self.url.hostname, self.url.port, ssl=self.tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.writer.transport.abort()
        await asyncio.sleep(0)

    async def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        version: str = "1.1",
    ) -> WireReply:
        lines = [f"{method} {path} HTTP/{version}", f"Host: {self.url.netloc}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        async with asyncio.timeout(PATIENCE_S):
            return await self._read(has_body=method != "HEAD")

    async def is_closed(self, *, within_s: float = PATIENCE_S) -> bool:
        """Whether the server has closed; it gets so long to do so."""
        try:
            async with asyncio.timeout(within_s):
                return await self.reader.read(1) == b""
        except TimeoutError:
            return False

    async def _read(self, *, has_body: bool) -> WireReply:
        version, status, reason = (await self._line()).split(" ", 2)
        headers = []
        while line := await self._line():
            name, _, value = line.partition(": ")
            headers.append((name, value))
        fields = {name.lower(): value for name, value in headers}
        if fields.get("transfer-encoding") == "chunked":
            framing = "chunked"
            body = await self._chunks() if has_body else b""
        elif "content-length" in fields:
            framing = "length"
            body = await self.reader.readexactly(int(fields["content-length"])) if has_body else b""
        else:
            framing = "close"
            body = await self.reader.read() if has_body else b""
        return WireReply(
            version=version, status=int(status), reason=reason, headers=tuple(headers), framing=framing, body=body
        )

    async def _line(self) -> str:
        return (await self.reader.readuntil(b"\r\n"))[:-2].decode("latin-1")

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self._line(), 16):
            body += await self.reader.readexactly(size)
            assert await self._line() == ""
        assert await self._line() == ""
        return body


async def ask(
    url: str | None, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> WireReply:
    """Ask once, over a connection of its own."""
    async with Wire(url) as wire:
        return await wire.ask(path, method=method, headers=headers, body=body)


def bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def unverified_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def digest(challenge: str | None, *, path: str, user: str, password: str | None, method: str = "GET") -> dict[str, str]:
    """Answer a challenge as RFC 2617 says, written here independently of the gateway."""
    assert challenge is not None
    parts = dict(re.findall(r'(\w+)="([^"]*)"', challenge))

    def md5(*words: str) -> str:
        return hashlib.md5(":".join(words).encode()).hexdigest()

    secret, subject = md5(user, parts["realm"], str(password)), md5(method, path)
    response = md5(secret, parts["nonce"], "00000001", "0a4f113b", "auth", subject)
    return {
        "Authorization": f'Digest username="{user}", realm="{parts["realm"]}", nonce="{parts["nonce"]}", uri="{path}", '
        f'qop=auth, nc=00000001, cnonce="0a4f113b", response="{response}"'
    }

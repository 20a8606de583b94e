"""Recordings as HAR 1.2 files, of any maker: what is needed of them, and tolerance for the rest."""

from __future__ import annotations

import base64
import binascii
import codecs
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from openvoy import codec
from openvoy.codec import WireStruct, said
from openvoy.errors import ConfigError

HINT = "Give a recording of a gateway as HAR file, such as the network tab of a browser saves it."


class _Pair(WireStruct):
    name: str | None = None
    value: str | None = None


class _Content(WireStruct):
    text: str | None = None
    encoding: str | None = None
    mime_type: str | None = said("mimeType")
    size: float | None = None


class _Request(WireStruct):
    method: str | None = None
    url: str | None = None


class _Response(WireStruct):
    status: int | None = None
    status_text: str | None = said("statusText")
    headers: tuple[_Pair, ...] | None = None
    content: _Content | None = None


class _Entry(WireStruct):
    time: float | None = None
    request: _Request | None = None
    response: _Response | None = None


class _Log(WireStruct):
    entries: tuple[_Entry, ...]


class _Har(WireStruct):
    log: _Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One recorded request with its reply."""

    method: str
    host: str
    """In lower case, without port."""
    path: str
    """With query."""
    status: int
    reason: str | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    duration_s: float


def read_har(path: Path) -> tuple[Exchange, ...]:
    """Read the exchanges with a reply, in the order of the file; raise ConfigError where it is no recording."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}", hint=HINT) from error
    return parse_har(text, name=str(path))


def parse_har(text: bytes, *, name: str) -> tuple[Exchange, ...]:
    """Parse a HAR document; `name` is what errors call it."""
    if not text.strip():
        raise ConfigError(f"{name}: the file is empty", hint=HINT)
    try:
        har: _Har = codec.decoder(_Har)(text.removeprefix(codecs.BOM_UTF8))[0]
    except codec.DecodeError as error:
        raise ConfigError(f"{name}: not a HAR file: {error.reason} (at {error.json_path})", hint=HINT) from error
    exchanges = tuple(filter(None, map(_parse_entry, har.log.entries)))
    if not exchanges:
        raise ConfigError(f"{name}: no recorded replies in it", hint=HINT)
    return exchanges


def _parse_entry(entry: _Entry) -> Exchange | None:
    """Parse one entry; None where nothing of it can be replayed: aborted, cached, or saved without its body."""
    request, response = entry.request, entry.response
    if request is None or request.url is None or response is None or response.status is None:
        return None
    if not 200 <= response.status <= 599 or response.status == 304:
        return None
    url, body = _split_url(request.url), _parse_body(response)
    if url is None or body is None:
        return None
    return Exchange(
        method=(request.method or "GET").upper(),
        host=url[0],
        path=url[1],
        status=response.status,
        reason=response.status_text or None,
        headers=tuple((pair.name, pair.value or "") for pair in response.headers or () if pair.name),
        body=body,
        duration_s=0.0 if entry.time is None else max(entry.time, 0.0) / 1000,
    )


def _split_url(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _parse_body(response: _Response) -> bytes | None:
    content = response.content
    if content is None or content.text is None:
        is_lost = content is not None and content.size is not None and content.size > 0
        return None if is_lost else b""
    if (content.encoding or "").lower() == "base64":
        try:
            return base64.b64decode("".join(content.text.split()), validate=True)
        except (binascii.Error, ValueError):
            return None
    return _encode(content.text, _charset(content, response))


def _charset(content: _Content, response: _Response) -> str:
    types = [pair.value or "" for pair in response.headers or () if (pair.name or "").lower() == "content-type"]
    for content_type in (*types, content.mime_type or ""):
        charset = content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
        if charset:
            return charset
    return "utf-8"


def _encode(text: str, charset: str) -> bytes:
    """Give back the bytes of the wire; a charset that cannot hold the text was not the true one."""
    try:
        return text.encode(charset)
    except (LookupError, UnicodeError):
        return text.encode("utf-8", "surrogatepass")

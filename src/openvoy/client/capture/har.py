"""A recording as HAR 1.2, with replacements for everything private, and the proof that nothing of it is left."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from openvoy import __version__, codec
from openvoy.client.capture.mask import Mask
from openvoy.client.capture.private import Kind, Original, find_by_form, find_originals
from openvoy.client.capture.proof import find_leaks
from openvoy.client.capture.recorder import Exchange
from openvoy.client.capture.replacements import build_replacements, tail_of
from openvoy.errors import BadPayload, ConfigError
from openvoy.protocol.endpoints.identity import INFO

_HOST = "envoy.local"
_HTTP = "HTTP/1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A finished recording."""

    file: bytes = field(repr=False)
    replies: int
    replacements: Mapping[Original, str] = field(repr=False)
    """What stands for what; this is the private part of it."""

    def counts(self) -> Mapping[str, int]:
        """Count the private values of each kind that have a replacement."""
        values = {kind: {text for row, text in self.replacements.items() if row.kind is kind} for kind in Kind}
        return {kind.value: len(texts) for kind, texts in values.items() if texts}


def build_har(
    exchanges: Collection[Exchange],
    *,
    secrets: Iterable[Original] = (),
    key: bytes,
    now: datetime,
    keep_time_zone: bool = False,
) -> Recording:
    """Build the file; `secrets` are what was used to log in, `key` makes the replacements unknowable.

    Raises ConfigError where something private is still in it, or where the gateway did not say who it is.
    """
    bodies = {exchange.path: _text_of(exchange)[0] for exchange in exchanges}
    serial = _serial_of(bodies)
    originals = {Original(Kind.SERIAL, serial), Original(Kind.IDENTIFIER, tail_of(serial)), *secrets}
    for exchange in exchanges:
        originals.update(find_originals(bodies[exchange.path], keep_time_zone=keep_time_zone))
        originals.update(_in_headers(exchange))
    replacements = build_replacements(originals, gateway_serial=serial, key=key, now=now)
    mask = Mask(replacements, keep_time_zone=keep_time_zone)
    entries = [_entry(exchange, mask) for exchange in exchanges]
    creator = {"name": "openvoy", "version": __version__}
    file = codec.encode_json({"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}}, indent=1)
    _prove(file, mask)
    return Recording(file=file, replies=len(entries), replacements=replacements)


def _serial_of(bodies: Mapping[str, str]) -> str:
    try:
        return INFO.decode(bodies.get(INFO.path, "").encode("utf-8", "surrogateescape")).value.serial
    except BadPayload:
        raise ConfigError(
            "The gateway did not say who it is, so nothing of its recording could be used.",
            hint="Check the address: what answers there has no readable page /info.",
        ) from None


def _in_headers(exchange: Exchange) -> Iterable[Original]:
    for value in exchange.response.cookies.values():
        yield Original(Kind.SECRET, value)
    for _, value in _headers_of(exchange):
        yield from find_by_form(value)


def _headers_of(exchange: Exchange) -> list[tuple[str, str]]:
    """Give the headers as they came, byte by byte, where the transport knows; else what it made of them."""
    raw = exchange.response.raw_headers
    if raw:
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
    return list(exchange.response.headers.items())


def _text_of(exchange: Exchange) -> tuple[str, str]:
    """Decode a body, and tell in what: what is no text is taken byte by byte."""
    content_type = exchange.response.headers.get("content-type", "").lower()
    charset = content_type.partition("charset=")[2].split(";")[0].strip(" \"'") or "utf-8"
    try:
        text = exchange.response.body.decode(charset)
    except (LookupError, UnicodeError):
        return exchange.response.body.decode("latin-1"), ""
    return text, charset


def _entry(exchange: Exchange, mask: Mask) -> dict[str, Any]:
    elapsed_ms = round(exchange.response.elapsed_s * 1000, 3)
    return {
        "startedDateTime": exchange.at.isoformat().replace("+00:00", "Z"),
        "time": elapsed_ms,
        "request": _request(f"{exchange.scheme}://{_HOST}{mask.text(exchange.path)}"),
        "response": _response(exchange, mask),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed_ms, "receive": 0},
    }


def _request(url: str) -> dict[str, Any]:
    """Build the request without its headers: they hold nothing but the login."""
    query = parse_qsl(url.partition("?")[2], keep_blank_values=True)
    return {
        "method": "GET",
        "url": url,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": [],
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": 0,
    }


def _response(exchange: Exchange, mask: Mask) -> dict[str, Any]:
    text, charset = _text_of(exchange)
    masked = mask.body(text)
    body = masked.encode(charset or "latin-1")
    content: dict[str, Any] = {"size": len(body), "mimeType": exchange.response.headers.get("content-type", "")}
    content |= {"text": masked} if charset else {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    return {
        "status": exchange.response.status,
        "statusText": "",
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": [{"name": name, "value": mask.text(value)} for name, value in _headers_of(exchange)],
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(body),
    }


def _prove(file: bytes, mask: Mask) -> None:
    leaks = find_leaks(file, mask)
    if leaks:
        found = "; ".join(sorted({f"a {leak.kind.value} in {leak.where or 'the file'}" for leak in leaks})[:5])
        raise ConfigError(
            f"The recording still holds something private: {found}. Nothing was written.",
            hint="Leave the path out with --skip, and report this: replacing it is Openvoy's business.",
        )

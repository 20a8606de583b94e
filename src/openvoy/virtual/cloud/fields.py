"""What a request carries, however it was sent: query, urlencoded or multipart form, JSON, cookies."""

from __future__ import annotations

from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from openvoy import codec
from openvoy.protocol.http import Request


def parse_fields(request: Request) -> Mapping[str, str]:
    """Read all fields of a request; those of the body win over those of the query."""
    return {**_parse_form(request.path.partition("?")[2]), **_parse_body(request)}


def _parse_body(request: Request) -> Mapping[str, str]:
    content_type = request.headers.get("content-type", "")
    if content_type.lower().startswith("multipart/form-data"):
        return _parse_multipart(content_type, request.body)
    if request.body.lstrip()[:1] == b"{":
        return _parse_json(request.body)
    return _parse_form(request.body.decode("utf-8", "replace"))


def _parse_form(text: str) -> Mapping[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def _parse_json(body: bytes) -> Mapping[str, str]:
    try:
        members: dict[str, Any] = codec.decoder(dict[str, Any])(body)[0]
    except codec.DecodeError:
        return {}
    return {name: str(value) for name, value in members.items() if value is not None}


def _parse_multipart(content_type: str, body: bytes) -> Mapping[str, str]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    fields = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            fields[name] = payload.decode("utf-8", "replace")
    return fields


def parse_cookies(request: Request) -> Mapping[str, str]:
    """Read the cookies of a request."""
    pairs = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return {name: value for name, is_pair, value in pairs if is_pair}

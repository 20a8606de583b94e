"""The vocabulary of the flows: who logs in, what is sent to which of the two hosts."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar
from urllib.parse import urlencode

from openvoy import codec
from openvoy.protocol.http import Request, Response


class CloudHost(Enum):
    """Which host a request is for."""

    ACCOUNTS = "accounts"
    """Enlighten: logs in, and gives tokens by URL to who is logged in."""
    TOKENS = "tokens"
    """Entrez: issues tokens."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Account:
    """An account of the cloud."""

    user: str
    """Its e-mail address."""
    password: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CloudStep:
    """One request, and whom it is for."""

    host: CloudHost
    request: Request


ResultT = TypeVar("ResultT")

CloudFlow = Generator[CloudStep, Response, ResultT]
"""Yields steps, is sent their responses, returns what was to be obtained or raises one of `openvoy.errors`."""

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def build_form(
    host: CloudHost, path: str, fields: Mapping[str, str], cookies: Mapping[str, str] | None = None
) -> CloudStep:
    """Build a POST of form fields."""
    headers = {"Content-Type": FORM, "Accept": "*/*", **render_cookies(cookies)}
    return CloudStep(
        host=host, request=Request(method="POST", path=path, headers=headers, body=urlencode(fields).encode())
    )


def build_json(host: CloudHost, path: str, value: Mapping[str, str]) -> CloudStep:
    """Build a POST of JSON."""
    headers = {"Content-Type": JSON, "Accept": "*/*"}
    return CloudStep(
        host=host, request=Request(method="POST", path=path, headers=headers, body=codec.encode_json(value))
    )


def build_get(host: CloudHost, path: str, cookies: Mapping[str, str] | None = None) -> CloudStep:
    """Build a GET."""
    return CloudStep(host=host, request=Request(path=path, headers={"Accept": "*/*", **render_cookies(cookies)}))


def render_cookies(cookies: Mapping[str, str] | None) -> dict[str, str]:
    """Render the Cookie header; no header for no cookies."""
    text = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    return {"Cookie": text} if text else {}

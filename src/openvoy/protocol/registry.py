"""All endpoints, collected from the modules of `openvoy.protocol.endpoints`: a new endpoint needs no other mention."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from openvoy.protocol import endpoints
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.firmware import Firmware


def _declared() -> Iterator[Endpoint[Any]]:
    for module_info in pkgutil.iter_modules(endpoints.__path__):
        module = importlib.import_module(f"{endpoints.__name__}.{module_info.name}")
        yield from (value for value in vars(module).values() if isinstance(value, Endpoint))


def _by_name() -> dict[str, Endpoint[Any]]:
    registry: dict[str, Endpoint[Any]] = {}
    for endpoint in _declared():
        if registry.setdefault(endpoint.name, endpoint) is not endpoint:
            raise AssertionError(f"two endpoints are called {endpoint.name}")
    return registry


REGISTRY: Mapping[str, Endpoint[Any]] = MappingProxyType(_by_name())
"""Endpoints by name."""


_TEMPLATES = tuple(
    (re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(endpoint.path))), endpoint)
    for endpoint in REGISTRY.values()
    if "{" in endpoint.path
)
"""Endpoints with parts to fill in, by a pattern of their paths."""


def find_endpoint(path: str, firmware: Firmware | None = None) -> Endpoint[Any] | None:
    """Find the endpoint that answers at `path`: with its query first, then without; `firmware` decides between two."""
    page = path.partition("?")[0].rstrip("/")
    for wanted in (path, page):
        matches = [endpoint for endpoint in REGISTRY.values() if endpoint.path == wanted]
        if firmware is not None:
            matches = [endpoint for endpoint in matches if endpoint.exists_in(firmware)] or matches
        if matches:
            return matches[-1]
    return next((endpoint for pattern, endpoint in _TEMPLATES if pattern.fullmatch(page)), None)

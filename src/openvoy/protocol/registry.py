"""All endpoints, collected from the modules of `openvoy.protocol.endpoints`: a new endpoint needs no other mention."""

from __future__ import annotations

import importlib
import pkgutil
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


def find_endpoint(path: str, firmware: Firmware | None = None) -> Endpoint[Any] | None:
    """Find the endpoint that answers at `path`: with its query first, then without; `firmware` decides between two."""
    for wanted in (path, path.partition("?")[0].rstrip("/")):
        matches = [endpoint for endpoint in REGISTRY.values() if endpoint.path == wanted]
        if firmware is not None:
            matches = [endpoint for endpoint in matches if endpoint.exists_in(firmware)] or matches
        if matches:
            return matches[-1]
    return None

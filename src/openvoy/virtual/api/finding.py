"""Which endpoint a path is, under all its names, and what stands in the parts of it that vary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS, PRODUCTION_PAGE
from openvoy.protocol.firmware import Firmware
from openvoy.protocol.registry import find_endpoint

ALIASES = {
    "/info.xml": "/info",
    "/home.json": "/home",
    "/admin/lib/tariff.json": "/admin/lib/tariff",
    "/admin/lib/acb_config.json": "/admin/lib/acb_config",
    "/ivp/meters/storage_settings": "/ivp/meters/storage_setting",
    "/ivp/ensemble/dataraw": "/ivp/ensemble/dataraw/all",
    "/upload": "/installer/upload.json",
}
"""Other names of the same pages."""


@dataclass(frozen=True, slots=True)
class Found:
    """An endpoint, and what the path and query say."""

    endpoint: Endpoint[Any]
    parts: Mapping[str, str]
    query: Mapping[str, str]


def endpoint_of(path: str, firmware: Firmware) -> Endpoint[Any] | None:
    """Find the endpoint of a path under all its names, also where this firmware does not have it."""
    page, _, text = _split(path)
    endpoint = find_endpoint(f"{page}?{text}" if text else page, firmware)
    is_detailed = parse_qs(text).get("details", ["0"])[-1] in {"1", "true"}
    return PRODUCTION_DETAILS if endpoint is PRODUCTION_PAGE and is_detailed else endpoint


def find(path: str, firmware: Firmware) -> Found | None:
    """Find the endpoint of a path on a firmware; None where that firmware has none there."""
    endpoint = endpoint_of(path, firmware)
    if endpoint is None or not endpoint.exists_in(firmware):
        return None
    page, _, text = _split(path)
    query = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
    return Found(endpoint, _parts(endpoint.path, page), query)


def _split(path: str) -> tuple[str, str, str]:
    page, mark, text = path.partition("?")
    page = page.rstrip("/") or "/"
    return ALIASES.get(page, page), mark, text


def _parts(template: str, page: str) -> dict[str, str]:
    pairs = zip(template.partition("?")[0].split("/"), page.split("/"), strict=False)
    return {name[1:-1]: unquote(part) for name, part in pairs if name.startswith("{")}

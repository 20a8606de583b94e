"""docs/reference/support.md: every address of the catalogue, and what the virtual gateway serves there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from openvoy.protocol.endpoint import ANY_FIRMWARE, Endpoint
from openvoy.protocol.endpoints.code_login import REDEEM_CODE
from openvoy.protocol.endpoints.identity import CHECK_JWT
from openvoy.protocol.firmware import Firmware, parse_firmware
from openvoy.virtual.api.finding import find
from openvoy.virtual.cloud.cloud import ROUTES
from openvoy.virtual.simulated import ANSWER, RENDER, STREAM, WRITE
from openvoy.virtual.ui.front import PAGES
from reference.catalogue import ADDRESSES
from reference.markdown import code, table

INTRODUCTION = """# Support

Every address that is known of the gateway's local API and of the cloud that goes with it, and what `openvoy gateway`
serves there for a simulated site. *Reads* and *writes* name the methods; every write changes what later reads say, and
what the site does where it is something physical. The endpoints' bodies are in [endpoints.md](endpoints.md).

Firmware that does not have an address answers as its generation does: 404, or 401 where a login is asked for first.

"""
GENERATIONS: tuple[Firmware, ...] = tuple(map(parse_firmware, ("3.9.36", "4.10.35", "5.0.62", "7.3.517", "8.3.5433")))
CLOUD_HOSTS = ("enlighten.", "entrez.")
SITE_PAGE = "/site/{name}"
MISSING = "404, as on gateways"
NAME_ONLY = "404: only its name is known"
LOOK = "404: pictures and style of pages that are not served"
BESIDE: Mapping[str, str] = {
    "/": "redirect to /home; 404 from 8.3.5286 on",
    "/admin": "redirect to /admin/home",
    "/doc": "redirect to /doc/api.html",
    "/valid_token": "404 from outside: where the token check jumps to",
    "/backbone/application.js": "the part of the bundle that programs read",
    "/include/*": "style and scripts of the local pages",
    "/backbone/*": "404, but for application.js",
    **dict.fromkeys(("/images/*", "/agf_images/*", "/agf_css/*", "/agf_js/*", "/agf_htdocs/*"), LOOK),
    "/ivp/zb/psts": "404: a command of the device, no address",
    "https://enlighten.enphaseenergy.com/account": "a page for people with a browser; not served",
    "http(s)://{gateway}/": "the gateway itself",
    "http://envoy.local/": "the gateway itself, announced by mDNS on request",
    "http://envoy-2.local": "more gateways: start several, each with its name",
    "http://envoy-3.local": "more gateways: start several, each with its name",
    "http://localhost": "the gateway itself; login is asked for on this machine too, so that tests can see it",
}
"""Addresses that are neither endpoints nor pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What is served at one address."""

    address: str
    endpoints: tuple[Endpoint[Any], ...] = ()
    """More than one where generations differ."""
    words: str = ""
    """Where it is no endpoint."""

    @property
    def is_missing(self) -> bool:
        """Whether gateways have nothing there."""
        return self.words.startswith("404")


def render() -> str:
    """Render the page."""
    sections = (
        f"## {subject}\n\n" + table(("address", "endpoint", "firmware", "reads", "writes"), map(_row, rows))
        for subject, rows in supported().items()
    )
    return INTRODUCTION + "\n".join(sections)


def supported() -> dict[str, list[Support]]:
    """Find what is served at every address, by subject."""
    return {subject: [support_of(address) for address in addresses] for subject, addresses in ADDRESSES.items()}


def support_of(address: str) -> Support:
    """Find what is served at an address."""
    if address in BESIDE:
        return Support(address=address, words=BESIDE[address])
    if address.startswith("http"):
        return Support(address=address, words=_cloud(address))
    page = re.sub(r"\{\w+\}", "1", address)
    found = tuple(dict.fromkeys(_endpoints(page)))
    if found:
        return Support(address=address, endpoints=found)
    missing = NAME_ONLY if page.startswith("/ivp/pdm/") or page == "/ivp/ui" else MISSING
    return Support(address=address, words="page for people" if page in PAGES else missing)


def _endpoints(page: str) -> Iterator[Endpoint[Any]]:
    for firmware in GENERATIONS:
        found = find(page, firmware)
        if found is not None and _is_served(found.endpoint):
            yield found.endpoint


def _is_served(endpoint: Endpoint[Any]) -> bool:
    written = {known for known, _ in WRITE}
    return endpoint in {CHECK_JWT, REDEEM_CODE} or any(
        endpoint in served for served in (RENDER, ANSWER, STREAM, written)
    )


def _cloud(address: str) -> str:
    parts = urlsplit(address)
    assert parts.netloc.startswith(CLOUD_HOSTS), f"{address}: say in BESIDE what is served there"
    path = parts.path or "/"
    methods = sorted(method for method, route in ROUTES if route == path)
    if path == SITE_PAGE:
        methods = ["GET"]
    assert methods, f"{address}: the virtual cloud has no such route"
    return f"virtual cloud: {', '.join(methods)}"


def _row(row: Support) -> tuple[str, str, str, str, str]:
    if not row.endpoints:
        return code(row.address), row.words, "", "", ""
    names = ", ".join(f"[`{endpoint.name}`](endpoints.md#{endpoint.name})" for endpoint in row.endpoints)
    methods = dict.fromkeys(method for endpoint in row.endpoints for method in endpoint.methods)
    reads = "stream" if any(endpoint.is_stream for endpoint in row.endpoints) else "GET" if "GET" in methods else ""
    writes = ", ".join(method for method in methods if method != "GET")
    return code(row.address), names, "; ".join(map(_firmware, row.endpoints)), reads, writes


def _firmware(endpoint: Endpoint[Any]) -> str:
    since = "" if endpoint.since == ANY_FIRMWARE else f"from {endpoint.since}"
    until = "" if endpoint.until is None else f"before {endpoint.until}"
    return " ".join(filter(None, (since, until))) or "any"

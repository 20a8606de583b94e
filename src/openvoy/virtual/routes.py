"""Which process answers a path, and who may ask: the rules of endpoints.md 1.2, 4.1 and 4.11 as tables.

An endpoint that is declared in the registry says its role there; the tables hold what is not declared.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from openvoy.protocol.endpoint import Handler, Role
from openvoy.protocol.firmware import Capabilities, Firmware
from openvoy.protocol.registry import find_endpoint
from openvoy.virtual.api.finding import ALIASES
from openvoy.virtual.generation import has_native_info, has_native_settings

_NATIVE = ("/ivp/*", "/inv", "/prov", "/stream/*", "/auth/*", "/oem/*")
_INFO = ("/info", "/info.xml")
_SETTINGS = ("/admin/lib/tariff*", "/admin/lib/acb_config*")

_STATIC = (
    "/include/*",
    "/images/*",
    "/backbone/*",
    "/agf_images/*",
    "/agf_css/*",
    "/agf_js/*",
    "/agf_htdocs/*",
    "/favicon.ico",
)
_OPEN = (
    *_INFO,
    "/",
    "/home",
    "/login.html",
    "/err_toomanysess",
    "/auth/callback",
    "/auth/get_jwt",
    "/admin/lib/dba.json",
    *_STATIC,
)
"""Without login on every firmware. `/home` too: it is the login page of 7 and later."""

Roles = tuple[tuple[str, Role], ...]

_ROLES: Roles = (
    ("/admin", Role.PROVISIONING),
    ("/admin/home", Role.PROVISIONING),
    ("/installer/*", Role.INSTALLER),
    ("/upload", Role.INSTALLER),
)
"""Least role of a token by path, for what is no endpoint; the first match counts, without one an owner may ask."""

_WRITE_ROLES: Roles = (("/ivp/*", Role.INSTALLER),)
"""The same for everything but GET."""

_ROLES_BY_FIRMWARE: tuple[tuple[Firmware, Firmware, Roles], ...] = (
    (
        Firmware((7, 3)),
        Firmware((7, 3, 466)),
        (
            ("/ivp/ensemble/inventory", Role.OWNER),
            ("/ivp/ensemble/*", Role.INSTALLER),
            ("/ivp/ss/*", Role.INSTALLER),
            ("/ivp/sc/pvlimit", Role.INSTALLER),
        ),
    ),
    (Firmware((7, 6)), Firmware((8,)), (("/stream/meter", Role.PROVISIONING),)),
    (
        Firmware((8, 3, 5528)),
        Firmware((9,)),
        (("/ivp/peb/*", Role.INSTALLER), ("/installer/agf/inverters_status*", Role.INSTALLER)),
    ),
)
"""Least role where builds from the first to before the second firmware ask for another than their neighbours."""

_DIGEST_OPEN = (
    *_OPEN,
    "/home.json",
    "/event",
    "/event.json",
    "/inventory*",
    "/production.json",
    "/api/v1/production",
)
"""Without login on 4.x to 6.x."""

_DIGEST_CLOSED_3_9 = ("/api/v1/production/inverters", "/admin/lib/tariff*", "/installer/*", "/admin/*")
"""With login on 3.9; all else is open."""

_DIGEST_INSTALLER = (
    "/installer/*",
    "/prov",
    "/stream/*",
    "/ivp/mod/*",
    "/ivp/tpm/*",
    "/ivp/peb/*",
    "/ivp/meters/cts*",
    "/ivp/meters/[0-9]*",
    "/ivp/grest/local/*",
    "/admin/lib/admin_*_display.json",
    "/admin/lib/date_time_display.json",
    "/admin/lib/security_display.json",
    "/datatab/admin_dcc_display_dt",
)
"""Only for the digest user `installer`."""


def page_of(path: str) -> str:
    """The path without query and trailing slash."""
    return path.partition("?")[0].rstrip("/") or "/"


def handler_of(path: str, identity: Capabilities) -> Handler:
    """Which kind of process answers."""
    page = page_of(path)
    if _matches(page, _INFO):
        return Handler.NATIVE if has_native_info(identity) else Handler.SCRIPTED
    if _matches(page, _SETTINGS):
        return Handler.NATIVE if has_native_settings(identity) else Handler.SCRIPTED
    endpoint = find_endpoint(path, identity.firmware)
    if endpoint is not None:
        return endpoint.handler
    if page.startswith("/api/"):
        return Handler.EMUWEB
    return Handler.NATIVE if _matches(page, (*_NATIVE, *_STATIC)) else Handler.SCRIPTED


def is_open(path: str) -> bool:
    """Whether token firmware answers without login."""
    return _matches(page_of(path), _OPEN)


def least_role(method: str, path: str, identity: Capabilities) -> Role:
    """The least role that token firmware asks for."""
    _, mark, query = path.partition("?")
    page = ALIASES.get(page_of(path), page_of(path))
    endpoint = find_endpoint(f"{page}{mark}{query}", identity.firmware)
    if endpoint is not None:
        usual = endpoint.role_for(method)
    else:
        usual = _first(page, _ROLES) or Role.OWNER
        if method not in {"GET", "HEAD"}:
            usual = max(usual, _first(page, _WRITE_ROLES) or usual)
    return max(usual, _role_of_build(page, identity.firmware) or usual)


def _role_of_build(page: str, firmware: Firmware) -> Role | None:
    tables = (table for since, until, table in _ROLES_BY_FIRMWARE if since <= firmware < until)
    return next((role for table in tables if (role := _first(page, table)) is not None), None)


def digest_users(path: str, identity: Capabilities) -> frozenset[str]:
    """Who may ask firmware with digest login; nobody in particular where the path is open."""
    page = page_of(path)
    if _matches(page, _DIGEST_INSTALLER):
        return frozenset({"installer"})
    if identity.firmware < Firmware((4,)):
        is_closed = _matches(page, _DIGEST_CLOSED_3_9)
    else:
        is_closed = not _matches(page, _DIGEST_OPEN)
    return frozenset({"envoy", "installer"}) if is_closed else frozenset()


def _matches(page: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(page, pattern) for pattern in patterns)


def _first(page: str, table: Roles) -> Role | None:
    return next((role for pattern, role in table if fnmatchcase(page, pattern)), None)

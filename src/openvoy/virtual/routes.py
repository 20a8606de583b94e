"""Which process answers a path, and who may ask: the rules of endpoints.md 1.2, 4.1 and 4.11 as tables.

An endpoint that is declared in the registry says its role there; the tables hold what is not declared.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from openvoy.protocol.endpoint import Handler, Role
from openvoy.protocol.firmware import Capabilities, Firmware
from openvoy.protocol.registry import find_endpoint
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
_OPEN = (*_INFO, "/", "/home", "/login.html", "/auth/callback", "/auth/get_jwt", "/admin/lib/dba.json", *_STATIC)
"""Without login on every firmware. `/home` too: it is the login page of 7 and later."""

_ROLES: tuple[tuple[str, Role], ...] = (
    ("/installer/agf/details.json", Role.OWNER),
    ("/installer/agf/inverters_*", Role.PROVISIONING),
    ("/installer/*", Role.INSTALLER),
    ("/prov", Role.INSTALLER),
    ("/upload", Role.INSTALLER),
    ("/ivp/mod/*", Role.INSTALLER),
    ("/ivp/tpm/*", Role.INSTALLER),
    ("/ivp/meters/cts*", Role.INSTALLER),
    ("/ivp/meters/ctreversal/*", Role.INSTALLER),
    ("/ivp/meters/storage_setting*", Role.INSTALLER),
    ("/ivp/peb/newscan", Role.PROVISIONING),
    ("/ivp/peb/reportsettings", Role.SUPPORT),
    ("/ivp/peb/*", Role.INSTALLER),
    ("/ivp/zb/*status", Role.OWNER),
    ("/ivp/zb/*", Role.PROVISIONING),
    ("/ivp/ens_rest/*", Role.PROVISIONING),
    ("/ivp/ss/third_party/*", Role.PROVISIONING),
    ("/ivp/ss/load_control", Role.PROVISIONING),
    ("/ivp/sc/third_party_pv", Role.PROVISIONING),
    ("/ivp/sc/setp_override", Role.PROVISIONING),
    ("/ivp/ensemble/device_provision", Role.PROVISIONING),
    ("/ivp/ensemble/decommission", Role.PROVISIONING),
    ("/ivp/ensemble/reset_device/*", Role.PROVISIONING),
    ("/ivp/grest/profile/active", Role.OWNER),
    ("/ivp/grest/*", Role.PROVISIONING),
    ("/ivp/adc/relaxedparams/add", Role.ANYBODY),
    ("/ivp/adc/*", Role.PROVISIONING),
    ("/admin/lib/date_time_display.json", Role.PROVISIONING),
    ("/admin/lib/admin_*_display.json", Role.PROVISIONING),
    ("/datatab/admin_dcc_display_dt", Role.PROVISIONING),
    ("/admin*", Role.OWNER),
    ("/stream/psd", Role.PROVISIONING),
)
"""Least role of a token by path; the first match counts, without one an owner may ask."""

_ROLES_OF_7_6: tuple[tuple[str, Role], ...] = (("/stream/meter", Role.PROVISIONING),)

_WRITE_ROLES: tuple[tuple[str, Role], ...] = (
    ("/ivp/adc/*", Role.PROVISIONING),
    ("/ivp/meters/*", Role.INSTALLER),
    ("/ivp/ss/dpel", Role.INSTALLER),
    ("/ivp/ensemble/devices", Role.PROVISIONING),
    ("/ivp/firmware_manager/*", Role.INSTALLER),
    ("/ivp/arf/profile/*", Role.INSTALLER),
)
"""Least role of a token for everything but GET, where it is higher than that for reading."""

_DIGEST_OPEN = (
    *_OPEN,
    "/home.json",
    "/event*",
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
    return Handler.NATIVE if _matches(page, _NATIVE) else Handler.SCRIPTED


def is_open(path: str) -> bool:
    """Whether token firmware answers without login."""
    return _matches(page_of(path), _OPEN)


def least_role(method: str, path: str, identity: Capabilities) -> Role:
    """The least role that token firmware asks for."""
    page = page_of(path)
    endpoint = find_endpoint(path, identity.firmware)
    special = _ROLES_OF_7_6 if Firmware((7, 6)) <= identity.firmware < Firmware((8,)) else ()
    tabled = _first(page, (*special, *_ROLES))
    role = endpoint.role if endpoint is not None else Role.OWNER if tabled is None else tabled
    if method in {"GET", "HEAD"}:
        return role
    return max(role, _first(page, _WRITE_ROLES) or role)


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


def _first(page: str, table: tuple[tuple[str, Role], ...]) -> Role | None:
    return next((role for pattern, role in table if fnmatchcase(page, pattern)), None)

"""What a virtual gateway of a firmware does differently, apart from its login."""

from __future__ import annotations

from openvoy.protocol.firmware import Capabilities, Firmware, LoginKind

_METERED_LINE = Firmware((4,))
_NATIVE_SETTINGS = Firmware((8,))
_NATIVE_INFO = Firmware((8, 3))
_LOGIN_PAGE = Firmware((8, 3, 5200))
_PORT_80_CLOSED = Firmware((8, 3, 5286))
_COOKIE_WITH_EVERY_TOKEN = Firmware((8, 3, 5289))


def is_behind_nginx(identity: Capabilities) -> bool:
    """OpenResty in front: its headers, TLS, keep-alive, and the token asked for before anything is routed."""
    return identity.secure


def is_first_line(identity: Capabilities) -> bool:
    """3.x and before: no Connection header, no Date from the local pages."""
    return identity.firmware < _METERED_LINE


def has_only_json_labels(identity: Capabilities) -> bool:
    """XML and HTML are labelled application/json too: the old line, 3.7 and 3.17."""
    return is_first_line(identity) and identity.login is LoginKind.NONE


def has_native_settings(identity: Capabilities) -> bool:
    """Tariff and battery settings come from a native module, without Content-Type; before from a scripted page."""
    return identity.firmware >= _NATIVE_SETTINGS


def has_native_info(identity: Capabilities) -> bool:
    """The identity page comes without Content-Type."""
    return identity.firmware >= _NATIVE_INFO


def has_redirect_port(identity: Capabilities) -> bool:
    """Port 80 sends clients to HTTPS; before 7 it serves the gateway itself, later it is closed."""
    return is_behind_nginx(identity) and identity.firmware < _PORT_80_CLOSED


def has_start_page(identity: Capabilities) -> bool:
    """`/` leads to `/home`; it is 404 once port 80 is closed."""
    return identity.firmware < _PORT_80_CLOSED


def has_cookie_with_every_token(identity: Capabilities) -> bool:
    """Every reply to a Bearer token sets the session cookie, not only the token check."""
    return identity.firmware >= _COOKIE_WITH_EVERY_TOKEN


def login_page(identity: Capabilities) -> str:
    """Where the page of a refused request leads."""
    return "/login.html" if identity.firmware >= _LOGIN_PAGE else "/home"

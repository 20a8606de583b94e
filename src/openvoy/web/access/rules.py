"""What the configuration says about access."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.web.access.caller import Right


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """Rules beside the accounts."""

    allow_unprotected: bool = False
    """Other machines may look although there are no accounts."""
    proxy_header: str = ""
    """Header in which a trusted reverse proxy names the account that it has checked; "" where there is none."""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses from which that header is believed."""
    proxy_right: Right = Right.VIEWER
    """Of those whom the proxy names and who have no account here."""

"""What the configuration says about who reaches the dashboard, as the web side wants it."""

from __future__ import annotations

from openvoy.cli.config import WebConfig
from openvoy.web.access import AccessRules, Right
from openvoy.web.tls import Tls


def build_tls(web: WebConfig) -> Tls | None:
    """Build what the service shows over https; None where it speaks http."""
    if web.tls_certificate is None or web.tls_key is None:
        return None
    return Tls(certificate=web.tls_certificate, key=web.tls_key)


def build_access_rules(web: WebConfig) -> AccessRules:
    """Build the rules beside the accounts."""
    return AccessRules(
        allow_unprotected=web.allow_unprotected,
        proxy_header=web.proxy_user_header or "",
        proxies=web.proxies,
        proxy_right=Right.OWNER if web.proxy_right == "owner" else Right.VIEWER,
    )

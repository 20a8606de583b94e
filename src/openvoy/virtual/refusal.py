"""The refusal of a login that nothing can be done about."""

from __future__ import annotations

from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.virtual.pages import render_digest_refused, render_token_refused
from openvoy.virtual.routes import handler_of
from openvoy.virtual.source import Reply

_UNKNOWN_NONCE = "0"


def render_refused(identity: Capabilities, path: str) -> Reply:
    """Render a 401 as this generation does; no answer to its challenge is good."""
    if identity.login is LoginKind.TOKEN:
        return render_token_refused(identity)
    challenge = f'Digest qop="auth", realm="enphaseenergy.com", nonce="{_UNKNOWN_NONCE}"'
    return render_digest_refused(identity, challenge, handler_of(path, identity))

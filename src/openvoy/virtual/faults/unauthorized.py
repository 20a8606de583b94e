"""Single endpoints that refuse a good login (Q45)."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.virtual.faults import fault
from openvoy.virtual.pages import render_digest_refused, render_token_refused
from openvoy.virtual.source import Reply

_UNKNOWN_NONCE = "0"


@fault("unauthorized")
@dataclass(frozen=True, slots=True)
class Unauthorized:
    """Answers 401, logged in or not."""

    path: str | None = None

    def spoil(self, reply: Reply, identity: Capabilities) -> Reply:
        """Refuse as this generation does."""
        if identity.login is LoginKind.TOKEN:
            return render_token_refused(identity)
        challenge = f'Digest qop="auth", realm="enphaseenergy.com", nonce="{_UNKNOWN_NONCE}"'
        return render_digest_refused(identity, challenge, reply.handler)

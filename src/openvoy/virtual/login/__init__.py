"""What a virtual gateway asks of its clients before it answers, by generation."""

from __future__ import annotations

from collections.abc import Callable

from openvoy.ports import Clock
from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.virtual.login.digest import DigestGate
from openvoy.virtual.login.gate import Gate, OpenGate
from openvoy.virtual.login.sessions import SessionBook
from openvoy.virtual.login.token import TokenGate
from openvoy.virtual.login.tokens import TokenAuthority


def build_gate(
    identity: Capabilities,
    *,
    clock: Clock,
    authority: TokenAuthority,
    passwords: dict[str, str],
    random_bytes: Callable[[int], bytes],
    idle_limit_s: Callable[[], float],
) -> Gate:
    """Build the login of this identity; `passwords` are those of digest users, `authority` signs and checks tokens."""
    if identity.login is LoginKind.NONE:
        return OpenGate()
    if identity.login is LoginKind.DIGEST:
        return DigestGate(identity, passwords, clock=clock, random_bytes=random_bytes)
    sessions = SessionBook(clock, random_bytes, idle_limit_s=idle_limit_s)
    return TokenGate(identity, authority, sessions, clock=clock)

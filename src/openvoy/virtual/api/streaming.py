"""What an event stream needs: the site at any second, and a way to wait for the next one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from openvoy.virtual.api.moment import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A site as it goes on."""

    now: Callable[[], Moment]
    sleep: Callable[[float], Awaitable[None]]
    """Waits by the gateway's clock."""


Stream = Callable[[Follow], AsyncIterator[bytes]]
"""Gives pieces of an event stream, for ever."""

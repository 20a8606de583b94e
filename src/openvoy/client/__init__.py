"""Talks to a gateway: `Gateway` is the door, `transport` the only file that knows the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openvoy.client.clock import SystemClock
from openvoy.client.pins import FilePinStore, MemoryPinStore, PinStore

if TYPE_CHECKING:
    from openvoy.client.gateway import Gateway

__all__ = ["FilePinStore", "Gateway", "MemoryPinStore", "PinStore", "SystemClock"]


def __getattr__(name: str) -> object:
    if name == "Gateway":
        from openvoy.client.gateway import Gateway  # noqa: PLC0415 - an address can be read without the network

        return Gateway
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

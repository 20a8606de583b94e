"""Talks to a gateway: `Gateway` is the door, `transport` the only file that knows the network."""

from openvoy.client.clock import SystemClock
from openvoy.client.gateway import Gateway
from openvoy.client.pins import FilePinStore, MemoryPinStore, PinStore

__all__ = ["FilePinStore", "Gateway", "MemoryPinStore", "PinStore", "SystemClock"]

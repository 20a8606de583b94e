"""Asking a gateway who it is, without any login."""

from __future__ import annotations

from openvoy.cli.folders import data_folder
from openvoy.client.address import parse_address
from openvoy.client.connect import fetch_identity
from openvoy.client.gateway import build_transport
from openvoy.client.pins import FilePinStore
from openvoy.ports import Clock
from openvoy.protocol.firmware import Capabilities


async def fetch_capabilities(host: str, clock: Clock) -> Capabilities:
    """Read the identity page; raise what the client raises."""
    pins = FilePinStore(data_folder() / "certificates.json")
    found = await fetch_identity(parse_address(host), lambda origin: build_transport(origin, pins=pins, clock=clock))
    await found.transport.close()
    return found.capabilities

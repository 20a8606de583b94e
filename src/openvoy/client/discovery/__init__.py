"""Finding gateways on the local network."""

from openvoy.client.discovery.found import Announced, FoundGateway, merge

__all__ = ["Announced", "FoundGateway", "merge"]

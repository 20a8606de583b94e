"""Record numbers of devices, as the gateway lays them out (endpoints.md 1.7)."""

from __future__ import annotations

GATEWAY_EID = 603980032
INVERTER_BASE = 0x21000000
CONTROLLER_BASE = 0x41000010
INVERTER_CHANNEL_BASE = 0x61000011
Q_RELAY_BASE = 0x2C000000
Q_RELAY_CHANNEL_BASE = 0x6C000011


def inverter_eid(place: int) -> int:
    """Give the record number of a microinverter, counted from 0."""
    return INVERTER_BASE + 256 * (place + 1)


def controller_eid(place: int) -> int:
    """Give the record number of its controller."""
    return CONTROLLER_BASE + 256 * (place + 1)


def inverter_channel_eid(place: int) -> int:
    """Give the record number of its channel."""
    return INVERTER_CHANNEL_BASE + 256 * (place + 1)


def q_relay_eid(place: int) -> int:
    """Give the record number of a Q-relay, counted from 0."""
    return Q_RELAY_BASE + 256 * (place + 1)


def q_relay_channel_eid(place: int) -> int:
    """Give the record number of its channel."""
    return Q_RELAY_CHANNEL_BASE + 256 * (place + 1)

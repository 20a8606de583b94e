"""Replies built from JSON, as a gateway would have sent them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from openvoy.errors import EndpointMissing
from openvoy.model import Snapshot
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.identity import Info
from openvoy.protocol.endpoints.meters import METER_READINGS, METERS
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate import build_snapshot

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
PRODUCTION, CONSUMPTION, STORAGE = 704643328, 704643584, 704643840


def capabilities(software: str = "D8.2.4345", *, imeter: bool | None = True) -> Capabilities:
    return build_capabilities(Info(serial="122200000001", software=software, imeter=imeter))


def replies(**members: Any) -> Replies:
    """Take replies by endpoint name; an exception stands for itself, None for an endpoint that is not there."""
    from openvoy.protocol.registry import REGISTRY  # noqa: PLC0415 - keeps the helper's imports few

    noted = Replies()
    for name, value in members.items():
        endpoint: Endpoint[Any] = REGISTRY[name]
        if value is None:
            noted.note(endpoint, EndpointMissing(f"{name} is not there"))
        elif isinstance(value, Exception):
            noted.note(endpoint, value)  # type: ignore[arg-type]  # errors of the tree
        else:
            noted.note(endpoint, endpoint.decode(json.dumps(value).encode()))
    return noted


def meter(eid: int, measurement: str, state: str = "enabled", phase_count: int = 1) -> dict[str, Any]:
    return {"eid": eid, "state": state, "measurementType": measurement, "phaseMode": "three", "phaseCount": phase_count}


def reading(eid: int, power_w: float, delivered_wh: float = 1000.0, received_wh: float = 0.0) -> dict[str, Any]:
    values = {"timestamp": 1780315200, "activePower": power_w, "actEnergyDlvd": delivered_wh}
    values |= {"actEnergyRcvd": received_wh, "pwrFactor": 1.0, "voltage": 230.0}
    return {"eid": eid, **values, "channels": [{"eid": eid + 1, **values}] * 3}


def snapshot(noted: Replies, known: Capabilities | None = None) -> Snapshot:
    return build_snapshot(capabilities() if known is None else known, noted, AT)


__all__ = [
    "AT",
    "CONSUMPTION",
    "METERS",
    "METER_READINGS",
    "PRODUCTION",
    "STORAGE",
    "capabilities",
    "meter",
    "reading",
    "replies",
    "snapshot",
]

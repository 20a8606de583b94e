"""Little-known parts of the interval database; their bodies were never recorded."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll
from openvoy.protocol.endpoints.inverters import LastReading
from openvoy.protocol.endpoints.production import ProductionTotals
from openvoy.protocol.firmware import parse_firmware


class PdmState(WireStruct):
    """State of the database; nothing is known to stand in it."""

    snapshot_s: Annotated[float | None, doc("s", "Unix time of the last interval snapshot")] = said("last_interval")


CONSUMPTION_V1: Endpoint[ProductionTotals] = Endpoint(
    name="consumption_v1",
    path="/api/v1/energy",
    summary="Consumption of the last interval, today, seven days and lifetime; body unrecorded.",
    reply=ProductionTotals,
    handler=Handler.EMUWEB,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


PDM_STATE: Endpoint[PdmState] = Endpoint(
    name="pdm_state",
    path="/ivp/pdm/status",
    summary="State of the interval database; body unrecorded.",
    reply=PdmState,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


PDM_KINDS: Endpoint[tuple[str, ...]] = Endpoint(
    name="pdm_kinds",
    path="/ivp/pdm/device_types",
    summary="Kinds of devices in the interval database; body unrecorded.",
    reply=tuple[str, ...],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


PDM_READINGS: Endpoint[tuple[LastReading, ...]] = Endpoint(
    name="pdm_readings",
    path="/ivp/pdm/reading",
    summary="Interval records of one channel, by ?eid=; body unrecorded.",
    reply=tuple[LastReading, ...],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)

"""Limits on production and export."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.firmware import parse_firmware


class PvLimit(WireStruct):
    """Limit of the array."""

    enabled: Annotated[bool | None, doc("", "in force")] = said("enable")
    limit_pct: Annotated[float | None, doc("%", "of rated power")] = said("pv_limit_pct")


class ExportLimit(WireStruct):
    """Power export limit (PEL); older firmware says only whether it is on."""

    enabled: Annotated[bool | None, doc("", "in force")] = said("PEL")
    hard: Annotated[bool | None, doc("", "hard limit")] = said("Hard_PEL")
    soft: Annotated[bool | None, doc("", "soft limit")] = said("Soft_PEL")
    kind: Annotated[str | None, doc("", "Aggregate or by phase")] = said("Export_Limit_Type")
    in_percent: Annotated[bool | None, doc("", "the limit is in %")] = said("percent")
    in_apparent: Annotated[bool | None, doc("", "the limit is in VA")] = said("apparent")
    limit: Annotated[float | None, doc("", "W, VA or %, see above")] = said("PEL_Limit")
    loss_ms: Annotated[float | None, doc("ms", "tolerated silence")] = said("Comm_Time_Loss")
    soft_response_ms: Annotated[float | None, doc("ms", "response time")] = said("Resp_Time_SoftPEL")
    hard_response_ms: Annotated[float | None, doc("ms", "response time")] = said("Resp_Time_HardPEL")
    hard_reset_ms: Annotated[float | None, doc("ms", "reset time")] = said("msReset_HardPEL")
    deadband: Annotated[float | None, doc("", "in the limit's unit")] = said("PEL_db")


PV_LIMIT: Endpoint[PvLimit] = Endpoint(
    name="pv_limit",
    path="/ivp/sc/pvlimit",
    summary="Limit of the array, in percent.",
    reply=PvLimit,
    request=PvLimit,
    methods=("GET", "POST"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


EXPORT_LIMIT: Endpoint[ExportLimit] = Endpoint(
    name="export_limit",
    path="/ivp/ss/pel_settings",
    summary="Power export limit.",
    reply=ExportLimit,
    request=ExportLimit,
    methods=("GET", "POST"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)

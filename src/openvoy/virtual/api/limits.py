"""Limits on production and export; none is in force."""

from __future__ import annotations

from openvoy.protocol.endpoints.limits import EXPORT_LIMIT, PV_LIMIT, ExportLimit, PvLimit
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT


def build_pv_limit(_moment: Moment) -> PvLimit:
    """Build the limit of the array."""
    return PvLimit(enabled=False, limit_pct=100)


def build_export_limit(moment: Moment) -> ExportLimit:
    """Build the export limit; before 8 it says only that there is none."""
    if moment.firmware < EIGHT:
        return ExportLimit(enabled=False)
    return ExportLimit(
        enabled=False,
        hard=False,
        soft=False,
        kind="Aggregate",
        in_percent=False,
        in_apparent=False,
        limit=0.0,
        loss_ms=0.0,
        soft_response_ms=0.0,
        hard_response_ms=0.0,
        hard_reset_ms=0.0,
        deadband=0.0,
    )


RENDER = {PV_LIMIT: build_pv_limit, EXPORT_LIMIT: build_export_limit}

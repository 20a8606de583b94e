"""Live values of a gateway that the cloud never provisioned for them: zeros, last updated in 1970."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openvoy.codec import WireStruct, changed
from openvoy.protocol.endpoints.livedata import LIVEDATA_METERS, LIVEDATA_STATUS, LiveMeters, LiveStatus
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault


@fault("livedata-never", "Q70")
@dataclass(frozen=True, kw_only=True)
class LivedataNever(DataFault):
    """Says 0 for every live value."""

    def edits(self, stage: Stage) -> Edits:
        """Empty the values."""
        return {LIVEDATA_STATUS: _never, LIVEDATA_METERS: _zeros}


def _never(status: LiveStatus) -> LiveStatus:
    return changed(status, meters=None if status.meters is None else _zeros(status.meters))


def _zeros(meters: LiveMeters) -> LiveMeters:
    zeroed: LiveMeters = _zero(meters)
    return zeroed


def _zero(value: Any) -> Any:
    if isinstance(value, WireStruct):
        return changed(value, **{name: _zero(getattr(value, name)) for name in value.__struct_fields__})
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return 0 if is_number else value

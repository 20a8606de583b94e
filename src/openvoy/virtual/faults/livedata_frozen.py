"""Live values that stand still: without the stream the gateway shows the last ones it had, and says so."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.livedata import LIVEDATA_METERS, LIVEDATA_STATUS, LiveStatus
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault

_INFO = "Last available status data shown. Live stream not enabled."


@fault("livedata-frozen", "Q70")
@dataclass(frozen=True, kw_only=True)
class LivedataFrozen(DataFault):
    """Keeps the live values of the first request, whether the stream is switched on or not."""

    def edits(self, stage: Stage) -> Edits:
        """Keep the values."""

        def in_status(status: LiveStatus) -> LiveStatus:
            meters = stage.memory.setdefault("meters", status.meters)
            connection = None if status.connection is None else changed(status.connection, stream="disabled")
            return changed(status, connection=connection, meters=meters, info=_INFO)

        return {
            LIVEDATA_STATUS: in_status,
            LIVEDATA_METERS: lambda meters: stage.memory.setdefault("meters", meters),
        }

"""Who is handed data on to."""

from __future__ import annotations

from collections.abc import Sequence

from openvoy.ports import ExporterStatus
from openvoy.web.backend import Backend
from openvoy.web.operation import Operation


async def list_exporters(backend: Backend) -> Sequence[ExporterStatus]:
    """All exporters, and how their receivers are served."""
    return backend.exporters.statuses()


OPERATIONS = (Operation(path="/api/v1/exporters", handler=list_exporters, tag="Now"),)

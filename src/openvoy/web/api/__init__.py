"""The operations of the HTTP API, one module a subject: a new one is a module with `OPERATIONS` and a line here."""

from __future__ import annotations

from openvoy.web.api import (
    access,
    compared,
    control,
    costs,
    devices,
    events,
    exporters,
    health,
    history,
    live,
    meters,
    now,
    panels,
    setup,
    start,
    today,
)
from openvoy.web.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *access.OPERATIONS,
    *start.OPERATIONS,
    *now.OPERATIONS,
    *live.OPERATIONS,
    *today.OPERATIONS,
    *compared.OPERATIONS,
    *history.OPERATIONS,
    *panels.OPERATIONS,
    *meters.OPERATIONS,
    *devices.OPERATIONS,
    *costs.OPERATIONS,
    *events.OPERATIONS,
    *control.OPERATIONS,
    *exporters.OPERATIONS,
    *setup.OPERATIONS,
    *health.OPERATIONS,
)

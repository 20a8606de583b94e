"""The event log, row by row."""

from __future__ import annotations

from openvoy.codec import each
from openvoy.model.log import LogEntry
from openvoy.protocol.endpoints.devices import Table

_COLUMNS = 5


def build_log(table: Table) -> tuple[LogEntry, ...]:
    """Build the entries in the gateway's order, newest first; a row without number and text is none."""
    rows = ([*row, *[""] * _COLUMNS][:_COLUMNS] for row in each(table.rows))
    return tuple(
        LogEntry(
            id=number.strip(),
            text=" ".join(text.split()),
            serial=serial.strip() or None,
            device=device.strip() or None,
            local_time=time.strip() or None,
        )
        for number, text, serial, device, time in rows
        if number.strip() and text.strip()
    )

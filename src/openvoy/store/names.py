"""Whose a row is, in words: the names that stand beside ids in sealed files, and that outsiders are told."""

from __future__ import annotations

from collections.abc import Mapping

from openvoy.store import tables
from openvoy.store.tables import Table

_OF_GATEWAY = {"gateway": "gateway.serial"}
_OF_METER = {**_OF_GATEWAY, "eid": "meter.eid", "channel": "meter.channel"}
_OF_DEVICE = {**_OF_GATEWAY, "serial": "device.serial"}
_OF_ANY_DEVICE = {**_OF_DEVICE, "kind": "device.kind"}
_OF_SOURCE = {
    **_OF_GATEWAY,
    **{name: f"counter_source.{name}" for name in ("quantity", "endpoint", "block", "device")},
}

_OWNERS = {"gateway_id": "gateway", "meter_id": "meter", "device_id": "device", "source_id": "counter_source"}

NAMES: Mapping[Table, Mapping[str, str]] = {
    table: {
        "gateway_id": _OF_GATEWAY,
        "meter_id": _OF_METER,
        "device_id": _OF_ANY_DEVICE if table is tables.DEVICE_ENERGY else _OF_DEVICE,
        "source_id": _OF_SOURCE,
    }[table.key[0]]
    for table in tables.SERIES
}
"""Expressions of the names by what they are called, of each table."""


def joined(table: Table, rows: str | None = None) -> str:
    """The source of a table's rows (or of `rows`, which have its name) with the tables that `NAMES` needs."""
    owner = _OWNERS[table.key[0]]
    source = f"{rows or table.name} JOIN {owner} ON {owner}.id = {table.name}.{table.key[0]}"
    return source if owner == "gateway" else f"{source} JOIN gateway ON gateway.id = {owner}.gateway_id"

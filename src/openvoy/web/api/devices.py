"""All devices that were ever seen, and the gateway's own log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from openvoy.codec import doc
from openvoy.model.log import LogEntry
from openvoy.web.backend import Backend
from openvoy.web.operation import GatewayName, Operation
from openvoy.web.problems import BadQuery, NothingThere
from openvoy.web.query import find_gateway, find_serial

MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A device as history knows it; first and last seen are Unix seconds."""

    gateway: str
    kind: str
    serial: str
    part_number: str | None
    firmware: str | None
    first_seen: int
    last_seen: int


async def list_devices(backend: Backend, *, gateway: GatewayName = None) -> Sequence[KnownDevice]:
    """Devices that were ever seen, removed ones too, by kind and serial."""
    found: Any = await backend.store.read_devices(gateway=await find_serial(backend.feed, backend.store, gateway))
    names = tuple(found)
    return [KnownDevice(**dict(zip(names, row, strict=True))) for row in zip(*found.values(), strict=True)]


async def read_gateway_log(
    backend: Backend,
    *,
    limit: Annotated[int, doc("", "How many, 1 to 200.")] = 50,
    gateway: GatewayName = None,
) -> Sequence[LogEntry]:
    """The newest entries of the gateway's own log; it is asked for them, which takes it seconds."""
    if not 1 <= limit <= MOST_ENTRIES:
        raise BadQuery(f"limit is {limit}.", hint=f"Give a limit of 1 to {MOST_ENTRIES}.")
    if backend.logbook is None:
        raise NothingThere("This service does not read logs of gateways.", hint="Start it with `openvoy run`.")
    return await backend.logbook.fetch_log(find_gateway(backend.feed, gateway).name, limit=limit)


OPERATIONS = (
    Operation(path="/api/v1/devices", handler=list_devices, tag="Now"),
    Operation(path="/api/v1/gateway/log", handler=read_gateway_log, tag="Now"),
)

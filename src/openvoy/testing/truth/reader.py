"""A reader that asks a virtual gateway in the same process, faults included, without network and login."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from openvoy.codec import changed, each
from openvoy.errors import GatewayUnreachable
from openvoy.protocol.endpoint import Decoded, Endpoint
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.endpoints.meters import METER_READINGS, ChannelReading, MeterReading
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request, Response
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.status import check_status
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.source import Reply

T = TypeVar("T")
Counted = TypeVar("Counted", MeterReading, ChannelReading)


@dataclass(frozen=True, slots=True)
class Successor:
    """Another gateway in the place of the first: a new serial number, and meters that count from 0."""

    serial: str
    before: tuple[MeterReading, ...] = ()
    """What the first one read last."""

    def disguise(self, endpoint: Endpoint[Any], value: Any) -> Any:
        """Let a reply be this gateway's."""
        if endpoint is INFO:
            return changed(value, serial=self.serial)
        return tuple(self._lowered(row) for row in value) if endpoint is METER_READINGS else value

    def _lowered(self, row: MeterReading) -> MeterReading:
        channels = None if row.channels is None else tuple(self._less(one) for one in row.channels)
        return changed(self._less(row), channels=channels)

    def _less(self, row: Counted) -> Counted:
        counted: list[MeterReading | ChannelReading] = [*self.before]
        counted += [channel for reading in self.before for channel in each(reading.channels)]
        base = next((one for one in counted if one.eid == row.eid), None)
        if base is None:
            return row
        return changed(
            row,
            delivered_wh=_difference(row.delivered_wh, base.delivered_wh),
            received_wh=_difference(row.received_wh, base.received_wh),
        )


def _difference(value: float | None, base: float | None) -> float | None:
    return value if value is None or base is None else round(value - base, 3)


class InProcessReader:
    """Implements `ports.Reader` over a source and its faults."""

    def __init__(self, source: SiteSource, board: FaultBoard) -> None:
        self._source = source
        self._board = board
        self.successor: Successor | None = None
        self._meters: tuple[MeterReading, ...] = ()
        self.is_away = False
        """Nothing answers: the gateway, the network or the house is without power."""

    async def connect(self) -> Capabilities:
        """Read what the gateway is."""
        return build_capabilities((await self.fetch(INFO)).value)

    async def fetch(self, endpoint: Endpoint[T], *, timeout_s: float | None = None) -> Decoded[T]:  # noqa: ARG002
        """Read one endpoint; what would take too long is not there."""
        if self.is_away:
            raise GatewayUnreachable("Nothing answers.")
        request = Request(path=endpoint.path)
        visit = await self._board.visit(request)
        admitted = await visit.admit()
        reply = await visit.spoil(admitted if isinstance(admitted, Reply) else await self._source.reply(admitted))
        if reply.resets:
            raise GatewayUnreachable("The connection was reset.")
        headers = {name.lower(): value for name, value in reply.headers}
        check_status(
            Response(status=reply.status, headers=headers, body=reply.body), gateway="virtual", path=endpoint.path
        )
        decoded = endpoint.decode(reply.body)
        if endpoint is METER_READINGS and self.successor is None:
            self._meters = tuple(each(cast("tuple[MeterReading, ...]", decoded.value)))
        if self.successor is not None:
            decoded = replace(decoded, value=self.successor.disguise(endpoint, decoded.value))
        return decoded

    def replace(self, serial: str) -> None:
        """Let another gateway take the place of this one, with meters that have gone on counting."""
        self.successor = Successor(serial, self._meters)

    async def close(self) -> None:
        """Nothing is open."""

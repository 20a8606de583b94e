"""The gateways' own event logs: slow pages, read when a person asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from openvoy.model.log import LogEntry


@runtime_checkable
class LogReader(Protocol):
    """A reader of one gateway that can also read its log."""

    async def fetch_log(self, *, limit: int = 50) -> Sequence[LogEntry]:
        """Fetch the newest entries; raises an OpenvoyError whose `remedy` says what helps."""
        ...


class Logbook(Protocol):
    """The logs of all gateways of a service."""

    async def fetch_log(self, gateway: str, *, limit: int) -> Sequence[LogEntry]:
        """Fetch the newest entries of the gateway of this name; raises as `LogReader` does."""
        ...

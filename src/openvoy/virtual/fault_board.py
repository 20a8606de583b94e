"""The faults that are switched on."""

from __future__ import annotations

from dataclasses import asdict
from fnmatch import fnmatchcase

from openvoy.protocol.firmware import Capabilities
from openvoy.virtual.faults import Fault
from openvoy.virtual.routes import page_of
from openvoy.virtual.source import Reply


class FaultBoard:
    """Switches faults and lets them spoil replies, in the order in which they were switched on."""

    def __init__(self, identity: Capabilities) -> None:
        self._identity = identity
        self._active: dict[tuple[str, str | None], Fault] = {}

    def switch_on(self, name: str, fault: Fault) -> None:
        """Switch a fault on; one of the same name and path is replaced."""
        self._active[name, fault.path] = fault

    def switch_off(self, name: str | None = None) -> None:
        """Switch the faults of this name off, or all."""
        self._active = {key: fault for key, fault in self._active.items() if name not in {None, key[0]}}

    def spoil(self, path: str, reply: Reply) -> Reply:
        """Give the reply that goes out at this path."""
        for fault in tuple(self._active.values()):
            if fault.path is None or fault.path == path or fnmatchcase(page_of(path), fault.path):
                reply = fault.spoil(reply, self._identity)
        return reply

    def report(self) -> list[dict[str, object]]:
        """Give name and options of the active faults, JSON-ready."""
        return [{"name": name, **asdict(fault)} for (name, _), fault in self._active.items()]

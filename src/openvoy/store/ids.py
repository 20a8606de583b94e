"""Small whole numbers instead of texts that would repeat in every row."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from openvoy.store.database import Session
from openvoy.store.rows import Owner


class Dimension:
    """The ids of one table of names. New ones count once the transaction that writes them is kept."""

    def __init__(self, session: Session, table: str, columns: tuple[str, ...]) -> None:
        """Read what is known."""
        self._table = table
        rows = session.rows(f"SELECT {', '.join(columns)}, id FROM {table}")
        self._known: dict[Owner, int] = {row[:-1]: row[-1] for row in rows}
        self._fresh: dict[Owner, int] = {}

    def id_of(self, *names: str | int) -> int:
        """Give the id of a name, a new one if it was not met before."""
        found = self._known.get(names)
        if found is None:
            found = self._fresh.setdefault(names, len(self._known) + len(self._fresh) + 1)
        return found

    @property
    def has_new(self) -> bool:
        """Whether there are new names."""
        return bool(self._fresh)

    def write(self, session: Session) -> None:
        """Write the new names."""
        if self._fresh:
            session.inserter(self._table).put([(number, *names) for names, number in self._fresh.items()])

    def keep(self) -> None:
        """Take the new names for known: they are written."""
        self._known.update(self._fresh)
        self._fresh.clear()

    def forget(self) -> None:
        """Take back the new names: they were not written."""
        self._fresh.clear()


class Device(NamedTuple):
    """One row of the table of devices, without its sequence."""

    id: int
    gateway_id: int
    kind: str
    serial: str
    part_number: str | None
    firmware: str | None
    first_seen: datetime
    last_seen: datetime


class Devices:
    """All devices that were ever seen, by gateway, kind and serial."""

    def __init__(self, session: Session) -> None:
        rows = session.rows(f"SELECT {', '.join(Device._fields)} FROM device")
        self._known = {row[1:4]: Device(*row) for row in rows}
        self._changed: dict[tuple[int, str, str], Device] = {}

    def see(
        self,
        key: tuple[int, str, str],
        at: datetime,
        *,
        part_number: str | None = None,
        firmware: str | None = None,
    ) -> None:
        """Take down that a device was there; what is not said of it stays as it was."""
        known = self._find(key)
        if known is None:
            number = len(self._known.keys() | self._changed.keys()) + 1
            self._changed[key] = Device(number, *key, part_number, firmware, at, at)
            return
        device = known._replace(
            part_number=known.part_number if part_number is None else part_number,
            firmware=known.firmware if firmware is None else firmware,
            first_seen=min(known.first_seen, at),
            last_seen=max(known.last_seen, at),
        )
        if device != known:
            self._changed[key] = device

    def id_of(self, key: tuple[int, str, str], at: datetime) -> int:
        """Give the id of a device; one that was not met before is seen now."""
        found = self._find(key)
        if found is None:
            self.see(key, at)
            found = self._changed[key]
        return found.id

    def _find(self, key: tuple[int, str, str]) -> Device | None:
        return self._changed.get(key) or self._known.get(key)

    @property
    def has_new(self) -> bool:
        """Whether a device was met for the first time."""
        return not self._changed.keys() <= self._known.keys()

    def changed(self) -> list[Device]:
        """Devices that are to be written."""
        return list(self._changed.values())

    def keep(self) -> None:
        """Take the changes for known: they are written."""
        self._known.update(self._changed)
        self._changed.clear()

    def forget(self) -> None:
        """Take back the changes: they were not written."""
        self._changed.clear()


class Ids:
    """All names together, of the one writer."""

    def __init__(self, session: Session) -> None:
        self._gateways = Dimension(session, "gateway", ("serial",))
        self._meters = Dimension(session, "meter", ("gateway_id", "eid", "channel"))
        self._sources = Dimension(session, "counter_source", ("gateway_id", "quantity", "endpoint", "block", "device"))
        self.devices = Devices(session)

    def id_of(self, owner: Owner, at: datetime) -> int:
        """Give the id of what a row belongs to, a new one if it was not met before."""
        kind, gateway, *names = owner
        gateway_id = self._gateways.id_of(gateway)
        match kind:
            case "gateway":
                return gateway_id
            case "meter":
                return self._meters.id_of(gateway_id, *names)
            case "source":
                return self._sources.id_of(gateway_id, *names)
            case _:
                return self.devices.id_of((gateway_id, str(kind), str(names[0])), at)

    def see(self, owner: Owner, at: datetime, *, part_number: str | None, firmware: str | None) -> None:
        """Take down that a device was there."""
        kind, gateway, serial = owner
        key = (self._gateways.id_of(gateway), str(kind), str(serial))
        self.devices.see(key, at, part_number=part_number, firmware=firmware)

    @property
    def has_new(self) -> bool:
        """Whether a name was met that is not kept yet."""
        return any(names.has_new for names in (self._gateways, self._meters, self._sources, self.devices))

    def write(self, session: Session) -> None:
        """Write new names; devices are the ledger's, they have a sequence."""
        for dimension in (self._gateways, self._meters, self._sources):
            dimension.write(session)

    def keep(self) -> None:
        """Take what is new for known."""
        for names in (self._gateways, self._meters, self._sources, self.devices):
            names.keep()

    def forget(self) -> None:
        """Take back what is new."""
        for names in (self._gateways, self._meters, self._sources, self.devices):
            names.forget()

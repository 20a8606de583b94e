"""One gateway's books: what its counters amount to, and what of it becomes history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from openvoy.collector.ledger import SILENT_AFTER
from openvoy.collector.recording import Recorder
from openvoy.model import CounterSource, RawCounter, Snapshot, Storage
from openvoy.model.accounting import Accountant, FeedMeter, Freshness, Integrator
from openvoy.model.records import Batch, EnergyRecord

LastReading = tuple[CounterSource, float, datetime]


class Books:
    """Accounts snapshots and gives batches. The same whether a gateway is polled or a past is played again."""

    def __init__(
        self,
        gateway: str,
        firmware: str,
        *,
        accountant: Accountant | None = None,
        last: Sequence[LastReading] = (),
        last_at: datetime | None = None,
        kept: Sequence[EnergyRecord] = (),
        levels: Mapping[str, tuple[float, datetime]] | None = None,
        unkept_count: int = 0,
        silent_after: timedelta = SILENT_AFTER,
    ) -> None:
        """Begin, or go on from the last readings of all counters, the newest record's time and the last energies.

        `levels` are the last states of charge (%) by serial of a battery, and of all together by an empty one.
        `unkept_count` minutes were not kept since then, as the clock showed times that are not to be.
        Readings that are further apart than `silent_after` have a silence between them.
        """
        self.recorder = Recorder(gateway, firmware, last_at, kept, unkept_count=unkept_count, silent_after=silent_after)
        self.is_counted = False
        """Whether any counter was known in the last snapshot."""
        self._accountant = Accountant() if accountant is None else accountant
        self._freshness = Freshness()
        self._last = last
        self._levels = levels or {}
        self._battery = Integrator("discharge", "charge")
        self._generator = Integrator("generator")
        self._feed = FeedMeter()
        self._has_generated = any(source.quantity == "generator" for source, _, _ in last)
        self._batteries: dict[str, Integrator] = {}
        self._battery.resume(last, self._levels.get(""))
        self._generator.resume(last)
        self._feed.resume(last)

    def take(self, snapshot: Snapshot, *, is_new: bool) -> tuple[Snapshot, Batch | None]:
        """Take a snapshot; give it with accounted energies, and the batch of the minute that it ends, if it does."""
        at = snapshot.at
        fresh = self._freshness.sift(snapshot.counters, at.timestamp())
        counters = (*fresh, *self._integrated(snapshot), *self._fed(snapshot, fresh))
        accounted = self._accountant.account(counters, at, is_load_known=snapshot.power.load_w is not None)
        self.is_counted = bool(accounted.known)
        snapshot = replace(snapshot, energy=accounted.energy)
        if not is_new:
            self.recorder.note_notices(accounted.notices, at)
            return snapshot, None
        read_at = datetime.fromtimestamp(self._freshness.read_s, UTC)
        return snapshot, self.recorder.add(snapshot, accounted, counters, read_at=read_at)

    def _integrated(self, snapshot: Snapshot) -> Iterable[RawCounter]:
        """Add up the powers of what nothing counts."""
        at, power = snapshot.at, snapshot.power
        if snapshot.energy.charge_wh is None:
            storage = snapshot.storage or Storage()
            yield from self._battery.take(power.battery_w, at, soc_pct=storage.soc_pct, capacity_wh=storage.capacity_wh)
        if snapshot.energy.import_wh is None and (power.generator_w or self._has_generated):
            # A gateway that only knows whether a generator feeds says 0 or nothing: that is no measurement.
            self._has_generated = True
            yield from self._generator.take(power.generator_w, at)
        for battery in snapshot.batteries:
            integrator = self._batteries.get(battery.serial)
            if integrator is None:
                integrator = self._batteries[battery.serial] = Integrator("discharge", "charge", device=battery.serial)
                integrator.resume(self._last, self._levels.get(battery.serial))
            yield from integrator.take(battery.power_w, at, soc_pct=battery.soc_pct, capacity_wh=battery.capacity_wh)

    def _fed(self, snapshot: Snapshot, fresh: Sequence[RawCounter]) -> tuple[RawCounter, ...]:
        """Tell what the net meter counted of a generator."""
        grid, generator = snapshot.grid, snapshot.generator
        if grid is None or generator is None:
            return ()
        is_open = (grid.relay or "").startswith("open")
        return self._feed.take(fresh, snapshot.at, is_open=is_open, is_feeding=generator.state == "closed")

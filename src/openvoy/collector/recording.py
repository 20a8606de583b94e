"""From snapshots to what history keeps. One batch a minute: an SD card has to last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from openvoy.collector.jumps import SANE_FROM, Hold, is_held_back
from openvoy.collector.ledger import SILENT_AFTER, Ledger
from openvoy.collector.minutes import POWERS, MinuteMeans, powers_of
from openvoy.model import Battery, Inverter, RawCounter, Snapshot
from openvoy.model.accounting import Accounted, Notice
from openvoy.model.records import (
    Batch,
    BatteryRecord,
    DeviceRecord,
    EnergyRecord,
    EventRecord,
    GapRecord,
    InverterRecord,
    PowerRecord,
)

GAP_AFTER = timedelta(seconds=180)
"""A longer time without power values is a gap; shorter ones are bridged by the minute's mean."""

CAUGHT_UP = "clock.caught_up"
"""The event that tells what was not kept while the clock showed times that are not to be."""


class Recorder:
    """Turns one gateway's snapshots into batches."""

    def __init__(
        self,
        gateway: str,
        firmware: str,
        last_at: datetime | None = None,
        kept: Sequence[EnergyRecord] = (),
        *,
        unkept_count: int = 0,
        silent_after: timedelta = SILENT_AFTER,
    ) -> None:
        """Go on after `last_at`, the newest record that history has of this gateway, and its last energies.

        `unkept_count` minutes were not kept since then, as the clock showed times that are not to be.
        Readings that are further apart than `silent_after` have a silence between them.
        """
        self._gateway = gateway
        self._firmware = firmware
        self._last_at = last_at
        self._why_silent = "the service was not running"
        self._hold = Hold(unkept_count)
        self._is_after_hold = False
        self._means: MinuteMeans | None = None
        self._live: list[PowerRecord] = []
        self._events: list[EventRecord] = []
        self._gaps: list[GapRecord] = []
        self._ledger = Ledger(gateway, last_at, kept, silent_after=silent_after)
        self._ahead = timedelta(0)
        self._reported_at: dict[str, datetime] = {}
        self._devices: dict[str, DeviceRecord] = {}
        self._newest: Snapshot | None = None

    @property
    def held_until(self) -> datetime | None:
        """Past which time minutes are kept again; None: they are kept."""
        return self._hold.until

    def note_silence(self, reason: str) -> None:
        """Take down why values stay away, for the gap that may come of it."""
        self._why_silent = reason

    def note_firmware(self, firmware: str) -> None:
        """Take down that counters come from another firmware from now on."""
        self._firmware = firmware

    def note_clock(self, ahead_s: float) -> None:
        """Take down by how many seconds the gateway's clock is ahead of ours, 0 where they agree."""
        self._ahead = timedelta(seconds=ahead_s)

    def note_event(self, event: EventRecord) -> None:
        """Take down something that a person may want to know."""
        self._events.append(event)

    def note_notices(self, notices: Iterable[Notice], at: datetime) -> None:
        """Take down what accounting found."""
        for notice in notices:
            source = notice.source
            self._ledger.note_step(notice, at)
            if notice.is_dip:
                continue
            self.note_event(
                EventRecord(
                    gateway=self._gateway,
                    at=at,
                    kind=f"counter.{notice.step.value}",
                    subject=f"{source.quantity} {source.endpoint}/{source.block}/{source.device}",
                    text=f"The {source.quantity} counter went from {notice.before_wh:.0f} to {notice.after_wh:.0f} Wh.",
                    details={
                        "before_wh": notice.before_wh,
                        "after_wh": notice.after_wh,
                        "added_wh": round(notice.added_wh, 3),
                    },
                )
            )

    def add(
        self, snapshot: Snapshot, accounted: Accounted, counters: Sequence[RawCounter], *, read_at: datetime
    ) -> Batch | None:
        """Take a snapshot with what its counters amount to; give the batch of the minute that it ends, if it does.

        `read_at` is when the counters were read: powers that are streamed are newer.
        """
        if is_held_back(snapshot.at, self._last_at) or self._hold.has(snapshot.at):
            # Counters say later what happened meanwhile.
            self.note_notices(accounted.notices, self._last_at or SANE_FROM)
            if self._hold.note(snapshot.at, self._last_at):
                self._tell_hold()
            return self._hold_back()
        self._end_hold(snapshot.at)
        minute = snapshot.at.replace(second=0, microsecond=0)
        batch = self._close_minute() if self._means is not None and self._means.minute != minute else None
        powers = powers_of(snapshot)
        if powers.count(None) < len(powers):
            self._note_gap(snapshot.at)
            at = snapshot.at.replace(microsecond=0)
            values = dict(zip(POWERS, powers, strict=True))
            self._live.append(PowerRecord(gateway=self._gateway, at=at, interval_s=1, **values))
        if self._means is None:
            self._means = MinuteMeans(self._gateway, minute)
        self._means.add(snapshot, powers)
        self._newest = snapshot
        self.note_notices(accounted.notices, snapshot.at)
        self._ledger.take(accounted, counters, read_at, firmware=self._firmware)
        return batch

    def _tell_hold(self) -> None:
        """Have history know how many minutes are not kept: the service may end before they are kept again."""
        if self._last_at is not None and (text := self._hold.render()) is not None:
            self._gaps.append(GapRecord(gateway=self._gateway, start=self._last_at, end=self._last_at, reason=text))

    def _hold_back(self) -> Batch | None:
        """Give what had gathered when the clock was set back, and what is to be told."""
        batch = self.flush()
        if batch is None and (self._events or self._gaps):
            batch = Batch(events=tuple(self._events), gaps=tuple(self._gaps))
            self._events, self._gaps = [], []
        return batch

    def _end_hold(self, at: datetime) -> None:
        if (text := self._hold.end()) is not None:
            self._why_silent, self._is_after_hold = text, True
            told = f"Minutes are kept again. {text} Counters went on, so no energy is lost."
            self.note_event(EventRecord(gateway=self._gateway, at=at, kind=CAUGHT_UP, subject=self._gateway, text=told))

    def _note_gap(self, at: datetime) -> None:
        # What the clock showed twice takes no time in history, but is a gap all the same.
        if self._last_at is not None and (self._is_after_hold or at - self._last_at > GAP_AFTER):
            gap = GapRecord(gateway=self._gateway, start=self._last_at, end=at, reason=self._why_silent)
            self._gaps.append(gap)
            if self._is_after_hold:
                self._ledger.note_hole()
        self._last_at = at
        self._why_silent, self._is_after_hold = "no values arrived", False

    def flush(self) -> Batch | None:
        """Give what has gathered, counters as they stand included; None if that is nothing."""
        self._ledger.close()
        return self._close_minute()

    def _close_minute(self) -> Batch | None:
        means, snapshot = self._means, self._newest
        if means is None or snapshot is None:
            return None
        entries = self._ledger.take_entries()
        batch = replace(
            entries,
            live=tuple(self._live),
            power=(means.power(),) if self._live else (),
            meters=means.meters() if self._live else (),
            inverters=tuple(self._new_reports(snapshot.inverters)),
            batteries=tuple(self._battery(battery, snapshot.at) for battery in snapshot.batteries),
            devices=tuple(self._new_devices(snapshot)),
            events=tuple(self._events),
            gaps=tuple(self._gaps),
        )
        self._means = None
        self._live, self._events, self._gaps = [], [], []
        return batch

    def _new_reports(self, inverters: Iterable[Inverter]) -> Iterator[InverterRecord]:
        for inverter in inverters:
            if inverter.at is None or self._reported_at.get(inverter.serial) == inverter.at:
                continue
            self._reported_at[inverter.serial] = inverter.at
            yield InverterRecord(
                gateway=self._gateway,
                at=inverter.at - self._ahead,
                serial=inverter.serial,
                power_w=inverter.power_w,
                dc_voltage_v=inverter.dc_voltage_v,
                dc_current_a=inverter.dc_current_a,
                ac_voltage_v=inverter.ac_voltage_v,
                ac_current_a=inverter.ac_current_a,
                frequency_hz=inverter.frequency_hz,
                temperature_c=inverter.temperature_c,
            )

    def _battery(self, battery: Battery, at: datetime) -> BatteryRecord:
        return BatteryRecord(
            gateway=self._gateway,
            at=at.replace(second=0, microsecond=0),
            serial=battery.serial,
            soc_pct=battery.soc_pct,
            power_w=battery.power_w,
            temperature_c=battery.temperature_c,
        )

    def _new_devices(self, snapshot: Snapshot) -> Iterator[DeviceRecord]:
        for device in self._seen(snapshot):
            known = self._devices.get(device.serial)
            if known is None or (known.part_number, known.firmware) != (device.part_number, device.firmware):
                self._devices[device.serial] = device
                yield device

    def _seen(self, snapshot: Snapshot) -> Iterator[DeviceRecord]:
        gateway, at = snapshot.gateway, snapshot.at.replace(microsecond=0)
        yield self._device("gateway", gateway.serial, at, gateway.part_number, gateway.firmware)
        for meter in snapshot.meters:
            yield self._device("meter", str(meter.eid), at, meter.kind, None)
        for inverter in snapshot.inverters:
            yield self._device("inverter", inverter.serial, at, inverter.part_number, inverter.firmware)
        for battery in snapshot.batteries:
            yield self._device("battery", battery.serial, at, battery.part_number, battery.firmware)
        for controller in snapshot.controllers:
            is_main = snapshot.grid is not None and controller.serial == snapshot.grid.controller
            kind = "controller" if is_main else controller.kind
            yield self._device(kind, controller.serial, at, controller.part_number, controller.firmware)

    def _device(
        self, kind: str, serial: str, at: datetime, part_number: str | None, firmware: str | None
    ) -> DeviceRecord:
        return DeviceRecord(
            gateway=self._gateway, at=at, kind=kind, serial=serial, part_number=part_number, firmware=firmware
        )

"""A day of a home in which no two values are alike, and some are not known."""

from __future__ import annotations

from datetime import datetime, timedelta

from openvoy.model.records import (
    Batch,
    DeviceEnergyRecord,
    DeviceRecord,
    EnergyRecord,
    EventRecord,
    InverterRecord,
    MeterRecord,
)
from tests.e2e.home import PANELS, SERIAL

STEP = timedelta(minutes=10)
GONE = "482100009999"
"""A panel that history knows and the gateway no longer lists."""
METERS = {704643328: (1.0, 0.98), 704643584: (-0.35, 0.91)}
"""Records of production and grid, by which part of the sun they carry, and with which power factor."""


def a_day(midnight: datetime, now: datetime) -> Batch:
    """Build a day in which no two values are alike, and some are not known."""
    times = [midnight + STEP * number for number in range(int((now - midnight) / STEP) + 1)]
    serials = [f"4821{number:08}" for number in range(PANELS)]
    listed = [*((serial, "800-01331-r02", "521-00005") for serial in serials), (GONE, None, None)]
    return Batch(
        inverters=tuple(a_report(at, number) for at in times[30:] for number in range(PANELS)),
        device_energy=tuple(
            DeviceEnergyRecord(gateway=SERIAL, at=at, kind="inverter", serial=serial, energy_wh=5000.0 + watts * hours)
            for number, serial in enumerate(serials)
            for watts in (0 if number == 11 else 137.3 + 3.7 * number,)
            for at in times[::6]
            for hours in ((at - midnight) / timedelta(hours=1),)
        ),
        meters=tuple(a_reading(at, eid, channel) for at in times for eid in METERS for channel in range(4)),
        energy=tuple(an_hour(at, midnight) for at in times[::6]),
        devices=tuple(
            DeviceRecord(
                gateway=SERIAL, at=times[9], kind="inverter", serial=serial, part_number=part, firmware=firmware
            )
            for serial, part, firmware in listed
        ),
        events=tuple(
            EventRecord(gateway=SERIAL, at=at, kind=kind, subject=SERIAL, text=f"At {number}.")
            for number, (at, kind) in enumerate(
                zip(times, ("gateway.ok", "counter.wrap", "history.kept"), strict=False)
            )
        ),
    )


def a_report(at: datetime, number: int) -> InverterRecord:
    return InverterRecord(
        gateway=SERIAL,
        at=at,
        serial=f"4821{number:08}",
        power_w=None if number == 5 else 40.0 + 11 * number + at.minute,
        dc_voltage_v=30 + 0.25 * number,
        ac_voltage_v=231.5,
    )


def a_reading(at: datetime, eid: int, channel: int) -> MeterRecord:
    part, factor = METERS[eid]
    minutes = at.hour * 60 + at.minute
    return MeterRecord(
        gateway=SERIAL,
        at=at,
        eid=eid,
        channel=channel,
        active_power_w=part * (minutes * 3.1 + 97 * channel),
        power_factor=None if channel == 2 else factor - channel / 100,
        voltage_v=228.5 + channel + minutes / 120,
        current_a=minutes / 99,
        frequency_hz=50 + (minutes % 7 - 3) / 100,
    )


def an_hour(at: datetime, midnight: datetime) -> EnergyRecord:
    hours = (at - midnight) / timedelta(hours=1)
    return EnergyRecord(
        gateway=SERIAL,
        at=at,
        solar_wh=1003.7 * hours * hours,
        import_wh=204.1 * hours,
        export_wh=99.0 * hours,
        load_wh=603.3 * hours,
        residual_wh=31.7 * hours - 9.3 * hours * hours,
    )

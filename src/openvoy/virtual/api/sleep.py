"""Batteries that were put to sleep, of both generations."""

from __future__ import annotations

from dataclasses import replace

from openvoy.codec import each
from openvoy.protocol.endpoints.ensemble_service import STORAGE_SLEEP, SleepWindow, StorageSleep
from openvoy.protocol.endpoints.tariff import ACB_CONFIG, AcbConfig, SleepingBattery
from openvoy.virtual.api.call import Call, Outcome, Refused, settle
from openvoy.virtual.api.fleet import ac_batteries, batteries
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.settings.events import News

SUCCESS = {"message": "success"}


def build_ac_sleep(moment: Moment) -> AcbConfig:
    """Build the AC Batteries that sleep."""
    return AcbConfig(sleeping=moment.settings.storage.ac_asleep)


def write_ac_sleep(moment: Moment, call: Call) -> Outcome:
    """Put AC Batteries to sleep between two charges; 400 for a window or a serial number that is none."""
    rows = tuple(each(call.read(AcbConfig).sleeping))
    known = {unit.serial for unit in ac_batteries(moment)}
    if not rows or any(str(row.serial) not in known or not _is_window(row.min_pct, row.max_pct) for row in rows):
        raise Refused(400)
    storage = moment.settings.storage
    told = {str(row.serial): row for row in rows}
    kept = tuple(row for row in storage.ac_asleep if str(row.serial) not in told)
    news = tuple(News(text="AC Battery sleep mode: Set", serial=serial, device="acb") for serial in told)
    return settle(moment, value=SUCCESS, news=news, storage=replace(storage, ac_asleep=(*kept, *told.values())))


def wake_ac(moment: Moment, call: Call) -> Outcome:
    """Wake AC Batteries; 400 for a serial number that is none."""
    serials = {str(row.serial) for row in each(call.read(AcbConfig).sleeping)}
    if not serials or not serials <= {unit.serial for unit in ac_batteries(moment)}:
        raise Refused(400)
    storage = moment.settings.storage
    kept: tuple[SleepingBattery, ...] = tuple(row for row in storage.ac_asleep if str(row.serial) not in serials)
    news = tuple(News(text="AC Battery sleep mode: Clear", serial=serial, device="acb") for serial in serials)
    return settle(moment, value=SUCCESS, news=news, storage=replace(storage, ac_asleep=kept))


def build_sleep(moment: Moment) -> StorageSleep:
    """Build the IQ Batteries that sleep."""
    return StorageSleep(sleeping=moment.settings.storage.asleep)


def write_sleep(moment: Moment, call: Call) -> Outcome:
    """Put IQ Batteries to sleep, likewise."""
    rows = tuple(each(call.read(StorageSleep).sleeping))
    known = {unit.serial for unit in batteries(moment)}
    if not rows or any(not _is_window(row.min_pct, row.max_pct) for row in rows):
        raise Refused(400)
    if any(str(row.serial) not in known for row in rows):
        raise Refused(404)
    storage = moment.settings.storage
    told = {str(row.serial): row for row in rows}
    kept = tuple(row for row in storage.asleep if str(row.serial) not in told)
    return settle(moment, storage=replace(storage, asleep=(*kept, *told.values())))


def wake(moment: Moment, call: Call) -> Outcome:
    """Wake IQ Batteries."""
    serials = {str(row.serial) for row in each(call.read(StorageSleep).sleeping)}
    if not serials:
        raise Refused(400)
    if not serials <= {unit.serial for unit in batteries(moment)}:
        raise Refused(404)
    storage = moment.settings.storage
    kept: tuple[SleepWindow, ...] = tuple(row for row in storage.asleep if str(row.serial) not in serials)
    return settle(moment, storage=replace(storage, asleep=kept))


def _is_window(low_pct: float | None, high_pct: float | None) -> bool:
    return low_pct is not None and high_pct is not None and 0 <= low_pct <= high_pct <= 100


RENDER = {ACB_CONFIG: build_ac_sleep, STORAGE_SLEEP: build_sleep}
WRITE = {
    (ACB_CONFIG, "PUT"): write_ac_sleep,
    (ACB_CONFIG, "DELETE"): wake_ac,
    (STORAGE_SLEEP, "PUT"): write_sleep,
    (STORAGE_SLEEP, "DELETE"): wake,
}

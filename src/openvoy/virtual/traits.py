"""What a simulated gateway does by nature: the faults that come with a firmware and its hardware."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from openvoy.protocol.firmware import Firmware, parse_firmware
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_meters import meters_of


class Where(Enum):
    """On which hardware."""

    ANY = "everywhere"
    STANDARD = "standard gateways"
    METERED = "metered gateways"
    NO_TRANSFORMER = "metered gateways without production transformer"
    TOTAL_METER = "metered gateways that measure total consumption"
    STORAGE_METER = "split phase with a storage meter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One fault that comes with a firmware, from `since` to just before `until`."""

    fault: str
    """As on the command line."""
    since: str = ""
    until: str = ""
    where: Where = Where.ANY

    def is_of(self, firmware: Firmware) -> bool:
        """Whether a firmware has it."""
        return parse_firmware(self.since) <= firmware and (not self.until or firmware < parse_firmware(self.until))


_READINGS, _METERS = "path=/ivp/meters/readings", "path=/ivp/meters"
_INTERVAL, _REPORTS = "path=/api/v1/production", "path=/api/v1/production/inverters"
_PAGE = "path=/production*"

TRAITS: tuple[Trait, ...] = (
    Trait(fault=f"dev-type-absent:{_REPORTS}", until="4.10"),
    Trait(fault=f"readings-missing:{_READINGS},which=disabled", until="4.10", where=Where.METERED),
    Trait(fault=f"flags-null:{_METERS}", until="4.10", where=Where.METERED),
    Trait(fault=f"net-import-only:{_PAGE}", until="7", where=Where.METERED),
    Trait(fault="stream-bursts", since="7.0", until="7.3"),
    Trait(fault="stream-stalls", since="8.3.6086", until="8.3.6087"),
    Trait(fault="writes-ignored:path=/admin/lib/tariff*", since="8.3.6086", until="8.3.6087"),
    Trait(fault=f"standard-zero-v1:{_INTERVAL}", since="7", until="8.2.4264", where=Where.NO_TRANSFORMER),
    Trait(fault=f"small-frozen-v1:{_INTERVAL}", since="8.2.4264", where=Where.NO_TRANSFORMER),
    Trait(fault=f"inactive-noise:{_PAGE}", since="7", where=Where.NO_TRANSFORMER),
    Trait(fault=f"storage-leg-copied:{_READINGS}", since="8.2", until="8.3", where=Where.STORAGE_METER),
    Trait(fault=f"phantom-meter:{_READINGS}", since="8.3.5027", where=Where.METERED),
    Trait(fault=f"three-lines:{_PAGE}", since="8.3.1598", until="8.3.5027", where=Where.METERED),
    Trait(fault=f"power-factor-sum:{_READINGS}", since="8.3.1598", until="8.3.5027", where=Where.METERED),
    Trait(fault=f"standard-zero-v1:{_INTERVAL}", since="8.3.5422", where=Where.STANDARD),
    Trait(fault=f"three-lines:{_PAGE}", since="8.3.5433", where=Where.METERED),
    Trait(fault=f"power-factor-sum:{_READINGS}", since="8.3.5433", until="8.3.5434", where=Where.METERED),
    Trait(fault=f"power-factor-sum:{_PAGE}", since="8.3.5433", until="8.3.5434", where=Where.METERED),
    Trait(fault=f"apparent-garbage:{_READINGS}", since="8.3.5433", until="8.3.5434", where=Where.METERED),
    Trait(fault=f"apparent-garbage:{_PAGE}", since="8.3.5433", until="8.3.5434", where=Where.METERED),
    Trait(fault=f"reactive-swapped:{_PAGE}", since="8.3.5433", until="8.3.5434", where=Where.METERED),
    Trait(fault=f"total-is-net:{_PAGE}", since="8.3.5433", until="8.3.5434", where=Where.TOTAL_METER),
)
"""Measured builds; where a range is not known, only the build that was measured. Recordings win over lists: 8.3.5169
has as many lines as phases."""


def traits_of(firmware: Firmware) -> Iterator[Trait]:
    """Give what a firmware has."""
    return (trait for trait in TRAITS if trait.is_of(firmware))


async def _is_without_transformer(stage: Stage) -> bool:
    return stage.identity.metered and not await _has_enabled(stage, "production")


async def _has_enabled(stage: Stage, kind: str) -> bool:
    return any(meter.state == "enabled" for meter in (await meters_of(stage, kind)).values())


async def _has_split_storage(stage: Stage) -> bool:
    meters = (await meters_of(stage, "storage")).values()
    return any(meter.state == "enabled" and meter.phase_mode == "split" for meter in meters)


async def _is_standard(stage: Stage) -> bool:
    return not stage.identity.metered


async def _is_metered(stage: Stage) -> bool:
    return stage.identity.metered


async def _is_any(_stage: Stage) -> bool:
    return True


async def _has_total(stage: Stage) -> bool:
    return await _has_enabled(stage, "total-consumption")


CONDITIONS: dict[Where, Callable[[Stage], Awaitable[bool]]] = {
    Where.ANY: _is_any,
    Where.STANDARD: _is_standard,
    Where.METERED: _is_metered,
    Where.NO_TRANSFORMER: _is_without_transformer,
    Where.TOTAL_METER: _has_total,
    Where.STORAGE_METER: _has_split_storage,
}

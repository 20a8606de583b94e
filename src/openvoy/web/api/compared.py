"""How the day so far compares with days before it by the same hour, and what it earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from openvoy.ports import Columns
from openvoy.web.api.costs import read_costs
from openvoy.web.backend import Backend
from openvoy.web.operation import GatewayName, Operation
from openvoy.web.query import find_serial

MOST_DAYS = 30
Compared = Literal["solar_wh", "load_wh", "import_wh", "export_wh"]
COMPARED: tuple[Compared, ...] = ("solar_wh", "load_wh", "import_wh", "export_wh")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPart:
    """Energies from local midnight until the same time of day; of several days their mean."""

    days: int
    """Of how many days anything is known."""
    solar_wh: float | None
    load_wh: float | None
    import_wh: float | None
    export_wh: float | None
    estimated: bool
    """Something of it was not recorded when it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The day so far in `currency`, fees and demand left out."""

    currency: str | None
    energy_cost: float | None
    """For what was imported."""
    credit: float | None
    """For what was exported."""
    savings: float | None
    """What the load would have cost, all of it imported, less the cost of energy, plus the credit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedDay:
    """The day so far beside others. A mean is of the days of which a value is known."""

    until: datetime
    """Up to when today is known; the other days are taken up to the same time of day."""
    today: DayPart
    yesterday: DayPart
    week: DayPart
    """The 7 days before today."""
    month: DayPart
    """The 30 days before today."""
    money: Money | None
    """None where no prices are known."""


async def compare_today(backend: Backend, *, gateway: GatewayName = None) -> ComparedDay:
    """The site's day so far, beside the days before it by the same time of day; several gateways are added up."""
    serial = await find_serial(backend.feed, backend.store, gateway)
    return await backend.readings.read(("compared", serial), lambda: _compare(backend, serial, gateway))


async def _compare(backend: Backend, serial: str | None, gateway: str | None) -> ComparedDay:
    now = await _find_known(backend, serial)
    columns = await backend.store.read_energy_between(bounds=build_bounds(now, backend.zone), gateway=serial)
    # Every second interval: what lies between them are the rests of the days.
    *before, today = range(0, 2 * MOST_DAYS + 1, 2)
    return ComparedDay(
        until=now,
        today=_mean(columns, [today]),
        yesterday=_mean(columns, before[-1:]),
        week=_mean(columns, before[-7:]),
        month=_mean(columns, before),
        money=await _read_money(backend, now, gateway),
    )


async def _find_known(backend: Backend, serial: str | None) -> datetime:
    """Find up to when today is known: what other days brought after that would stand beside nothing."""
    now = backend.clock.now().astimezone(backend.zone).replace(microsecond=0)
    midnight = datetime.combine(now.date(), time(), backend.zone)
    known = [status.serial for status in backend.feed.statuses() if status.serial is not None]
    serials = known if serial is None else [serial]
    last = [record.at for each in serials if (record := await backend.store.read_last_energy(each)) is not None]
    return min((at for at in last if midnight < at <= now), default=now).astimezone(backend.zone)


def build_bounds(now: datetime, zone: ZoneInfo) -> Sequence[int]:
    """Midnight and the time of day of `now`, of each of the 30 days before and of today, Unix seconds."""
    bounds = []
    for ago in range(MOST_DAYS, -1, -1):
        day = now.astimezone(zone).date() - timedelta(days=ago)
        start_s = int(datetime.combine(day, time(), zone).timestamp())
        # Today is as long as it is; a time that another day skips is the moment after.
        end_s = int(now.timestamp() if ago == 0 else datetime.combine(day, now.time(), zone).timestamp())
        bounds += [start_s, max(start_s + 1, end_s)]
    return bounds


def _mean(columns: Columns, rows: Sequence[int]) -> DayPart:
    def of(name: Compared) -> float | None:
        known = [cast("float", value) for row in rows if (value := columns[name][row]) is not None]
        return sum(known) / len(known) if known else None

    return DayPart(
        days=sum(any(columns[name][row] is not None for name in COMPARED) for row in rows),
        solar_wh=of("solar_wh"),
        load_wh=of("load_wh"),
        import_wh=of("import_wh"),
        export_wh=of("export_wh"),
        estimated=any(bool(columns["estimated"][row]) for row in rows),
    )


async def _read_money(backend: Backend, now: datetime, gateway: str | None) -> Money | None:
    start_s = int(datetime.combine(now.date(), time(), backend.zone).timestamp())
    costs = await read_costs(backend, start=str(start_s), end=str(start_s + 3600), by="day", gateway=gateway)
    if costs.tariff is None:
        return None
    return Money(
        currency=costs.currency,
        energy_cost=costs.energy_cost[0] if costs.energy_cost else None,
        credit=costs.credit[0] if costs.credit else None,
        savings=costs.savings[0] if costs.savings else None,
    )


OPERATIONS = (Operation(path="/api/v1/today/compared", handler=compare_today, tag="History"),)

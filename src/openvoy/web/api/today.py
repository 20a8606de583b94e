"""The site's local day so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from openvoy.model.together import share_pct
from openvoy.ports import Columns
from openvoy.web.backend import Backend
from openvoy.web.operation import GatewayName, Operation
from openvoy.web.query import find_serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Energies of the local day that `start` and `end` enclose."""

    start: datetime
    end: datetime
    solar_wh: float | None
    import_wh: float | None
    export_wh: float | None
    charge_wh: float | None
    discharge_wh: float | None
    load_wh: float | None
    autarky_pct: float | None
    """Share of the load that did not come from the grid; of several gateways, of those that measure both."""
    self_consumption_pct: float | None
    """Share of the solar energy that was not exported; of several gateways, of those that measure both."""
    estimated: bool | None


async def show_today(backend: Backend, *, gateway: GatewayName = None) -> Today:
    """Energies of the site's local day so far, from history; several gateways are added up."""
    serial = await find_serial(backend.feed, backend.store, gateway)
    return await backend.readings.read(("today", serial), lambda: _read_today(backend, serial))


async def _read_today(backend: Backend, serial: str | None) -> Today:
    start, end = build_local_day(backend.clock.now(), backend.zone)
    columns = await backend.store.read_energy(
        start=start, end=end, by="day", time_zone=backend.site.time_zone, gateway=serial
    )
    return Today(
        start=start,
        end=end,
        solar_wh=_number(columns, "solar_wh"),
        import_wh=_number(columns, "import_wh"),
        export_wh=_number(columns, "export_wh"),
        charge_wh=_number(columns, "charge_wh"),
        discharge_wh=_number(columns, "discharge_wh"),
        load_wh=_number(columns, "load_wh"),
        autarky_pct=share_pct(_number(columns, "house_load_wh"), _number(columns, "house_import_wh")),
        self_consumption_pct=share_pct(_number(columns, "sun_solar_wh"), _number(columns, "sun_export_wh")),
        estimated=_flag(columns, "estimated"),
    )


def build_local_day(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First moment of the local day of `now` and of the next one: 23, 24 or 25 hours."""
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, time.min, zone)
    return midnight, datetime.combine(today + timedelta(days=1), time.min, zone)


def _number(columns: Columns, name: str) -> float | None:
    rows = columns[name]
    return cast("float | None", rows[0]) if rows else None


def _flag(columns: Columns, name: str) -> bool | None:
    rows = columns[name]
    return None if not rows or rows[0] is None else bool(rows[0])


OPERATIONS = (Operation(path="/api/v1/today", handler=show_today, tag="History"),)

"""The site's local day so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from openvoy.model.costs import share_pct
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
    serial = find_serial(backend.feed, gateway)
    return await backend.readings.read(("today", serial), lambda: _read_today(backend, serial))


async def _read_today(backend: Backend, serial: str | None) -> Today:
    start, end = build_local_day(backend.clock.now(), backend.zone)

    async def read(gateway: str | None) -> Columns:
        return await backend.store.read_energy(
            start=start, end=end, by="day", time_zone=backend.site.time_zone, gateway=gateway
        )

    columns = await read(serial)
    known = [status.serial for status in backend.feed.statuses() if status.serial is not None]
    parts = [columns] if serial is not None or len(known) < 2 else [await read(each) for each in known]
    return Today(
        start=start,
        end=end,
        solar_wh=_number(columns, "solar_wh"),
        import_wh=_number(columns, "import_wh"),
        export_wh=_number(columns, "export_wh"),
        charge_wh=_number(columns, "charge_wh"),
        discharge_wh=_number(columns, "discharge_wh"),
        load_wh=_number(columns, "load_wh"),
        autarky_pct=_share_pct(parts, "load_wh", "import_wh"),
        self_consumption_pct=_share_pct(parts, "solar_wh", "export_wh"),
        estimated=_flag(columns, "estimated"),
    )


def _share_pct(parts: Sequence[Columns], whole: str, less: str) -> float | None:
    """Of gateways that know both: what one does not measure is not 0."""
    both = [(_number(part, whole), _number(part, less)) for part in parts]
    known = [(one_wh, other_wh) for one_wh, other_wh in both if one_wh is not None and other_wh is not None]
    return share_pct(sum(one for one, _ in known), sum(other for _, other in known)) if known else None


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

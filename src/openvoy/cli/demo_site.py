"""The demo's site: its past as history, its present behind a virtual gateway, and the service that collects from it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.cli.house import running
from openvoy.cli.output import amount, say
from openvoy.cli.wiring import Service, open_history
from openvoy.client.clock import SystemClock
from openvoy.client.control import ControlSettings, MemoryAudit
from openvoy.client.gateway import Gateway
from openvoy.client.pins import MemoryPinStore
from openvoy.collector import Source
from openvoy.errors import ConfigError
from openvoy.model.records import Batch, DeviceEnergyRecord, DeviceRecord, EnergyRecord
from openvoy.ports import Clock
from openvoy.settings.listen import Listen
from openvoy.store import HistoryStore
from openvoy.units import wh_from_joules
from openvoy.virtual.api.versions import DEFAULT, parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import Site, history_tables, read_site
from openvoy.virtual.site.meters import build_meters
from openvoy.virtual.site.serials import controller_serial
from openvoy.web.backend import SiteInfo

FIRST_DAY = "demo.first_day"
"""Under this key the history keeps when the site was built, so that a later start continues the same counters."""
SLOWEST_REPORT = timedelta(minutes=20)
"""What panels have produced since may not have been reported: a collector would not know it."""
NOON = time(13)
"""When the sun is high, summer time or not."""
DAYLIGHT_HOURS = range(9, 16)
"""In winter too."""


@contextlib.asynccontextmanager
async def running_demo(folder: Path, *, port: int, days: int, start: str = "now") -> AsyncIterator[Listen]:
    """Run gateway, collector and dashboard over a site that has lived for `days`.

    `start` is when: ISO 8601, "now", or "daylight", which is now or, at night, the noon before.
    """
    machine = SystemClock()
    clock = VirtualClock(machine, start=parse_start(start, machine.now(), read_site("demo").zone))
    async with open_history(folder / "history", live_days=7) as store:
        site = await _open_site(store, clock, days)
        await live_until_now(store, site, clock)
        source = SiteSource(site, clock, parse_version(DEFAULT))
        settings = GatewaySettings(folder=folder / "gateway")
        async with VirtualGateway(source, clock=clock, settings=settings) as gateway:
            service = _build_service(gateway, site, port, folder, clock)
            async with running(service, store, clock) as bound:
                yield bound


def parse_start(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Parse when the demo begins."""
    local = now.astimezone(zone)
    if text == "now" or (text == "daylight" and local.hour in DAYLIGHT_HOURS):
        return now
    if text == "daylight":
        ago = timedelta(days=0 if local.hour >= DAYLIGHT_HOURS.stop else 1)
        return datetime.combine(local.date() - ago, NOON, zone).astimezone(UTC)
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "Write it as ISO 8601, such as 2026-06-21T13:00, or give now."
        raise ConfigError(f"--start {text} is not a time.", hint=hint) from error
    return (start if start.tzinfo else start.replace(tzinfo=zone)).astimezone(UTC)


async def _open_site(store: HistoryStore, clock: Clock, days: int) -> Site:
    kept = await store.read_meta(FIRST_DAY)
    first_day = date.fromisoformat(kept) if kept else (clock.now() - timedelta(days=days)).date()
    await store.write_meta(FIRST_DAY, first_day.isoformat())
    return Site(read_site("demo").commissioned_on(first_day))


async def live_until_now(store: HistoryStore, site: Site, clock: Clock) -> None:
    """Write what a collector would have kept since history ends, or since the site was built.

    What goes by while a long past is written is written as well, so that the present joins on.
    """
    serial = site.definition.gateway.serial
    last = await store.read_last_energy(serial)
    start = site.commissioned_at if last is None else last.at
    now = clock.now().replace(second=0, microsecond=0)
    if start > clock.now():
        raise ConfigError(
            f"The demo's history goes until {start:%Y-%m-%d %H:%M} UTC, which is after it shall start.",
            hint="Give a later --start, or another folder with --data.",
        )
    if start >= now:
        return
    say(f"Living through {_span_words(now - start)} …")
    for tables in history_tables(site, start, now):
        for kind, columns in tables.items():
            await store.write_columns(kind, {**columns, "gateway": serial})
    reported = now - SLOWEST_REPORT
    moments = (*_midnights(site, start, reported), reported) if start < reported else ()
    panels = tuple(row for at in moments for row in _panels_at(site, at))
    devices = tuple(_devices_at(site, start))
    await store.write(Batch(energy=(_energy_at(site, now),), device_energy=panels, devices=devices))
    if clock.now() - now >= timedelta(minutes=1):
        await live_until_now(store, site, clock)


def _span_words(span: timedelta) -> str:
    """Say a span in its largest unit that counts at least one."""
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if (count := span // length) > 0:
            return amount(count, unit)
    return "the last minutes"


def _energy_at(site: Site, at: datetime) -> EnergyRecord:
    state = site.at(at)
    return EnergyRecord(
        gateway=site.definition.gateway.serial,
        at=at.astimezone(UTC),
        solar_wh=state.solar.all.delivered_wh,
        import_wh=state.grid.all.delivered_wh,
        export_wh=state.grid.all.received_wh,
        charge_wh=state.battery.all.received_wh,
        discharge_wh=state.battery.all.delivered_wh,
        load_wh=state.load.all.delivered_wh,
    )


def _midnights(site: Site, start: datetime, now: datetime) -> Iterator[datetime]:
    for number in range(site.date_of(start).toordinal(), site.date_of(now).toordinal() + 1):
        at = datetime.combine(date.fromordinal(number), time(), site.definition.zone).astimezone(UTC)
        if start <= at < now:
            yield at


def _panels_at(site: Site, at: datetime) -> Iterator[DeviceEnergyRecord]:
    for panel in site.at(at).panels:
        yield DeviceEnergyRecord(
            gateway=site.definition.gateway.serial,
            at=at.astimezone(UTC),
            kind="inverter",
            serial=panel.serial,
            energy_wh=wh_from_joules(panel.lifetime_j),
        )


def _devices_at(site: Site, at: datetime) -> Iterator[DeviceRecord]:
    """What is there from the first day on; panels and batteries are known by what they have reported."""
    definition = site.definition
    serials = [("gateway", definition.gateway.serial)]
    serials += [("meter", str(meter.eid)) for meter in build_meters(definition) if meter.enabled]
    serials += [("controller", controller_serial(definition))] if definition.controller else []
    for kind, serial in serials:
        yield DeviceRecord(gateway=definition.gateway.serial, at=at.astimezone(UTC), kind=kind, serial=serial)


def _build_service(gateway: VirtualGateway, site: Site, port: int, folder: Path, clock: Clock) -> Service:
    assert gateway.url is not None
    definition = site.definition
    audit = MemoryAudit()
    # The site is only simulated, so everybody may try out what a gateway can be told.
    control = ControlSettings(enabled=True, audit=audit)
    client = Gateway(gateway.url, token=gateway.owner_token, pins=MemoryPinStore(), clock=clock, control=control)
    return Service(
        sources=[
            Source(
                name="demo",
                host="envoy.local",
                reader=client,
                controller=client.control,
                time_zone=definition.zone,
            )
        ],
        folder=folder,
        audit=audit,
        is_control_enabled=True,
        site=SiteInfo(
            name=definition.name,
            time_zone=definition.location.time_zone,
            latitude=definition.location.latitude,
            longitude=definition.location.longitude,
        ),
        listen=Listen(host="127.0.0.1", port=port),
    )

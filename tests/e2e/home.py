"""A home of three phases with twelve panels and a battery, in numbers that are easy to recognise on a screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from openvoy.model import (
    Battery,
    Channel,
    GatewayInfo,
    Grid,
    Inverter,
    Meter,
    MissingPart,
    Power,
    Snapshot,
    Storage,
)
from openvoy.ports import GatewayStatus

SERIAL = "122200001234"
SILENT = "482100000007"
PANELS = 12
EARLY_AFTERNOON = 14


def zone_of_afternoon(now: datetime) -> tuple[str, timezone]:
    """Name a zone in which it is between two and three in the afternoon, so that a day has a past and a future."""
    hours = EARLY_AFTERNOON - now.astimezone(UTC).hour
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT", timezone(timedelta(hours=hours))


def a_status(now: datetime, **changes: Any) -> GatewayStatus:
    """Say that all is well, but for `changes`."""
    values = {"name": "home", "host": "envoy.local", "serial": SERIAL, "state": "ok", "fresh_at": now, "is_fresh": True}
    return GatewayStatus(**{**values, **changes})


def a_home(now: datetime, **changes: Any) -> Snapshot:
    """Build a sunny moment: 4,120 W from the sun, of which 2,030 W are stored and 1,460 W exported."""
    power = Power(solar_w=4120.0, grid_w=-1460.0, battery_w=-2030.0, generator_w=None, load_w=630.0)
    values = {
        "gateway": GatewayInfo(serial=SERIAL, firmware="8.2.4345", model="metered", phases=3),
        "at": now,
        "power": power,
        "meters": (a_meter(704643328, "production", 4120.0), a_meter(704643584, "net-consumption", -1460.0)),
        "inverters": tuple(a_panel(number, now) for number in range(PANELS)),
        "batteries": (Battery(serial="122300005001", kind="iq", soc_pct=57.0, temperature_c=24.0, status="charging"),),
        "storage": Storage(
            soc_pct=57.0, available_wh=5700.0, capacity_wh=10_000.0, mode="self-consumption", reserve_soc_pct=20.0
        ),
        "grid": Grid(relay="closed", status="on-grid", profile="EN 50549"),
    }
    return Snapshot(**{**values, **changes})


def an_unmetered_home(now: datetime) -> Snapshot:
    """Build what a gateway without current transformers says: the sun, and nothing else."""
    gateway = GatewayInfo(serial=SERIAL, firmware="5.0.62", model="standard")
    return a_home(now, gateway=gateway, power=Power(solar_w=812.0), meters=(), batteries=(), storage=None, grid=None)


def a_meter(eid: int, kind: str, total_w: float) -> Meter:
    """Build a meter whose phases carry 50, 30 and 20 % of its power."""
    channels = tuple(
        Channel(
            phase=f"L{number}",
            active_power_w=total_w * share,
            voltage_v=230.4 + number,
            current_a=abs(total_w) * share / 231,
            power_factor=0.98,
            frequency_hz=50.01,
        )
        for number, share in ((1, 0.5), (2, 0.3), (3, 0.2))
    )
    return Meter(eid=eid, kind=kind, state="enabled", phase_count=3, active_power_w=total_w, channels=channels)


def a_panel(number: int, now: datetime) -> Inverter:
    """Build a panel with a report of two minutes ago; number 7 has been silent for a day."""
    silence = timedelta(days=1) if number == int(SILENT[-2:]) else timedelta()
    return Inverter(
        serial=f"4821{number:08}",
        at=now - timedelta(minutes=2) - silence,
        power_w=300.0 + number,
        max_power_w=400.0,
        dc_voltage_v=36.25,
        dc_current_a=8.4,
        ac_voltage_v=233.1,
        ac_current_a=1.3,
        frequency_hz=50.01,
        temperature_c=31.0,
        lifetime_wh=2_310_000.0,
    )


MISSING = (
    MissingPart(part="tariff", reason="no answer within 20 s"),
    MissingPart(part="inventory", reason="the reply is an HTML page"),
)

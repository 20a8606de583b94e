"""What a site may have besides panels and batteries: tables of its TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from openvoy.virtual.site.strict import Between

Share = Annotated[float, Between(0, 100)]
Hour = Annotated[float, Between(0, 24)]
Line = Literal["L1", "L2", "L3", "all"]
Action = Literal["apply", "shed", "schedule", "none"]
Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WEEKDAYS: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CONTACT_NAMES = ("NC1", "NC2", "NO1", "NO2")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcBattery:
    """AC Batteries, the generation before IQ Batteries: they follow the grid and rest without it."""

    units: Annotated[int, Between(1, 20)] = 1
    start_pct: Share = 50.0
    """State of charge on the first day."""
    one_way_efficiency_pct: Annotated[float, Between(50, 100)] = 94.9
    installed: date | None = None
    """By default with the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """What parts the house from the grid and joins them again."""

    kind: Literal["system-controller", "meter-collar"] = "system-controller"
    """A meter collar has the relay only; contacts and generator hang on a system controller."""
    reconnect_s: Annotated[int, Between(0, 600)] = 300
    """How long the grid must be back before the house returns to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A dry contact of the system controller."""

    name: Literal["NC1", "NC2", "NO1", "NO2"]
    label: str = ""
    loads: tuple[str, ...] = ()
    """Appliances behind it, by name; `heating`, `cooling` and `charger` are names too."""
    arrays: tuple[str, ...] = ()
    """Arrays behind it, by name, instead of loads."""
    on_grid: Action = "apply"
    on_island: Action = "apply"
    on_generator: Action = "apply"
    from_h: Hour = 9.0
    """Powered between these hours of the wall clock, for the action `schedule` …"""
    to_h: Hour = 16.0
    priority: Annotated[int, Between(1, 4)] = 1
    follows_charge: bool = False
    """On an island: sheds below the lower limit and applies above the higher one."""
    soc_low_pct: Share = 30.0
    soc_high_pct: Share = 70.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorExercise:
    """A test run without load."""

    weekday: Weekday
    start_h: Hour
    minutes: Annotated[int, Between(1, 240)] = 20
    every_weeks: Annotated[int, Between(1, 12)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorHours:
    """When it may start by itself, and at which charge; by default at any time."""

    weekdays: tuple[Weekday, ...] = WEEKDAYS
    from_h: Hour = 0.0
    to_h: Hour = 24.0
    start_pct: Annotated[float, Between(0, 100)] = 30.0
    stop_pct: Annotated[float, Between(-1, 100)] = 70.0
    """-1 is until the grid is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A standby generator behind the system controller."""

    rated_w: Annotated[float, Between(500, 50000)]
    manufacturer: str = "Generic"
    model: str = "Standby"
    max_a: Annotated[float, Between(1, 400)] = 60.0
    min_load_pct: Share = 5.0
    start_method: Literal["auto", "manual"] = "auto"
    warm_up_min: Annotated[float, Between(0, 60)] = 2.0
    cool_down_min: Annotated[float, Between(0, 60)] = 2.0
    command: Literal["on", "off", "auto"] = "auto"
    charges_batteries: bool = True
    hours: tuple[GeneratorHours, ...] = (GeneratorHours(),)
    exercise: GeneratorExercise | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """A charger for a car, with a meter of its own."""

    power_w: Annotated[float, Between(1000, 25000)] = 7400.0
    per_week: Annotated[float, Between(0, 7)] = 4.0
    """How often the car is plugged in, on average."""
    kwh: Annotated[float, Between(1, 100)] = 14.0
    """What it takes then, give or take a half."""
    from_h: Hour = 17.0
    """It is plugged in between these hours of the wall clock …"""
    to_h: Hour = 21.0
    line: Line = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time without grid."""

    start: datetime
    """By the wall clock of the site."""
    minutes: Annotated[float, Between(1, 20160)] = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSupply:
    """How reliable the grid is."""

    outages_per_year: Annotated[float, Between(0, 1000)] = 0.0
    outage_minutes: Annotated[float, Between(1, 2880)] = 60.0
    """Mean length of those; most are shorter."""
    outage: tuple[Outage, ...] = ()
    """Those that are sure to come."""

"""What a simulated site is: the contents of its TOML file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from openvoy.virtual.site.equipment import (
    AcBattery,
    Charger,
    Contact,
    Controller,
    Generator,
    GridSupply,
    Hour,
    Line,
    Share,
)
from openvoy.virtual.site.hardware import BATTERIES, INVERTERS, BatteryModel, InverterModel
from openvoy.virtual.site.strict import Between

SETTLED_DAYS = 8
"""From then on seven full days lie behind a site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where the site is."""

    latitude: Annotated[float, Between(-89, 89)]
    longitude: Annotated[float, Between(-180, 180)]
    time_zone: str
    altitude_m: Annotated[float, Between(-430, 6000)] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The gateway and the wires that it hangs on."""

    serial: str
    model: Literal["standard", "metered"]
    phases: Literal["single", "split", "three"]
    commissioned: date
    """The site's first day: its counters start here from zero."""
    part_number: str | None = None
    combiner: bool = False
    """It sits in a combiner C6, which has a controller and a revenue meter of its own."""
    q_relays: Annotated[int, Between(0, 4)] = 0
    """Relays in the distribution board that join the microinverters to the grid, common in Europe."""
    report_interval_s: Literal[300, 900, 3600] = 300
    """How often each microinverter reports."""
    voltage_v: Annotated[float, Between(90, 260)] | None = None
    """Phase to neutral; by default 120 for split phase, else 230."""
    frequency_hz: Literal[50, 60] | None = None
    """By default 60 for split phase, else 50."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """Current transformers that are connected and enabled; only a metered gateway has them."""

    production: bool = False
    consumption: Literal["none", "net", "total"] = "none"
    storage: bool = False
    backfeed: bool = False
    """What array and batteries feed into the house together."""
    load: bool = False
    """The house itself."""
    evse: bool = False
    """The car's charger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """What the weather is drawn from."""

    mean_c: Annotated[float, Between(-30, 40)] = 10.0
    """Mean of the year."""
    season_c: Annotated[float, Between(0, 40)] = 9.0
    """How far summer and winter are from it."""
    daily_c: Annotated[float, Between(0, 20)] = 5.0
    """How far afternoon and morning of a clear day are from the day's mean."""
    cloud_pct: Annotated[float, Between(1, 99)] = 55.0
    """Mean cover."""
    season_cloud_pct: Annotated[float, Between(-40, 40)] = 12.0
    """How much more cover mid-winter has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """Something that stands before a panel: direct light from these directions is lost in part."""

    from_deg: Annotated[float, Between(0, 360)]
    """Azimuths, clockwise from north, from this one …"""
    to_deg: Annotated[float, Between(0, 360)]
    """… to this one; through north where this is the smaller."""
    below_deg: Annotated[float, Between(0, 90)]
    """Its height as the panel sees it."""
    blocks_pct: Share = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What is special about one panel of an array."""

    number: Annotated[int, Between(1, 500)]
    """Its place in the array, from 1."""
    power_pct: Annotated[float, Between(0, 120)] = 100.0
    """What it gives of what a good one would."""
    soiling_pct: Share = 0.0
    shade: tuple[Shade, ...] = ()
    replaced: date | None = None
    """From that day on another inverter of the same model serves it."""
    retired: date | None = None
    """From that day on it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelArray:
    """Panels on one roof, each with its own microinverter."""

    name: str
    panels: Annotated[int, Between(1, 500)]
    panel_w: Annotated[float, Between(50, 1000)]
    """Nameplate of one panel (1 000 W/m2, 25 degrees C)."""
    tilt_deg: Annotated[float, Between(0, 90)]
    azimuth_deg: Annotated[float, Between(0, 360)]
    """Where it looks, clockwise from north: 180 is south."""
    inverter: str = "IQ7+"
    soiling_pct: Share = 2.0
    spread_pct: Annotated[float, Between(0, 20)] = 1.0
    """Standard deviation of the panels' power."""
    installed: date | None = None
    """By default with the site."""
    retired: date | None = None
    """From that day on it is gone; by default it stays."""
    panel: tuple[Panel, ...] = ()

    @property
    def inverter_model(self) -> InverterModel:
        """Data sheet of its microinverters."""
        return INVERTERS[self.inverter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appliance:
    """Something that is switched on now and then."""

    name: str
    power_w: Annotated[float, Between(1, 30000)]
    minutes: Annotated[int, Between(1, 600)]
    """How long it runs, give or take a quarter."""
    per_day: Annotated[float, Between(0, 50)]
    """How often, on average."""
    from_h: Annotated[float, Between(0, 24)] = 0.0
    """It starts between these hours of the wall clock …"""
    to_h: Annotated[float, Between(0, 24)] = 24.0
    line: Line = "all"
    power_factor: Annotated[float, Between(0.1, 1)] = 1.0
    """Below 1 it is a motor: lagging."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What uses energy."""

    base_w: Annotated[float, Between(0, 20000)] = 180.0
    """Always on: router, standby, pumps."""
    people: Annotated[float, Between(0, 20)] = 2.5
    """Scale of the appliances where none are listed."""
    heating_w_per_c: Annotated[float, Between(0, 2000)] = 0.0
    """Electric heating for each degree below 16 degrees C outside."""
    cooling_w_per_c: Annotated[float, Between(0, 2000)] = 0.0
    """Air conditioning for each degree above 24 degrees C outside."""
    appliance: tuple[Appliance, ...] = ()
    """Instead of the usual ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """Batteries of one model; they share the work evenly."""

    model: str = "IQ 5P"
    units: Annotated[int, Between(1, 30)] = 1
    mode: Literal["self-consumption", "savings", "backup"] = "self-consumption"
    reserve_pct: Share = 10.0
    """Kept for an outage."""
    very_low_pct: Share = 5.0
    start_pct: Share = 50.0
    """State of charge on the first day."""
    one_way_efficiency_pct: Annotated[float, Between(50, 100)] = 94.9
    """Lost once on the way in and once on the way out: 94.9 is a round trip of 90."""
    charge_from_grid: bool = False
    installed: date | None = None
    """By default with the site."""

    @property
    def battery_model(self) -> BatteryModel:
        """Data sheet of one unit."""
        return BATTERIES[self.model]


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffPeriod:
    """A price from a time of day on."""

    start_h: Annotated[float, Between(0, 24)]
    import_per_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What energy costs."""

    currency: str = "EUR"
    import_per_kwh: float = 0.30
    export_per_kwh: float = 0.08
    period: tuple[TariffPeriod, ...] = ()
    charge_from_h: Hour = 0.0
    """In savings mode batteries charge from this hour of the wall clock on, from the grid if they may …"""
    charge_minutes: Annotated[int, Between(0, 1440)] = 0
    """… for so long; by default never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDefinition:
    """A whole site."""

    name: str
    location: Location
    gateway: Gateway
    array: tuple[PanelArray, ...]
    meters: Meters = field(default_factory=Meters)
    climate: Climate = field(default_factory=Climate)
    house: House = field(default_factory=House)
    battery: Battery | None = None
    acb: AcBattery | None = None
    controller: Controller | None = None
    contact: tuple[Contact, ...] = ()
    generator: Generator | None = None
    charger: Charger | None = None
    grid: GridSupply = field(default_factory=GridSupply)
    tariff: Tariff = field(default_factory=Tariff)

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.location.time_zone)

    @property
    def phase_count(self) -> int:
        """Phases that the wiring has: 1, 2 (split phase) or 3."""
        return {"single": 1, "split": 2, "three": 3}[self.gateway.phases]

    @property
    def voltage_v(self) -> float:
        """Nominal voltage, phase to neutral."""
        return self.gateway.voltage_v or (120.0 if self.gateway.phases == "split" else 230.0)

    @property
    def frequency_hz(self) -> float:
        """Nominal grid frequency."""
        return self.gateway.frequency_hz or (60.0 if self.gateway.phases == "split" else 50.0)

    @property
    def panel_count(self) -> int:
        """Panels of all arrays."""
        return sum(row.panels for row in self.array)

    def commissioned_on(self, day: date) -> SiteDefinition:
        """Give the same site with another first day."""
        return replace(self, gateway=replace(self.gateway, commissioned=day))

    def in_service_by(self, at: datetime) -> SiteDefinition:
        """Give the same site, commissioned a week before a moment if it would be built later than that."""
        latest = at.astimezone(self.zone).date() - timedelta(days=SETTLED_DAYS)
        return self if self.gateway.commissioned <= latest else self.commissioned_on(latest)

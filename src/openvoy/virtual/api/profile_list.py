"""Grid profiles that a gateway has, and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GridProfile:
    """One profile."""

    name: str
    version: str
    uuid: str
    region: str
    countries: tuple[str, ...]
    voltage_v: float
    frequency_hz: float
    low_voltage_pct: float
    high_voltage_pct: float
    low_frequency_hz: float
    high_frequency_hz: float
    reconnect_s: int
    item_count: int = 3053

    @property
    def id(self) -> str:
        """Name and version, as it is chosen by."""
        return f"{self.name}:{self.version}"


_ROWS = (
    GridProfile(
        name="IEEE 1547 default 2015",
        version="1.0.7",
        uuid="55f7120000000000000000a1",
        region="north_america",
        countries=("US",),
        voltage_v=240.0,
        frequency_hz=60.0,
        low_voltage_pct=88.0,
        high_voltage_pct=110.0,
        low_frequency_hz=59.3,
        high_frequency_hz=60.5,
        reconnect_s=300,
    ),
    GridProfile(
        name="IEEE 1547-2018 Cat III",
        version="1.2.4",
        uuid="5f15000000000000000000a2",
        region="north_america",
        countries=("US",),
        voltage_v=240.0,
        frequency_hz=60.0,
        low_voltage_pct=70.0,
        high_voltage_pct=110.0,
        low_frequency_hz=58.5,
        high_frequency_hz=61.2,
        reconnect_s=300,
    ),
    GridProfile(
        name="G99-1-6:2020 UK",
        version="1.2.10",
        uuid="5f15000000000000000000b1",
        region="europe",
        countries=("GB",),
        voltage_v=230.0,
        frequency_hz=50.0,
        low_voltage_pct=80.0,
        high_voltage_pct=114.0,
        low_frequency_hz=47.5,
        high_frequency_hz=52.0,
        reconnect_s=60,
    ),
    GridProfile(
        name="VDE-AR-N 4105 2018-11 Germany",
        version="1.1.3",
        uuid="5f15000000000000000000b2",
        region="europe",
        countries=("DE",),
        voltage_v=230.0,
        frequency_hz=50.0,
        low_voltage_pct=80.0,
        high_voltage_pct=110.0,
        low_frequency_hz=47.5,
        high_frequency_hz=51.5,
        reconnect_s=60,
    ),
    GridProfile(
        name="EN 50549-1:2019 VFR2019 France",
        version="1.0.12",
        uuid="5f15000000000000000000b3",
        region="europe",
        countries=("FR",),
        voltage_v=230.0,
        frequency_hz=50.0,
        low_voltage_pct=80.0,
        high_voltage_pct=115.0,
        low_frequency_hz=47.5,
        high_frequency_hz=51.5,
        reconnect_s=60,
    ),
)
GRID_PROFILES: Mapping[str, GridProfile] = {row.id: row for row in _ROWS}
"""By name and version."""

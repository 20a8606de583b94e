"""What a site is and does, free of vendor words: the vocabulary that everything above the protocol shares."""

from openvoy.model.counters import CounterSource, RawCounter
from openvoy.model.devices import Battery, Channel, Contact, Generator, Grid, Inverter, Meter, Reading, Storage
from openvoy.model.snapshot import Energy, GatewayInfo, MissingPart, Power, Snapshot
from openvoy.model.tariff import DayPlan, Period, Season, Tariff, Tier

__all__ = [
    "Battery",
    "Channel",
    "Contact",
    "CounterSource",
    "DayPlan",
    "Energy",
    "GatewayInfo",
    "Generator",
    "Grid",
    "Inverter",
    "Meter",
    "MissingPart",
    "Period",
    "Power",
    "RawCounter",
    "Reading",
    "Season",
    "Snapshot",
    "Storage",
    "Tariff",
    "Tier",
]

"""What a site is and does, free of vendor words: the vocabulary that everything above the protocol shares."""

from openvoy.model.counters import CounterSource, RawCounter
from openvoy.model.devices import (
    Bank,
    Battery,
    Channel,
    Contact,
    Exercise,
    Generator,
    Grid,
    Inverter,
    Meter,
    Reading,
    Storage,
)
from openvoy.model.equipment import Controller
from openvoy.model.reported import Reported, ReportedPhase, ReportedTotal
from openvoy.model.snapshot import Energy, GatewayInfo, MissingPart, Power, Snapshot
from openvoy.model.tariff import DayPlan, Period, Season, Tariff, Tier

__all__ = [
    "Bank",
    "Battery",
    "Channel",
    "Contact",
    "Controller",
    "CounterSource",
    "DayPlan",
    "Energy",
    "Exercise",
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
    "Reported",
    "ReportedPhase",
    "ReportedTotal",
    "Season",
    "Snapshot",
    "Storage",
    "Tariff",
    "Tier",
]

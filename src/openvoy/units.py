"""The only place that converts units. Everything inside carries the unit of its suffix."""

from __future__ import annotations

from collections.abc import Iterable

JOULES_PER_WH = 3600
WRAP_32_BIT_WH = 2**32 / JOULES_PER_WH
"""What a 32-bit joule counter loses when it wraps: 1 193 046.47 Wh."""


def milli(value: float | None) -> float | None:
    """Convert mW, mV, mA or mHz to W, V, A or Hz."""
    return None if value is None else value / 1000


def wh_from_joules(value_j: float | None) -> float | None:
    """Convert joules to watt-hours."""
    return None if value_j is None else value_j / JOULES_PER_WH


def wh_from_kwh(value_kwh: float) -> float:
    """Convert kilowatt-hours to watt-hours."""
    return value_kwh * 1000


def celsius_from_fahrenheit(value_f: float | None) -> float | None:
    """Convert °F to °C, to a tenth; system controllers report °F where all else reports °C."""
    return None if value_f is None else round((value_f - 32) * 5 / 9, 1)


_PREFIXES = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}


def scaled(value: float, prefix: str) -> float:
    """Take a metric prefix ("", "k", "M", "G") off a value."""
    return value * _PREFIXES[prefix]


def watts_from_kilowatts(value_kw: float | None) -> float | None:
    """Convert kW to W."""
    return None if value_kw is None else value_kw * 1000


def wh_at_power(power_w: float, duration_s: float) -> float:
    """Give the energy of a constant power."""
    return power_w * duration_s / 3600


def render_span(duration_s: float) -> str:
    """Say how long something is in the unit that people would use."""
    if duration_s < 120:
        return f"{duration_s:.0f} s"
    if duration_s < 7200:
        return f"{duration_s / 60:.0f} min"
    return f"{duration_s / 3600:.1f} h"


MEASURED_DIGITS = 3
"""Gateways measure mW and mWh at best; what a sum has beyond that is noise of its floats."""


def added_up(values: Iterable[float | None]) -> float | None:
    """Add up powers in W or energies in Wh, to what was measured; None where one of them is not known."""
    parts = list(values)
    known = [part for part in parts if part is not None]
    return measured(sum(known)) if len(known) == len(parts) else None


def measured(value: float) -> float:
    """Round to what a gateway can have measured."""
    return round(value, MEASURED_DIGITS)

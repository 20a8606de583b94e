"""What batteries and controllers have in common, and the controllers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A device with a radio and firmware of its own."""

    serial: str
    kind: str
    at: datetime | None = None
    """Its last report."""
    part_number: str | None = None
    firmware: str | None = None
    communicating: bool | None = None
    operating: bool | None = None
    """Not said by firmware 8 and later, except for AC Batteries."""
    state: str | None = None
    """Its place in the gateway's own state machine, in the gateway's words."""
    conditions: tuple[str, ...] = ()
    """What the gateway sees about it, shortened to the last word: `ok`, `sleep-mode` …"""
    installed_at: datetime | None = None
    firmware_loaded_at: datetime | None = None
    radio_firmware: str | None = None
    long_range_radio_level: int | None = None
    """0 to 5 bars, below 1 GHz."""
    short_range_radio_level: int | None = None
    """0 to 5 bars, at 2.4 GHz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller(Equipment):
    """A device that joins house, grid, batteries and panels.

    `kind` is `system-controller`, `meter-collar`, `combiner`, `q-relay` (between the microinverters and the grid), or
    the gateway's own word for one that is new.
    """

    temperature_c: float | None = None
    relay: str | None = None
    """`closed` or `open`; what `Grid` says is fresher."""
    relay_admin: str | None = None
    """What was asked of the relay."""
    relay_reason: str | None = None
    """Of a Q-relay: `ok`, or why it opened, in the gateway's own words."""
    lines_connected: tuple[bool, ...] = ()
    """Of a Q-relay: whether it joins each line, from L1 on."""
    grid_state: str | None = None
    """In the gateway's own words."""
    mounting: str | None = None
    """A collar's state, in the gateway's own words."""
    error_code: int | None = None
    """0 is none."""
    parameters: str | None = None
    """Version of a combiner's table of parameters."""

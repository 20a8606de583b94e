"""Energy counters as reported. A series is one quantity from one source and never silently changes it."""

from __future__ import annotations

from datetime import datetime

from openvoy.codec import ValueStruct


class CounterSource(ValueStruct, frozen=True, kw_only=True):
    """Where a counter comes from: two counters are one series only if all of this is equal."""

    quantity: str
    """solar, import, export, charge, discharge, load, net, or inverter."""
    endpoint: str
    """The endpoint's name."""
    block: str
    """The part of the reply, such as `aggregate`, `L1` or `inverters`."""
    device: str
    """Record number or serial of what counts; "" for the gateway itself."""


class RawCounter(ValueStruct, frozen=True, kw_only=True):
    """One reading of one counter."""

    source: CounterSource
    value_wh: float
    at: datetime | None = None
    """When the gateway took the reading, if it said."""

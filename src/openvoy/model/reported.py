"""What the gateway's own overview says, for people who compare. No part of Openvoy counts with it.

Its `today` and `seven days` are built on a snapshot that may be late or lost, and its lifetimes are not always
counters: what Openvoy makes of the meters stands in `Power` and `Energy`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFlow:
    """One flow as the gateway words it."""

    power_w: float | None = None
    today_wh: float | None = None
    """Since its midnight, which is that of winter all year."""
    seven_days_wh: float | None = None
    """The seven days before today; all but today where its memory is shorter."""
    lifetime_wh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPhase(ReportedFlow):
    """The same of one phase in use."""

    phase: str
    """L1, L2 or L3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTotal(ReportedFlow):
    """One flow of the site, with its phases where there are several."""

    at: datetime | None = None
    """When the gateway read it; the overview is asked for hourly where meters can be read."""
    phases: tuple[ReportedPhase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Production, consumption and net consumption as the gateway words them; None where it does not measure them."""

    production: ReportedTotal | None = None
    consumption: ReportedTotal | None = None
    """Solar plus net; battery charging counts as consumption."""
    net: ReportedTotal | None = None
    """Import less export."""

"""Limits on production and export, and power control."""

from __future__ import annotations

from dataclasses import dataclass, field

from openvoy.protocol.endpoints.limits import ExportLimit, PvLimit
from openvoy.protocol.endpoints.site_settings import DynamicLimit, ForeignPv, PowerControl


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """Documents as stored."""

    export: ExportLimit
    power_control: PowerControl
    pv: PvLimit = field(default_factory=lambda: PvLimit(enabled=False, limit_pct=100))
    dynamic: DynamicLimit = field(
        default_factory=lambda: DynamicLimit(
            enabled=False, limits_export=True, limit_w=0.0, slew_w_per_s=50.0, dynamic=False
        )
    )
    foreign_pv: tuple[ForeignPv, ...] = ()
    """Inverters of other makers, as secondary control knows them."""
    foreign_pv_behind: tuple[ForeignPv, ...] = ()
    """The same behind the controller, as the site settings know them."""
    load_controls: tuple[str, ...] = ()
    """Serial numbers of load-control kits."""

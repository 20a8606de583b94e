"""Limits on production and export."""

from __future__ import annotations

import math
from dataclasses import replace

from openvoy.codec import changed
from openvoy.protocol.endpoints.limits import EXPORT_LIMIT, PV_LIMIT, ExportLimit, PvLimit
from openvoy.protocol.endpoints.site_settings import (
    DYNAMIC_LIMIT,
    POWER_CONTROL,
    DynamicLimitSettings,
    PowerControl,
)
from openvoy.virtual.api.call import Call, Outcome, merged, settle
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT, EIGHT_THREE
from openvoy.virtual.settings.events import News

KINDS = ("Aggregate", "Per_Phase")


def build_pv_limit(moment: Moment) -> PvLimit:
    """Build the limit of the array."""
    return moment.settings.limits.pv


def write_pv_limit(moment: Moment, call: Call) -> Outcome:
    """Set it: 0 to 100 % of nameplate."""
    told = call.read(PvLimit)
    if told.limit_pct is not None and not 0 <= told.limit_pct <= 100:
        raise call.malformed("pv_limit_pct is no share")
    limits = moment.settings.limits
    return settle(moment, limits=replace(limits, pv=merged(limits.pv, told)))


def build_export_limit(moment: Moment) -> ExportLimit:
    """Build the export limit; before 8 it says only that there is none, where there is none."""
    limit = moment.settings.limits.export
    return ExportLimit(enabled=False) if moment.firmware < EIGHT and not limit.enabled else limit


def write_export_limit(moment: Moment, call: Call) -> Outcome:
    """Set it, wrapped or not."""
    told = call.unwrapped("pel_settings").read(ExportLimit)
    limits = moment.settings.limits
    wanted = merged(limits.export, told)
    if wanted.limit is None or not 0 <= wanted.limit < math.inf or wanted.kind not in KINDS:
        raise call.malformed("no such limit")
    news = News(text=f"Power export limiting: {'Set' if wanted.enabled else 'Clear'}", serial=moment.identity.serial)
    is_switched = wanted.enabled != limits.export.enabled
    return settle(moment, limits=replace(limits, export=wanted), news=(news,) if is_switched else ())


def build_dynamic_limit(moment: Moment) -> DynamicLimitSettings:
    """Build the dynamic limit, as it is stored."""
    return DynamicLimitSettings(settings=moment.settings.limits.dynamic, filename="site_settings", version="00.00.01")


def write_dynamic_limit(moment: Moment, call: Call) -> Outcome:
    """Set it; to switch it off the member `enable` is enough."""
    told = call.read(DynamicLimitSettings).settings
    if told is None or told.enabled is None:
        raise call.malformed("dynamic_pel_settings is missing")
    limits = moment.settings.limits
    wanted = merged(limits.dynamic, told)
    if any(value is None or not 0 <= value < math.inf for value in (wanted.limit_w, wanted.slew_w_per_s)):
        raise call.malformed("no such limit")
    return settle(moment, limits=replace(limits, dynamic=wanted))


def build_power_control(moment: Moment) -> PowerControl:
    """Build breakers, busbar and meter location; 8.3 knows more of them."""
    stored = moment.settings.limits.power_control
    if moment.firmware >= EIGHT_THREE or stored.offering is None:
        return stored
    offering = {"charger_avoidance": None, "busbar": None}
    newer = ("source3_breaker_a", "main_debounce_ms", "source_debounce_ms", "offset_debounce_ms", "relay_action")
    return changed(stored, offering=changed(stored.offering, **offering), **dict.fromkeys(newer))


def write_power_control(moment: Moment, call: Call) -> Outcome:
    """Set them, wrapped or not."""
    told = call.unwrapped("pcs_settings").read(PowerControl)
    limits = moment.settings.limits
    return settle(moment, limits=replace(limits, power_control=merged(limits.power_control, told)))


RENDER = {
    PV_LIMIT: build_pv_limit,
    EXPORT_LIMIT: build_export_limit,
    DYNAMIC_LIMIT: build_dynamic_limit,
    POWER_CONTROL: build_power_control,
}
WRITE = {
    (PV_LIMIT, "POST"): write_pv_limit,
    (EXPORT_LIMIT, "POST"): write_export_limit,
    (DYNAMIC_LIMIT, "POST"): write_dynamic_limit,
    (POWER_CONTROL, "POST"): write_power_control,
}

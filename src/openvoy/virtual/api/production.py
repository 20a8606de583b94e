"""Production, consumption and the interval snapshots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from openvoy.protocol.endpoints.production import (
    PDM_ENERGY,
    PRODUCTION_AGGREGATE,
    PRODUCTION_DETAILS,
    PRODUCTION_PAGE,
    PRODUCTION_V1,
    PdmConsumption,
    PdmEnergy,
    PdmProduction,
    ProductionLine,
    ProductionPage,
    ProductionRow,
    ProductionTotals,
)
from openvoy.virtual.api import interval
from openvoy.virtual.api.call import Outcome
from openvoy.virtual.api.fleet import ac_batteries, ac_charge, charge_status
from openvoy.virtual.api.interval import JOULES_PER_WH, Totals, flow_of, whole_watts
from openvoy.virtual.api.legacy import render_missing
from openvoy.virtual.api.measured import DARK, Measured, has_counted, measure, still
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import panels as present_panels
from openvoy.virtual.api.versions import EACH_WRAPS, NAMED_ROWS, PAGE_IS_JSON
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.meters import CONSUMPTION_EID, PRODUCTION_EID
from openvoy.virtual.site.state import Flow

WRAP_J = 2**32


def build_totals(moment: Moment) -> ProductionTotals:
    """Build the interval snapshot of production."""
    return wire_totals(interval.production_totals(moment))


def build_pdm_energy(moment: Moment) -> PdmEnergy:
    """Build the snapshots by what counted them."""
    produced = interval.meter_totals(moment, Branch.SOLAR) if moment.has_production_meter else interval.NOTHING
    used = interval.consumption_totals(moment) if moment.has_consumption_meter else interval.NOTHING
    return PdmEnergy(
        production=PdmProduction(
            inverters=wire_totals(interval.inverter_totals(moment)),
            revenue_meter=wire_totals(interval.NOTHING),
            meter=wire_totals(produced),
        ),
        consumption=PdmConsumption(meter=wire_totals(used)),
    )


def build_page(moment: Moment) -> object:
    """Build the production page without phases; before 4 there is no such page, and HTML says so."""
    return _page(moment, details=False) if moment.firmware >= PAGE_IS_JSON else Outcome(text=render_missing(moment))


def build_detailed_page(moment: Moment) -> object:
    """Build the production page with phases, likewise."""
    return _page(moment, details=True) if moment.firmware >= PAGE_IS_JSON else Outcome(text=render_missing(moment))


def wire_totals(totals: Totals) -> ProductionTotals:
    """Name the values of a snapshot."""
    return ProductionTotals(
        today_wh=totals.today_wh,
        seven_days_wh=totals.seven_days_wh,
        lifetime_wh=totals.lifetime_wh,
        now_w=totals.now_w,
    )


def _page(moment: Moment, *, details: bool) -> ProductionPage:
    storage = (_ac_row(moment),)
    if not moment.meters:
        return ProductionPage(production=(_inverter_row(moment),), storage=storage)
    rows = [
        _meter_row(moment, kind, is_enabled=is_enabled, details=details)
        for kind, is_enabled in (
            ("production", moment.has_production_meter),
            ("total-consumption", moment.has_consumption_meter),
            ("net-consumption", moment.has_consumption_meter),
        )
    ]
    return ProductionPage(production=(_inverter_row(moment), rows[0]), consumption=(rows[1], rows[2]), storage=storage)


def _ac_row(moment: Moment) -> ProductionRow:
    """AC Batteries alone; IQ Batteries never stand here."""
    units = ac_batteries(moment)
    if not units:
        return ProductionRow(kind="acb", active_count=0, reading_time_s=0, now_w=0, stored_wh=0, state="idle")
    power_w, charge = sum(unit.power_w for unit in units), ac_charge(moment)
    return ProductionRow(
        kind="acb",
        active_count=len(units),
        reading_time_s=moment.snapshot_s,
        now_w=round(power_w),
        stored_wh=round(charge.stored_wh),
        state=charge_status(power_w, charge.soc_pct),
        soc_pct=round(charge.soc_pct),
    )


def _inverter_row(moment: Moment) -> ProductionRow:
    panels = present_panels(moment)
    heard = [panel.report for panel in panels if panel.report and moment.is_heard(panel, moment.now_s)]
    lifetimes = [int(panel.report.lifetime_j) for panel in panels if panel.report]
    if moment.firmware >= EACH_WRAPS:
        lifetime_j = sum(lifetime % WRAP_J for lifetime in lifetimes)
    else:
        lifetime_j = sum(lifetimes) % WRAP_J
    return ProductionRow(
        kind="inverters",
        active_count=len(panels),
        reading_time_s=max((report.at_s for report in heard), default=0),
        now_w=sum(whole_watts(report, moment) for report in heard),
        lifetime_wh=lifetime_j // JOULES_PER_WH,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """One row or line before it gets its names."""

    measured: Measured
    lifetime_wh: float
    lead_varh: float
    lag_varh: float
    lifetime_vah: float


def _meter_row(moment: Moment, kind: str, *, is_enabled: bool, details: bool) -> ProductionRow:
    phases = range(moment.site.phase_count) if details else ()
    return ProductionRow(
        kind="eim",
        active_count=1 if is_enabled else 0,
        measurement=kind if moment.firmware >= NAMED_ROWS else None,
        reading_time_s=moment.now_s,
        **_shown(moment, kind, is_enabled=is_enabled),
        lines=tuple(ProductionLine(**_shown(moment, kind, row, is_enabled=is_enabled)) for row in phases)
        if details
        else None,
    )


def _shown(moment: Moment, kind: str, phase: int | None = None, *, is_enabled: bool) -> dict[str, Any]:
    """Show a meter that is switched off with what it had counted (quirk 13), one that never was on with nothing."""
    if is_enabled:
        return _members(moment, kind, phase)
    eid = PRODUCTION_EID if kind == "production" else CONSUMPTION_EID
    if not has_counted(moment, eid):
        return _dark()
    values = _ROWS[kind](moment, phase)
    return {**_named(replace(values, measured=still(values.measured))), **_no_calendar(0.0)}


def _members(moment: Moment, kind: str, phase: int | None = None) -> dict[str, Any]:
    return {**_named(_ROWS[kind](moment, phase)), **_calendar(moment, kind, phase)}


def _dark() -> dict[str, Any]:
    nothing = _Values(measured=DARK, lifetime_wh=0.0, lead_varh=0.0, lag_varh=0.0, lifetime_vah=0.0)
    return {**_named(nothing), **_no_calendar(0.0)}


def _named(values: _Values) -> dict[str, Any]:
    measured = values.measured
    return {
        "now_w": measured.active_w,
        "lifetime_wh": values.lifetime_wh,
        "lead_lifetime_varh": values.lead_varh,
        "lag_lifetime_varh": values.lag_varh,
        "lifetime_vah": values.lifetime_vah,
        "current_a": measured.current_a,
        "voltage_v": measured.voltage_v,
        "reactive_var": measured.reactive_var,
        "apparent_va": measured.apparent_va,
        "power_factor": round(measured.power_factor, 2),
    }


def _production(moment: Moment, phase: int | None) -> _Values:
    measured = measure(moment, Branch.SOLAR, phase)
    return _Values(
        measured=measured,
        lifetime_wh=measured.delivered_wh,
        lead_varh=measured.leading_varh,
        lag_varh=measured.lagging_varh,
        lifetime_vah=measured.apparent_vah,
    )


def _net(moment: Moment, phase: int | None) -> _Values:
    """Lifetime of the net row is import less export, from 7 on (quirk 7)."""
    measured = measure(moment, Branch.NET, phase)
    return _Values(
        measured=measured,
        lifetime_wh=round(measured.delivered_wh - measured.received_wh, 3),
        lead_varh=measured.leading_varh,
        lag_varh=measured.lagging_varh,
        lifetime_vah=measured.apparent_vah,
    )


def _total(moment: Moment, phase: int | None) -> _Values:
    """Total consumption; its energy is production and net also where a meter of its own measures it."""
    measured = measure(moment, Branch.TOTAL, phase)
    return _Values(
        measured=measured,
        lifetime_wh=round(_production(moment, phase).lifetime_wh + _net(moment, phase).lifetime_wh, 3),
        lead_varh=measured.leading_varh,
        lag_varh=measured.lagging_varh,
        lifetime_vah=measured.apparent_vah,
    )


_ROWS = {"production": _production, "net-consumption": _net, "total-consumption": _total}


def _calendar(moment: Moment, kind: str, phase: int | None) -> dict[str, Any]:
    """Today and seven days: the interval snapshot and what came since, so both stand on its whole numbers (5.2)."""
    if kind == "net-consumption":
        return _no_calendar(0)
    branch = Branch.SOLAR if kind == "production" else Branch.TOTAL
    totals = interval.meter_totals(moment, branch, phase)
    since_wh = _since(moment, branch, phase)
    midnight = flow_of(moment.midnight, branch, phase)
    now = flow_of(moment.state, branch, phase)
    return {
        "today_wh": round(totals.today_wh + since_wh, 3),
        "seven_days_wh": round(totals.seven_days_wh + since_wh, 3),
        "today_vah": round(now.apparent_vah - int(midnight.apparent_vah), 3),
        "lead_today_varh": round(now.leading_varh - int(midnight.leading_varh), 3),
        "lag_today_varh": round(now.lagging_varh - int(midnight.lagging_varh), 3),
    }


def _since(moment: Moment, branch: Branch, phase: int | None) -> float:
    now: Flow = flow_of(moment.state, branch, phase)
    return round(now.delivered_wh, 3) - int(flow_of(moment.snapshot, branch, phase).delivered_wh)


def _no_calendar(zero: float) -> dict[str, Any]:
    names = ("today_wh", "seven_days_wh", "today_vah", "lead_today_varh", "lag_today_varh")
    return dict.fromkeys(names, zero)


RENDER = {
    PRODUCTION_V1: build_totals,
    PDM_ENERGY: build_pdm_energy,
    PRODUCTION_PAGE: build_page,
    PRODUCTION_AGGREGATE: build_page,
    PRODUCTION_DETAILS: build_detailed_page,
}

"""Interval snapshots: whole numbers that step every few minutes, as the gateway's database keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.api.metering import branch_of
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.state import Flow, Midnight, ReportState, SiteState

JOULES_PER_WH = 3600
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """One snapshot."""

    today_wh: int = 0
    yesterday_wh: int = 0
    seven_days_wh: int = 0
    """The seven days before today; all but today where the site is younger."""
    lifetime_wh: int = 0
    now_w: int = 0


NOTHING = Totals()


def flow_of(source: SiteState | Midnight, branch: Branch, phase: int | None = None) -> Flow:
    """Pick a branch, or one of its phases (from 0)."""
    state = branch_of(source, branch)
    return state.all if phase is None else state.phases[phase]


def meter_totals(moment: Moment, branch: Branch, phase: int | None = None) -> Totals:
    """Take the snapshot of a branch as a meter counts it."""
    now, before = flow_of(moment.snapshot, branch, phase), flow_of(moment.before_snapshot, branch, phase)
    moved_wh = (now.delivered_wh - before.delivered_wh) - (now.received_wh - before.received_wh)
    midnights = [int(flow_of(moment.midnight_before(days), branch, phase).delivered_wh) for days in (0, 1, WEEK)]
    return _totals(int(now.delivered_wh), midnights, moved_wh * JOULES_PER_WH / moment.interval_s)


def consumption_totals(moment: Moment) -> Totals:
    """Take the snapshot of total consumption: production and net together."""
    return meter_totals(moment, Branch.TOTAL)


def inverter_totals(moment: Moment) -> Totals:
    """Take the snapshot of the microinverters' sum, as far as they have reported."""
    removed = moment.settings.fleet.removed_inverters
    rows = enumerate(moment.snapshot.panels)
    places = [place for place, panel in rows if panel.service == "active" and panel.serial not in removed]
    panels = [moment.snapshot.panels[place] for place in places]
    heard = (p.report for p in panels if p.report is not None and moment.is_heard(p, moment.snapshot_s))
    lifetime = sum(panel.report.lifetime_j for panel in panels if panel.report is not None)
    told = [moment.midnight_before(days).told_j for days in (0, 1, WEEK)]
    midnights = [int(sum(day[place] for place in places) / JOULES_PER_WH) for day in told]
    return _totals(int(lifetime / JOULES_PER_WH), midnights, sum(whole_watts(row, moment) for row in heard))


def panel_totals(moment: Moment, place: int) -> Totals:
    """Sum up one microinverter, as far as it has reported; no snapshot, each report counts at once."""
    report = moment.state.panels[place].report
    midnights = [int(moment.midnight_before(days).told_j[place] / JOULES_PER_WH) for days in (0, 1, WEEK)]
    if report is None:
        return NOTHING
    return _totals(int(report.lifetime_j / JOULES_PER_WH), midnights, whole_watts(report, moment))


def production_totals(moment: Moment) -> Totals:
    """Take the snapshot that the gateway calls its production: by meter, by inverters where it is a standard one.

    A metered gateway without production transformer says nothing (quirk 12).
    """
    if moment.has_production_meter:
        return meter_totals(moment, Branch.SOLAR)
    return NOTHING if moment.meters else inverter_totals(moment)


def whole_watts(report: ReportState, moment: Moment) -> int:
    """Mean power of a report as the gateway prints it."""
    return round(report.energy_j / moment.interval_s)


def _totals(lifetime_wh: int, midnights_wh: list[int], now_w: float) -> Totals:
    today, yesterday, week_ago = midnights_wh
    return Totals(
        today_wh=lifetime_wh - today,
        yesterday_wh=today - yesterday,
        seven_days_wh=today - week_ago,
        lifetime_wh=lifetime_wh,
        now_w=round(now_w),
    )

"""The gateway's own overview: the production page, else the interval snapshot."""

from __future__ import annotations

from dataclasses import replace

from openvoy.codec import each
from openvoy.model import Reported, ReportedPhase, ReportedTotal
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS, PRODUCTION_V1, ProductionLine, ProductionRow
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.plan import is_interval_usable
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.meters import PHASES
from openvoy.protocol.translate.moments import moment
from openvoy.protocol.translate.sources import find_row
from openvoy.units import added_up


def build_reported(replies: Replies, capabilities: Capabilities, phases: int | None) -> Reported:
    """Build what the overview says; a row that does not count (`active_count` 0) is noise or old."""
    production = _production(capabilities, replies, phases)
    net = _total(find_row(replies, "net-consumption"), phases)
    consumption = _total(find_row(replies, "total-consumption"), phases)
    if _is_net_twice(consumption, net):
        consumption = _added(net, production)
    return Reported(production=production, consumption=consumption, net=net)


def _production(capabilities: Capabilities, replies: Replies, phases: int | None) -> ReportedTotal | None:
    row = find_row(replies, "production")
    if row is not None:
        return _total(row, phases)
    if not capabilities.metered and is_interval_usable(replies):
        return _interval(replies)
    page = replies.value(PRODUCTION_DETAILS)
    rows = () if page is None else each(page.production)
    return _total(next((row for row in rows if row.kind == "inverters" and row.active_count), None), None)


def _interval(replies: Replies) -> ReportedTotal | None:
    totals = replies.value(PRODUCTION_V1)
    if totals is None:
        return None
    return ReportedTotal(
        power_w=totals.now_w,
        today_wh=totals.today_wh,
        seven_days_wh=totals.seven_days_wh,
        lifetime_wh=totals.lifetime_wh,
    )


def _total(row: ProductionRow | None, phases: int | None) -> ReportedTotal | None:
    if row is None:
        return None
    lines = tuple(each(row.lines))[:phases] if phases is not None else ()
    return ReportedTotal(
        at=moment(row.reading_time_s),
        power_w=row.now_w,
        today_wh=row.today_wh,
        seven_days_wh=row.seven_days_wh,
        lifetime_wh=row.lifetime_wh,
        phases=tuple(_phase(phase, line) for phase, line in zip(PHASES, lines, strict=False)) if len(lines) > 1 else (),
    )


def _phase(phase: str, line: ProductionLine) -> ReportedPhase:
    return ReportedPhase(
        phase=phase,
        power_w=line.now_w,
        today_wh=line.today_wh,
        seven_days_wh=line.seven_days_wh,
        lifetime_wh=line.lifetime_wh,
    )


def _is_net_twice(consumption: ReportedTotal | None, net: ReportedTotal | None) -> bool:
    """Whether the row of the total repeats the net one, as 8.3.5433 does (quirk Q9)."""
    if consumption is None or net is None or consumption.power_w is None:
        return False
    return (consumption.power_w, consumption.lifetime_wh) == (net.power_w, net.lifetime_wh)


def _added(net: ReportedTotal | None, production: ReportedTotal | None) -> ReportedTotal | None:
    """Make the total anew, as all other builds do: production plus net. Its days are garbage then."""
    if net is None or production is None:
        return None
    made = {phase.phase: phase for phase in production.phases}
    return ReportedTotal(
        at=net.at,
        power_w=added_up((net.power_w, production.power_w)),
        lifetime_wh=added_up((net.lifetime_wh, production.lifetime_wh)),
        phases=tuple(
            replace(
                phase,
                power_w=added_up((phase.power_w, made[phase.phase].power_w)),
                lifetime_wh=added_up((phase.lifetime_wh, made[phase.phase].lifetime_wh)),
                today_wh=None,
                seven_days_wh=None,
            )
            for phase in net.phases
            if phase.phase in made
        ),
    )

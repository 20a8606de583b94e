"""The interval database, where it is asked directly; and the modem, of which there is none."""

from __future__ import annotations

from openvoy.protocol.endpoints.devices import (
    CELLULAR,
    CELLULAR_ONE,
    PDM_PRODUCTION,
    PdmAggregate,
    PdmSummary,
)
from openvoy.protocol.endpoints.inverters import LastReading
from openvoy.protocol.endpoints.pdm_service import CONSUMPTION_V1, PDM_KINDS, PDM_READINGS, PDM_STATE, PdmState
from openvoy.protocol.endpoints.production import ProductionTotals
from openvoy.virtual.api import interval
from openvoy.virtual.api.call import Call, Refused
from openvoy.virtual.api.interval import JOULES_PER_WH, NOTHING, Totals
from openvoy.virtual.api.inverters import build_device_data
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.production import wire_totals
from openvoy.virtual.site.branches import Branch

KINDS = ("pcu", "acb", "eim", "nsrb")


def build_summary(moment: Moment) -> PdmSummary:
    """Build the sums, those of the inverters in joules that do not wrap."""
    panels = interval.inverter_totals(moment)
    meter = interval.meter_totals(moment, Branch.SOLAR) if moment.has_production_meter else NOTHING
    return PdmSummary(
        inverters_w=panels.now_w,
        inverters_today_j=panels.today_wh * JOULES_PER_WH,
        inverters_seven_days_j=panels.seven_days_wh * JOULES_PER_WH,
        inverters_lifetime_j=panels.lifetime_wh * JOULES_PER_WH,
        has_meter=moment.has_production_meter,
        has_revenue_meter=False,
        has_power_meter=False,
        meter_w=meter.now_w,
        meter_today=PdmAggregate(energy_wh=meter.today_wh),
        meter_seven_days=PdmAggregate(energy_wh=meter.seven_days_wh),
        meter_lifetime=PdmAggregate(energy_wh=meter.lifetime_wh),
        revenue_meter_w=0,
        revenue_meter_today=PdmAggregate(energy_wh=0),
        revenue_meter_seven_days=PdmAggregate(energy_wh=0),
        revenue_meter_lifetime=PdmAggregate(energy_wh=0),
        power_meter_w=0,
        power_meter_today=PdmAggregate(energy_wh=0),
        power_meter_seven_days=PdmAggregate(energy_wh=0),
        power_meter_lifetime=PdmAggregate(energy_wh=0),
    )


def build_consumption(moment: Moment) -> ProductionTotals:
    """Build the interval snapshot of consumption; zeros without its meter."""
    totals: Totals = interval.consumption_totals(moment) if moment.has_consumption_meter else NOTHING
    return wire_totals(totals)


def build_readings(moment: Moment, call: Call) -> tuple[LastReading, ...]:
    """Build the last interval record of a channel; 404 for a channel that there is not."""
    eid = call.query.get("eid", "")
    for device in build_device_data(moment).values():
        for channel in () if isinstance(device, int) else device.channels or ():
            if str(channel.eid) == eid:
                return () if channel.last in {None, LastReading()} else (channel.last or LastReading(),)
    raise Refused(404)


RENDER = {
    PDM_PRODUCTION: build_summary,
    CONSUMPTION_V1: build_consumption,
    PDM_STATE: lambda moment: PdmState(snapshot_s=moment.snapshot_s),
    PDM_KINDS: lambda _moment: KINDS,
    CELLULAR: lambda _moment: {},
}
ANSWER = {PDM_READINGS: build_readings, CELLULAR_ONE: lambda _moment, _call: {}}

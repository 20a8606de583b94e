"""What the gateway says of production and consumption: the interval snapshot and the page that a person sees."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll
from openvoy.protocol.firmware import parse_firmware


class ProductionTotals(WireStruct):
    """The interval snapshot: it steps every 5 or 15 minutes and is no live value."""

    today_wh: Annotated[float | None, doc("Wh", "since the gateway's midnight; not a counter")] = said("wattHoursToday")
    seven_days_wh: Annotated[
        float | None, doc("Wh", "seven days before today, or all but today where history is shorter")
    ] = said("wattHoursSevenDays")
    lifetime_wh: Annotated[float | None, doc("Wh", "lifetime")] = said("wattHoursLifetime")
    now_w: Annotated[float | None, doc("W", "mean power of the last interval")] = said("wattsNow")


class PdmProduction(WireStruct):
    """Snapshots by what counted them."""

    inverters: Annotated[ProductionTotals | None, doc("", "sum of the microinverters")] = said("pcu")
    revenue_meter: Annotated[ProductionTotals | None, doc("", "revenue-grade meter")] = said("rgm")
    meter: Annotated[ProductionTotals | None, doc("", "production current transformer")] = said("eim")


class PdmConsumption(WireStruct):
    """Consumption snapshot."""

    meter: Annotated[ProductionTotals | None, doc("", "consumption current transformer")] = said("eim")


class PdmEnergy(WireStruct):
    """Snapshots split by source; unlike the page it lets late and lost snapshots be seen."""

    production: Annotated[PdmProduction | None, doc("", "production by source")] = None
    consumption: Annotated[PdmConsumption | None, doc("", "consumption")] = None


class ProductionLine(WireStruct):
    """One phase of an integrated-meter row."""

    now_w: Annotated[float | None, doc("W", "active power")] = said("wNow")
    lifetime_wh: Annotated[float | None, doc("Wh", "lifetime energy")] = said("whLifetime")
    lead_lifetime_varh: Annotated[float | None, doc("varh", "lifetime leading reactive energy")] = said(
        "varhLeadLifetime"
    )
    lag_lifetime_varh: Annotated[float | None, doc("varh", "lifetime lagging reactive energy")] = said(
        "varhLagLifetime"
    )
    lifetime_vah: Annotated[float | None, doc("VAh", "lifetime apparent energy")] = said("vahLifetime")
    current_a: Annotated[float | None, doc("A", "current")] = said("rmsCurrent")
    voltage_v: Annotated[float | None, doc("V", "voltage")] = said("rmsVoltage")
    reactive_var: Annotated[float | None, doc("var", "reactive power")] = said("reactPwr")
    apparent_va: Annotated[float | None, doc("VA", "apparent power")] = said("apprntPwr")
    power_factor: Annotated[float | None, doc("", "power factor")] = said("pwrFactor")
    today_wh: Annotated[float | None, doc("Wh", "interval snapshot plus energy since; not a counter")] = said("whToday")
    seven_days_wh: Annotated[float | None, doc("Wh", "as today, for seven days")] = said("whLastSevenDays")
    today_vah: Annotated[float | None, doc("VAh", "apparent energy since midnight")] = said("vahToday")
    lead_today_varh: Annotated[float | None, doc("varh", "leading reactive energy since midnight")] = said(
        "varhLeadToday"
    )
    lag_today_varh: Annotated[float | None, doc("varh", "lagging reactive energy since midnight")] = said(
        "varhLagToday"
    )


class ProductionRow(WireStruct):
    """One row: the inverters' sum, an integrated meter, another meter, or the AC Batteries."""

    kind: Annotated[str | None, doc("", "inverters, eim (integrated meter), rgms, pmus, acb")] = said("type")
    active_count: Annotated[int | None, doc("", "inverters that count; 1 for a meter that is enabled and works")] = (
        said("activeCount")
    )
    measurement: Annotated[str | None, doc("", "production, total-consumption or net-consumption; absent on 4.2")] = (
        said("measurementType")
    )
    reading_time_s: Annotated[float | None, doc("s", "Unix time of the newest sample; 0 is never")] = said(
        "readingTime"
    )
    now_w: Annotated[float | None, doc("W", "power now; AC Batteries: positive while discharging")] = said("wNow")
    lifetime_wh: Annotated[
        float | None, doc("Wh", "lifetime energy; the inverters' sum wraps at 2^32 J from 7.x to 8.2.127")
    ] = said("whLifetime")
    stored_wh: Annotated[float | None, doc("Wh", "AC Batteries: energy stored")] = said("whNow")
    state: Annotated[str | None, doc("", "AC Batteries: charging, discharging, full, idle")] = None
    soc_pct: Annotated[float | None, doc("%", "AC Batteries: state of charge")] = said("percentFull")
    lead_lifetime_varh: Annotated[float | None, doc("varh", "lifetime leading reactive energy")] = said(
        "varhLeadLifetime"
    )
    lag_lifetime_varh: Annotated[float | None, doc("varh", "lifetime lagging reactive energy")] = said(
        "varhLagLifetime"
    )
    lifetime_vah: Annotated[float | None, doc("VAh", "lifetime apparent energy")] = said("vahLifetime")
    current_a: Annotated[float | None, doc("A", "sum of the phase currents")] = said("rmsCurrent")
    voltage_v: Annotated[float | None, doc("V", "sum of the phase voltages")] = said("rmsVoltage")
    reactive_var: Annotated[float | None, doc("var", "reactive power")] = said("reactPwr")
    apparent_va: Annotated[float | None, doc("VA", "apparent power")] = said("apprntPwr")
    power_factor: Annotated[float | None, doc("", "power factor; the sum of the phases' on some 8.3 builds")] = said(
        "pwrFactor"
    )
    today_wh: Annotated[
        float | None, doc("Wh", "interval snapshot plus energy since; not a counter, may be the whole lifetime")
    ] = said("whToday")
    seven_days_wh: Annotated[float | None, doc("Wh", "as today, for seven days")] = said("whLastSevenDays")
    today_vah: Annotated[float | None, doc("VAh", "apparent energy since midnight")] = said("vahToday")
    lead_today_varh: Annotated[float | None, doc("varh", "leading reactive energy since midnight")] = said(
        "varhLeadToday"
    )
    lag_today_varh: Annotated[float | None, doc("varh", "lagging reactive energy since midnight")] = said(
        "varhLagToday"
    )
    lines: Annotated[tuple[ProductionLine, ...] | None, doc("", "phases, only with details=1")] = None


class ProductionPage(WireStruct):
    """The production page as JSON."""

    production: Annotated[tuple[ProductionRow, ...] | None, doc("", "inverters' sum first, then meters")] = None
    consumption: Annotated[
        tuple[ProductionRow, ...] | None, doc("", "total, then net; absent without current transformers")
    ] = None
    storage: Annotated[tuple[ProductionRow, ...] | None, doc("", "AC Batteries; IQ Batteries never stand here")] = None


PRODUCTION_V1: Endpoint[ProductionTotals] = Endpoint(
    name="production_v1",
    path="/api/v1/production",
    summary="Production of the last interval, today, seven days and lifetime.",
    reply=ProductionTotals,
    poll=Poll.FIVE_MINUTES,
    handler=Handler.EMUWEB,
)


PDM_ENERGY: Endpoint[PdmEnergy] = Endpoint(
    name="pdm_energy",
    path="/ivp/pdm/energy",
    summary="The same snapshots split by inverters, revenue meter and current transformers.",
    reply=PdmEnergy,
    poll=Poll.FIVE_MINUTES,
    since=parse_firmware("7"),
)


PRODUCTION_DETAILS: Endpoint[ProductionPage] = Endpoint(
    name="production_details",
    path="/production.json?details=1",
    summary="Production, consumption and AC Batteries by source and phase; slow.",
    reply=ProductionPage,
    poll=Poll.HOURLY,
    handler=Handler.SCRIPTED,
    since=parse_firmware("3.9"),
)


PRODUCTION_PAGE: Endpoint[ProductionPage] = Endpoint(
    name="production_page",
    path="/production.json",
    summary="The same without phases (some builds give them all the same).",
    reply=ProductionPage,
    poll=Poll.ON_DEMAND,
    handler=Handler.SCRIPTED,
    since=parse_firmware("3.9"),
)


PRODUCTION_AGGREGATE: Endpoint[ProductionPage] = Endpoint(
    name="production_aggregate",
    path="/production",
    summary="The same without phases; HTML before 4, refused without login on 4 and 5.",
    reply=ProductionPage,
    poll=Poll.ON_DEMAND,
    handler=Handler.SCRIPTED,
    since=parse_firmware("4"),
    digest_free=False,
)

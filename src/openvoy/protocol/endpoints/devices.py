"""Devices and events as the local pages and low-level modules list them."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class DeviceRecordEntry(WireStruct):
    """One device record."""

    eid: Annotated[int | None, doc("", "record number")] = None
    device_type: Annotated[int | None, doc("", "1 inverter, 4 gateway, 10 meter …")] = said("devType")
    admin_state: Annotated[int | None, doc("", "1 discovered, 2 verified, 3 deleted")] = said("adminState")
    created_s: Annotated[float | None, doc("s", "Unix time")] = said("createdDate")
    part_number: Annotated[str | None, doc("", "part number")] = said("partnum")
    serial: Annotated[str | None, doc("", "serial number")] = said("serialnum")


class Table(WireStruct):
    """A page of a table for the local pages."""

    total: Annotated[int | None, doc("", "rows in all")] = said("iTotalRecords")
    records_total: Annotated[int | None, doc("", "rows in all")] = said("recordsTotal")
    shown: Annotated[int | None, doc("", "rows after filtering")] = said("iTotalDisplayRecords")
    records_filtered: Annotated[int | None, doc("", "rows after filtering")] = said("recordsFiltered")
    echo: Annotated[int | str | None, doc("", "repeats the request's parameter")] = said("sEcho")
    rows: Annotated[
        tuple[list[str], ...] | None, doc("", "rows; events: number, text, serial, device type, local date")
    ] = said("aaData")


class PdmAggregate(WireStruct):
    """An energy over all phases."""

    energy_wh: Annotated[float | None, doc("Wh", "all phases")] = said("aggregate")


class PdmSummary(WireStruct):
    """Sums in joules, which do not wrap."""

    inverters_w: Annotated[float | None, doc("W", "inverters now")] = said("watts_now_pcu")
    inverters_today_j: Annotated[float | None, doc("J", "inverters today")] = said("joules_today_pcu")
    inverters_seven_days_j: Annotated[float | None, doc("J", "inverters, seven days")] = said("pcu_joules_seven_days")
    inverters_lifetime_j: Annotated[float | None, doc("J", "inverters, lifetime")] = said("joules_lifetime_pcu")
    has_meter: Annotated[bool | None, doc("", "a meter counts")] = said("there_is_an_active_eim")
    has_revenue_meter: Annotated[bool | None, doc("", "a revenue meter counts")] = said("there_is_an_active_rgm")
    has_power_meter: Annotated[bool | None, doc("", "a power meter counts")] = said("there_is_an_active_pmu")
    meter_w: Annotated[float | None, doc("W", "meter now")] = said("watts_now_eim")
    meter_today: Annotated[PdmAggregate | None, doc("", "meter today")] = said("watt_hours_today_eim")
    meter_seven_days: Annotated[PdmAggregate | None, doc("", "meter, seven days")] = said("eim_watt_hours_seven_days")
    meter_lifetime: Annotated[PdmAggregate | None, doc("", "meter, lifetime")] = said("watt_hours_lifetime_eim")
    revenue_meter_w: Annotated[float | None, doc("W", "revenue meter now")] = said("watts_now_rgm")
    revenue_meter_today: Annotated[PdmAggregate | None, doc("", "revenue meter today")] = said("watt_hours_today_rgm")
    revenue_meter_seven_days: Annotated[PdmAggregate | None, doc("", "revenue meter, seven days")] = said(
        "rgm_watt_hours_seven_days"
    )
    revenue_meter_lifetime: Annotated[PdmAggregate | None, doc("", "revenue meter, lifetime")] = said(
        "watt_hours_lifetime_rgm"
    )
    power_meter_w: Annotated[float | None, doc("W", "power meter now")] = said("watts_now_pmu")
    power_meter_today: Annotated[PdmAggregate | None, doc("", "power meter today")] = said("watt_hours_today_pmu")
    power_meter_seven_days: Annotated[PdmAggregate | None, doc("", "power meter, seven days")] = said(
        "pmu_watt_hours_seven_days"
    )
    power_meter_lifetime: Annotated[PdmAggregate | None, doc("", "power meter, lifetime")] = said(
        "watt_hours_lifetime_pmu"
    )


class EventEntry(WireStruct):
    """One event."""

    id: Annotated[int | str | None, doc("", "number")] = None
    text: Annotated[str | None, doc("", "text")] = None


DEVICE_RECORDS: Endpoint[tuple[DeviceRecordEntry, ...]] = Endpoint(
    name="device_records",
    path="/ivp/eh/devs",
    summary="All device records: inverters, meters, the gateway.",
    reply=tuple[DeviceRecordEntry, ...],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


DEVICE_RECORD: Endpoint[tuple[DeviceRecordEntry, ...]] = Endpoint(
    name="device_record",
    path="/ivp/eh/devs/{eid}",
    summary="One device record, in a list.",
    reply=tuple[DeviceRecordEntry, ...],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


EVENT_TABLE: Endpoint[Table] = Endpoint(
    name="event_table",
    path="/datatab/event_dt.rb",
    summary="The gateway's own event log, by ?start= and length=.",
    reply=Table,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


EVENT_PAGE: Endpoint[Table] = Endpoint(
    name="event_page",
    path="/event.json",
    summary="The same, as the page's model.",
    reply=Table,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
)


INVENTORY_TABLE: Endpoint[Table] = Endpoint(
    name="inventory_table",
    path="/datatab/inventory_dt",
    summary="Devices as a table for the local pages.",
    reply=Table,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


CONDITION_TABLE: Endpoint[Table] = Endpoint(
    name="condition_table",
    path="/datatab/admin_dcc_display_dt",
    summary="Device conditions as a table for the local pages.",
    reply=Table,
    role=Role.PROVISIONING,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


PDM_PRODUCTION: Endpoint[PdmSummary] = Endpoint(
    name="pdm_production",
    path="/ivp/pdm/production",
    summary="Sums in joules, which do not wrap.",
    reply=PdmSummary,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("8.2.4"),
)


EVENTS_NATIVE: Endpoint[tuple[EventEntry, ...]] = Endpoint(
    name="events_native",
    path="/ivp/event",
    summary="The event manager; body unrecorded.",
    reply=tuple[EventEntry, ...],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


CELLULAR: Endpoint[dict[str, str]] = Endpoint(
    name="cellular",
    path="/ivp/cellular",
    summary="The modem; empty without one.",
    reply=dict[str, str],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


CELLULAR_ONE: Endpoint[dict[str, str]] = Endpoint(
    name="cellular_one",
    path="/ivp/cellular/{eid}",
    summary="The modem by record number; empty without one.",
    reply=dict[str, str],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)

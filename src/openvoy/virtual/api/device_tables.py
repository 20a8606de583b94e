"""Device records, and the tables of devices that the local pages load."""

from __future__ import annotations

from datetime import datetime

from openvoy.protocol.endpoints.devices import (
    CONDITION_TABLE,
    DEVICE_RECORD,
    DEVICE_RECORDS,
    INVENTORY_TABLE,
    DeviceRecordEntry,
    Table,
)
from openvoy.virtual.api.call import Call, Refused
from openvoy.virtual.api.eids import GATEWAY_EID
from openvoy.virtual.api.inventory import VERIFIED, admin_state, conditions, is_heard
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import inverters
from openvoy.virtual.api.q_relays import q_relays, record

METER_TYPE, GATEWAY_TYPE = 10, 4


def build_records(moment: Moment) -> tuple[DeviceRecordEntry, ...]:
    """Build all device records: inverters, Q-relays, meters, the gateway."""
    rows = [
        DeviceRecordEntry(
            eid=row.eid,
            device_type=1,
            admin_state=admin_state(row),
            created_s=row.since_s,
            part_number=row.model.part_number,
            serial=row.panel.serial,
        )
        for row in inverters(moment)
    ]
    rows += [record(moment, relay) for relay in q_relays(moment)]
    rows += [
        DeviceRecordEntry(
            eid=meter.eid,
            device_type=METER_TYPE,
            admin_state=VERIFIED,
            created_s=moment.commissioned_s,
            part_number="800-00500-r01",
            serial=f"{moment.identity.serial}EIM{meter.index + 1}",
        )
        for meter in moment.meters
    ]
    gateway = DeviceRecordEntry(
        eid=GATEWAY_EID,
        device_type=GATEWAY_TYPE,
        admin_state=VERIFIED,
        created_s=moment.commissioned_s,
        part_number=moment.identity.part_number,
        serial=moment.identity.serial,
    )
    return (*rows, gateway)


def build_record(moment: Moment, call: Call) -> tuple[DeviceRecordEntry, ...]:
    """Build one of them, in a list; 404 where there is none."""
    found = tuple(row for row in build_records(moment) if str(row.eid) == call.parts["eid"])
    if not found:
        raise Refused(404)
    return found


def build_table(moment: Moment, call: Call) -> Table:
    """Build the table of devices for the local pages."""
    rows = [
        [
            row.model.part_number,
            local_text(moment, row.since_s),
            row.panel.serial,
            f"<span class='{'good' if is_heard(moment, row) else 'bad'}'>{conditions(moment, row)[0]}</span>",
            row.model.image,
            row.model.assembly,
            "000-00000-r00",
            local_text(moment, row.panel.report.at_s if row.panel.report else 0),
        ]
        for row in inverters(moment)
    ]
    return Table(total=len(rows), shown=len(rows), echo=echo_of(call), rows=tuple(rows))


def build_conditions(moment: Moment, call: Call) -> Table:
    """Build the table of device conditions."""
    rows = [
        [
            f"<input type='checkbox' name='{row.channel_eid}' value='{row.eid}'>",
            f"<a href='/inventory?serial={row.panel.serial}'>{row.panel.serial}</a>",
            row.model.part_number,
            "gficlearset" if row.channel_eid in moment.settings.bridge.cleared_faults else "",
            f"<span>{conditions(moment, row)[0]}</span>",
            local_text(moment, row.panel.report.at_s if row.panel.report else 0),
        ]
        for row in inverters(moment)
    ]
    return Table(total=len(rows), shown=len(rows), echo=echo_of(call), rows=tuple(rows))


def echo_of(call: Call) -> int:
    """Repeat the number that the table asked with."""
    text = call.query.get("sEcho", "")
    return int(text) if text.isdecimal() else 0


def local_text(moment: Moment, at_s: int) -> str:
    """Write a time as the local pages do; nothing for never."""
    local = datetime.fromtimestamp(at_s, moment.local.tzinfo)
    return f"{local:%a %b %d, %Y %I:%M %p %Z}" if at_s else ""


RENDER = {DEVICE_RECORDS: build_records}
ANSWER = {DEVICE_RECORD: build_record, INVENTORY_TABLE: build_table, CONDITION_TABLE: build_conditions}

"""Raw parameters of inverters, trip points, and which inverters there are."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from openvoy import codec
from openvoy.codec import each
from openvoy.protocol.endpoints.parameters import (
    ADC_RECORD,
    INVERTER_LIST,
    PCU_COMM_CHECK,
    RELAXED_ADD,
    RELAXED_DELETE,
    TPM_CAPABILITY,
    TPM_PARAMETERS,
    TPM_SELECT,
    TPM_STATUS,
    AdcRecord,
    AddInvertersRequest,
    InverterList,
    InverterRef,
    TripCapability,
    TripParameters,
    TripSelection,
    TripStatus,
)
from openvoy.virtual.api.call import Call, Outcome, Refused, settle
from openvoy.virtual.api.eids import controller_eid
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import Inverter, inverters
from openvoy.virtual.api.versions import NO_TRIP_POINTS
from openvoy.virtual.settings.events import News
from openvoy.virtual.settings.mappings import nothing, with_entry
from openvoy.virtual.site.serials import inverter_serials

BLOCKS = {"fpf", "vrt", "frt"}
RETIRED = {"error": "503 - Service Unavailable", "informational": "tpm API no longer supported"}
DOCUMENT = "mm_profile.json"
SERIAL_DIGITS = 12
FULL_BARS = 5


def build_record(moment: Moment, call: Call) -> AdcRecord:
    """Build the raw record of a controller: bytes that are its own and change with profile and phase; else 404."""
    known = {str(controller_eid(row.place)): row for row in inverters(moment)}
    inverter = known.get(call.query.get("eid", ""))
    block = call.query.get("agf")
    if inverter is None or (block is not None and block not in BLOCKS):
        raise Refused(404)
    kind = "tpm" if call.query.get("tpm") == "true" else block or "adc"
    phase = moment.settings.profiles.manual_phases.get(inverter.panel.serial, "")
    content = f"{inverter.panel.serial} {kind} {moment.settings.profiles.selected} {phase}"
    return AdcRecord(eid=controller_eid(inverter.place), record=hashlib.sha256(content.encode()).hexdigest())


def build_relaxed(moment: Moment) -> dict[str, str]:
    """Build the relaxed parameters as they were sent; empty without."""
    return dict(moment.settings.profiles.relaxed)


def write_relaxed(moment: Moment, call: Call) -> Outcome:
    """Store relaxed parameters."""
    told = call.read(dict[str, object])
    profiles = moment.settings.profiles
    stored = with_entry(nothing(), DOCUMENT, codec.encode_json(told).decode())
    return settle(moment, value={}, profiles=replace(profiles, relaxed=stored))


def delete_relaxed(moment: Moment, _call: Call) -> Outcome:
    """Remove them."""
    return settle(moment, value={}, profiles=replace(moment.settings.profiles, relaxed=nothing()))


def check_trip_points(moment: Moment) -> None:
    """Raise Refused where trip points are retired."""
    if moment.firmware >= NO_TRIP_POINTS:
        raise Refused(503, RETIRED)


def build_capability(moment: Moment) -> TripCapability:
    """Build whether trip points can be managed."""
    check_trip_points(moment)
    return TripCapability(capable=False)


def build_trip_points(moment: Moment) -> TripParameters:
    """Build the trip points, of which there are none."""
    check_trip_points(moment)
    return TripParameters(parameters=())


def build_selection(moment: Moment) -> TripSelection:
    """Build which are selected."""
    check_trip_points(moment)
    return TripSelection(selected=moment.settings.profiles.trip_points)


def write_selection(moment: Moment, call: Call) -> Outcome:
    """Select some."""
    check_trip_points(moment)
    told = call.read(TripSelection).selected
    if told is None:
        raise call.malformed("selected is missing")
    return settle(moment, profiles=replace(moment.settings.profiles, trip_points=told))


def build_trip_status(moment: Moment) -> TripStatus:
    """Build what trip-point management does."""
    check_trip_points(moment)
    return TripStatus(status="idle")


def build_list(moment: Moment) -> InverterList:
    """Build the inverters of the site."""
    return InverterList(devices=tuple(InverterRef(serial=row.panel.serial) for row in inverters(moment)))


def add_inverters(moment: Moment, call: Call) -> Outcome:
    """Add inverters; one that was removed comes back, another is waited for. 400 for what is no serial number."""
    serials = tuple(each(call.read(AddInvertersRequest).serials))
    if not serials or not all(is_serial(serial) for serial in serials):
        raise Refused(400)
    fleet = moment.settings.fleet
    known = {*inverter_serials(moment.site), *fleet.added_inverters}
    added = fleet.added_inverters
    for serial in serials:
        if serial not in known:
            added = with_entry(added, serial, moment.now_s)
    removed = fleet.removed_inverters - set(serials)
    news = tuple(News(text="Device added: Set", serial=serial, device="pcu") for serial in serials)
    return settle(moment, news=news, fleet=replace(fleet, added_inverters=added, removed_inverters=removed))


def remove_inverters(moment: Moment, call: Call) -> Outcome:
    """Remove inverters by ?serial_num=a,b: they stay in the inventory of deleted devices. 404 for others."""
    serials = set(filter(None, call.query.get("serial_num", "").split(",")))
    if not serials:
        raise Refused(400)
    if not serials <= {row.panel.serial for row in inverters(moment)}:
        raise Refused(404)
    fleet = moment.settings.fleet
    news = tuple(News(text="Device removed: Set", serial=serial, device="pcu") for serial in sorted(serials))
    return settle(moment, news=news, fleet=replace(fleet, removed_inverters=fleet.removed_inverters | serials))


def is_serial(text: str) -> bool:
    """Whether a text has the form of a serial number."""
    return len(text) == SERIAL_DIGITS and text.isascii() and text.isdecimal()


def build_comm_check(moment: Moment) -> dict[str, int]:
    """Build the power-line levels: 0 for an inverter that does not answer, which at night is all of them."""
    return {row.panel.serial: _level(moment, row) for row in inverters(moment)}


def _level(moment: Moment, inverter: Inverter) -> int:
    """Further along the line it is a bar less, as it is on roofs."""
    if not moment.is_heard(inverter.panel, moment.now_s):
        return 0
    return FULL_BARS if inverter.place % 7 else FULL_BARS - 1


RENDER = {
    RELAXED_ADD: build_relaxed,
    TPM_CAPABILITY: build_capability,
    TPM_PARAMETERS: build_trip_points,
    TPM_SELECT: build_selection,
    TPM_STATUS: build_trip_status,
    INVERTER_LIST: build_list,
    PCU_COMM_CHECK: build_comm_check,
}
ANSWER = {ADC_RECORD: build_record}
WRITE = {
    (RELAXED_ADD, "PUT"): write_relaxed,
    (RELAXED_ADD, "POST"): write_relaxed,
    (RELAXED_DELETE, "PUT"): delete_relaxed,
    (TPM_SELECT, "PUT"): write_selection,
    (INVERTER_LIST, "PUT"): add_inverters,
    (INVERTER_LIST, "POST"): add_inverters,
    (INVERTER_LIST, "DELETE"): remove_inverters,
}

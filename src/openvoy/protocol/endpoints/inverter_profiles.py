"""Grid profile and phase of each inverter."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class InverterProfile(WireStruct):
    """Grid profile of one inverter."""

    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")
    device_type: Annotated[str | None, doc("", "PCU")] = None
    record_type: Annotated[str | None, doc("", "AGF")] = said("device_record_type")
    admin_state: Annotated[int | None, doc("", "1 discovered, 2 verified, 3 deleted")] = None
    phase: Annotated[str | None, doc("", "phase in effect")] = said("ph_ind")
    detected_phase: Annotated[str | None, doc("", "phase as detected")] = said("gcpa_ph_ind")
    manual_phase: Annotated[str | None, doc("", "phase as set by a person")] = said("man_ph_ind")
    status: Annotated[int | None, doc("", "download state")] = None
    blocks: Annotated[str | None, doc("", "function blocks, 0 in sync, 1 still to be sent")] = said("message")


class InverterPhases(WireStruct):
    """Inverters by phase."""

    a: Annotated[tuple[str, ...] | None, doc("", "serial numbers")] = said("ph-a")
    b: Annotated[tuple[str, ...] | None, doc("", "serial numbers")] = said("ph-b")
    c: Annotated[tuple[str, ...] | None, doc("", "serial numbers")] = said("ph-c")
    unknown: Annotated[tuple[str, ...] | None, doc("", "serial numbers")] = said("ph-unk")


INVERTER_PROFILES: Endpoint[tuple[InverterProfile, ...]] = Endpoint(
    name="inverter_profiles",
    path="/ivp/ens_rest/inverters_status",
    summary="Grid profile and phase of every inverter; PUT ?serial_num=&man_ph_ind= sets a phase.",
    reply=tuple[InverterProfile, ...],
    methods=("GET", "PUT"),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


INVERTER_PROFILES_PAGE: Endpoint[tuple[InverterProfile, ...]] = Endpoint(
    name="inverter_profiles_page",
    path="/installer/agf/inverters_status.json",
    summary="The same at its older place.",
    reply=tuple[InverterProfile, ...],
    methods=("GET", "PUT"),
    role=Role.PROVISIONING,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("5"),
    digest_free=False,
)


INVERTER_PROFILES_BARE: Endpoint[tuple[InverterProfile, ...]] = Endpoint(
    name="inverter_profiles_bare",
    path="/installer/agf/inverters_status",
    summary="The same; leads to the newer place from 6 on.",
    reply=tuple[InverterProfile, ...],
    methods=("GET", "PUT"),
    role=Role.PROVISIONING,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("5"),
    digest_free=False,
)


INVERTER_PHASES: Endpoint[tuple[InverterPhases, ...]] = Endpoint(
    name="inverter_phases",
    path="/installer/agf/inverters_phase.rb",
    summary="Inverters by phase.",
    reply=tuple[InverterPhases, ...],
    role=Role.PROVISIONING,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


LEGACY_INVERTER_PROFILES: Endpoint[tuple[InverterProfile, ...]] = Endpoint(
    name="legacy_inverter_profiles",
    path="/installer/profiles/inverters_status.json",
    summary="Grid profile of every inverter, as 3.x and 4.x name it.",
    reply=tuple[InverterProfile, ...],
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    until=parse_firmware("5"),
    digest_free=False,
)

"""Raw parameters of inverters, trip points, and which inverters there are."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class AdcRecord(WireStruct):
    """Raw record of one controller."""

    eid: Annotated[int | None, doc("", "controller record number")] = None
    record: Annotated[str | None, doc("", "hex")] = None


class TripCapability(WireStruct):
    """Trip-point management, retired by 7.0."""

    capable: Annotated[bool | None, doc("", "available")] = said("tpm_capability")
    error: Annotated[str | None, doc("", "503 - Service Unavailable")] = None
    information: Annotated[str | None, doc("", "tpm API no longer supported")] = said("informational")


class TripParameters(WireStruct):
    """Trip points."""

    parameters: Annotated[tuple[dict[str, str], ...] | None, doc("", "trip points")] = None
    error: Annotated[str | None, doc("", "503 - Service Unavailable")] = None
    information: Annotated[str | None, doc("", "tpm API no longer supported")] = said("informational")


class TripSelection(WireStruct):
    """Selected trip points."""

    selected: Annotated[str | None, doc("", "name")] = None
    error: Annotated[str | None, doc("", "503 - Service Unavailable")] = None
    information: Annotated[str | None, doc("", "tpm API no longer supported")] = said("informational")


class TripStatus(WireStruct):
    """State of trip points."""

    status: Annotated[str | None, doc("", "idle")] = None
    error: Annotated[str | None, doc("", "503 - Service Unavailable")] = None
    information: Annotated[str | None, doc("", "tpm API no longer supported")] = said("informational")


class InverterRef(WireStruct):
    """One inverter."""

    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")


class InverterList(WireStruct):
    """Inverters of the site."""

    devices: Annotated[tuple[InverterRef, ...] | None, doc("", "inverters")] = None


class AddInvertersRequest(WireStruct):
    """Adds inverters."""

    serials: Annotated[tuple[str, ...] | None, doc("", "serial numbers")] = said("serial_nums")


ADC_RECORD: Endpoint[AdcRecord] = Endpoint(
    name="adc_record",
    path="/ivp/adc/record",
    summary="Raw record of one controller, by ?eid= and optionally agf= or tpm=true.",
    reply=AdcRecord,
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


RELAXED_ADD: Endpoint[dict[str, str]] = Endpoint(
    name="relaxed_add",
    path="/ivp/adc/relaxedparams/add",
    summary="Stores relaxed parameters.",
    reply=dict[str, str],
    methods=("GET", "PUT", "POST"),
    role=Role.ANYBODY,
    write_role=Role.PROVISIONING,
    is_acting=True,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


RELAXED_DELETE: Endpoint[dict[str, str]] = Endpoint(
    name="relaxed_delete",
    path="/ivp/adc/relaxedparams/delete",
    summary="Removes relaxed parameters.",
    reply=dict[str, str],
    methods=("PUT",),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


TPM_CAPABILITY: Endpoint[TripCapability] = Endpoint(
    name="tpm_capability",
    path="/ivp/tpm/capability",
    summary="Whether trip points can be managed; retired by 7.0.",
    reply=TripCapability,
    role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


TPM_PARAMETERS: Endpoint[TripParameters] = Endpoint(
    name="tpm_parameters",
    path="/ivp/tpm/parameters",
    summary="Trip points; retired by 7.0.",
    reply=TripParameters,
    role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


TPM_SELECT: Endpoint[TripSelection] = Endpoint(
    name="tpm_select",
    path="/ivp/tpm/select",
    summary="Selected trip points; retired by 7.0.",
    reply=TripSelection,
    request=TripSelection,
    methods=("GET", "PUT"),
    role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


TPM_STATUS: Endpoint[TripStatus] = Endpoint(
    name="tpm_status",
    path="/ivp/tpm/tpmstatus",
    summary="State of trip points; retired by 7.0.",
    reply=TripStatus,
    role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


INVERTER_LIST: Endpoint[InverterList] = Endpoint(
    name="inverter_list",
    path="/prov",
    summary="Inverters of the site; PUT adds, DELETE ?serial_num= removes.",
    reply=InverterList,
    request=AddInvertersRequest,
    methods=("GET", "PUT", "POST", "DELETE"),
    role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


PCU_COMM_CHECK: Endpoint[dict[str, int]] = Endpoint(
    name="pcu_comm_check",
    path="/installer/pcu_comm_check",
    summary="Power-line levels of all inverters, 0 to 5 bars; takes seconds per inverter.",
    reply=dict[str, int],
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    is_acting=True,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)

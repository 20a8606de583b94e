"""Provisioning of storage devices by radio, first and second generation."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll, Role
from openvoy.protocol.endpoints.ensemble_service import DeviceRef
from openvoy.protocol.firmware import parse_firmware


class ProvisionDevice(WireStruct):
    """A device to register; a serial number alone starts the key exchange."""

    serial: Annotated[str | None, doc("", "12 digits")] = said("serial_num")
    link_key: Annotated[str | None, doc("", "32 hex characters, a secret")] = None
    mac: Annotated[str | None, doc("", "hardware address in hex")] = said("mac_addr")
    device_type: Annotated[int | None, doc("", "13 battery, 17 controller")] = None
    phase: Annotated[int | None, doc("", "1 to 3, batteries in Europe")] = None
    der_index: Annotated[int | None, doc("", "system generation: 1 for 1.x, 2 for 2.0; from 8.1")] = None


class ProvisionRequest(WireStruct):
    """Registers devices."""

    devices: Annotated[tuple[ProvisionDevice, ...] | None, doc("", "devices")] = said("serial_nums")


class ProvisionState(WireStruct):
    """How registering one device went."""

    serial: Annotated[str | None, doc("", "12 digits")] = said("serial_num")
    status: Annotated[str | None, doc("", "ok or failed")] = None


class ProvisionReply(WireStruct):
    """How registering went; status 400 where one failed."""

    devices: Annotated[tuple[ProvisionState, ...] | None, doc("", "devices")] = said("serial_nums")


class CommissionedDevice(WireStruct):
    """A device of the stored radio configuration."""

    serial: Annotated[str | None, doc("", "12 digits")] = said("serial_num")
    device_type: Annotated[int | None, doc("", "13 battery, 17 controller")] = None
    link_key: Annotated[str | None, doc("", "a secret")] = None


class CommissionConfig(WireStruct):
    """The stored radio configuration."""

    devices: Annotated[tuple[CommissionedDevice, ...] | None, doc("", "devices")] = None


class PairingDevice(WireStruct):
    """A device that joins."""

    serial: Annotated[str | None, doc("", "12 digits")] = said("serial_num")
    status: Annotated[str | None, doc("", "joined, pending or failed")] = None


class PairingStatus(WireStruct):
    """Who joins the radio network."""

    network_mode: Annotated[str | None, doc("", "Join Disabled or Join Enabled")] = said("Zigbee Network Mode")
    devices: Annotated[tuple[PairingDevice, ...] | None, doc("", "devices")] = said("serial_nums")


class PhaseRequest(WireStruct):
    """Sets a battery's phase."""

    serial: Annotated[str | None, doc("", "12 digits")] = said("serial_num")
    phase: Annotated[int | None, doc("", "1 to 3")] = None


class RadioState(WireStruct):
    """State of the radio."""

    connected: Annotated[bool | None, doc("", "radio is there")] = said("zb is_device_connected")
    ready: Annotated[bool | None, doc("", "ready")] = said("zb is_init_done")
    payload_bytes: Annotated[int | None, doc("", "largest message")] = said("zb max_pyld_size")
    joined_count: Annotated[int | None, doc("", "nodes")] = said("zb num_joined_nodes")
    joined: Annotated[tuple[str, ...] | None, doc("", "nodes")] = said("zb joined_nodes")
    sub_ghz_connected: Annotated[bool | None, doc("", "sub-GHz radio is there")] = said("ieee_15_4 is_device_connected")
    sub_ghz_ready: Annotated[bool | None, doc("", "ready")] = said("ieee_15_4 is_init_done")
    sub_ghz_payload_bytes: Annotated[int | None, doc("", "largest message")] = said("ieee_15_4 max_pyld_size")
    sub_ghz_joined_count: Annotated[int | None, doc("", "nodes")] = said("ieee_15_4 num_joined_nodes")
    sub_ghz_joined: Annotated[tuple[str, ...] | None, doc("", "nodes")] = said("ieee_15_4 joined_nodes")
    client_count: Annotated[int | None, doc("", "devices")] = said("num_client_devices")
    clients: Annotated[tuple[str, ...] | None, doc("", "devices")] = said("client_devices")


class RadioCounters(WireStruct):
    """Counters of the radio."""

    zigbee: Annotated[dict[str, int] | None, doc("", "counters")] = said("zigbee_counters")
    sub_ghz: Annotated[dict[str, int] | None, doc("", "counters")] = said("IEEE_15_4_counters")
    layer: Annotated[dict[str, int] | None, doc("", "counters")] = said("ral_counters")
    radio: Annotated[dict[str, int] | None, doc("", "counters")] = said("ral_radio_counters")
    library: Annotated[str | None, doc("", "name: value pairs")] = said("zigbee_lib_counters")
    clients: Annotated[tuple[dict[str, int], ...] | None, doc("", "counters by device")] = said("client_dev_counters")
    buffer_pool: Annotated[dict[str, int] | None, doc("", "buffers")] = None
    buffer_subpool: Annotated[tuple[dict[str, int], ...] | None, doc("", "buffers")] = None


class RadioStatus(WireStruct):
    """The radio."""

    state: Annotated[RadioState | None, doc("", "state")] = None
    counters: Annotated[RadioCounters | None, doc("", "counters")] = None


ZIGBEE_STATUS: Endpoint[RadioStatus] = Endpoint(
    name="zigbee_status",
    path="/ivp/zb/status",
    summary="State and counters of the radio.",
    reply=RadioStatus,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


PAIRING_STATUS: Endpoint[PairingStatus] = Endpoint(
    name="pairing_status",
    path="/ivp/zb/pairing_status",
    summary="Who joins the radio network.",
    reply=PairingStatus,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


ZIGBEE_PROVISION: Endpoint[ProvisionReply] = Endpoint(
    name="zigbee_provision",
    path="/ivp/zb/provision",
    summary="POST registers devices, DELETE ?serial_number=a,b removes them.",
    reply=ProvisionReply,
    request=ProvisionRequest,
    methods=("POST", "DELETE"),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


ZIGBEE_COMMISSION: Endpoint[CommissionConfig] = Endpoint(
    name="zigbee_commission",
    path="/ivp/zb/commission",
    summary="The stored radio configuration; POST seals it, DELETE removes it.",
    reply=CommissionConfig,
    methods=("GET", "POST", "DELETE"),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


ZIGBEE_RESET: Endpoint[dict[str, str]] = Endpoint(
    name="zigbee_reset",
    path="/ivp/zb/reset_device",
    summary="Resets a device; also ends a controller's manual override.",
    reply=dict[str, str],
    request=DeviceRef,
    methods=("POST",),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


ZIGBEE_PHASE: Endpoint[dict[str, str]] = Endpoint(
    name="zigbee_phase",
    path="/ivp/zb/set_phase",
    summary="Sets a battery's phase.",
    reply=dict[str, str],
    request=PhaseRequest,
    methods=("POST",),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)

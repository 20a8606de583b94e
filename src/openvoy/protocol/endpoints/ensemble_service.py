"""Servicing batteries and controllers: devices, sleep, communication, errors, wiring tests."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll, Role
from openvoy.protocol.endpoints.ensemble_status import Submodule
from openvoy.protocol.firmware import parse_firmware


class EnsembleMember(WireStruct):
    """A device that belongs to the storage system."""

    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")
    zigbee_sn: Annotated[str | None, doc("", "radio key material, may be blank")] = None
    zigbee_ic: Annotated[str | None, doc("", "radio key material, may be blank")] = None
    zigbee_crc: Annotated[str | None, doc("", "radio key material, may be blank")] = None
    device_type: Annotated[int | None, doc("", "13 battery, 17 controller")] = None
    commissioned_s: Annotated[float | None, doc("s", "Unix time")] = said("commission_time")


class EnsembleMembers(WireStruct):
    """Devices of the storage system."""

    members: Annotated[tuple[EnsembleMember, ...] | None, doc("", "devices")] = said("serial_nums")


class SubmoduleInventory(WireStruct):
    """Parts by device."""

    devices: Annotated[dict[str, dict[str, Submodule]] | None, doc("", "parts by serial number")] = said("serial_nums")


class DeviceTelemetry(WireStruct):
    """Raw telemetry."""

    records: Annotated[dict[str, dict[str, str | float]] | None, doc("", "values by serial number")] = said(
        "data_records"
    )


class SleepWindow(WireStruct):
    """A battery that sleeps."""

    serial: Annotated[str | int | None, doc("", "serial number")] = said("serial_num")
    min_pct: Annotated[float | None, doc("%", "sleeps from")] = said("sleep_min_soc")
    max_pct: Annotated[float | None, doc("%", "sleeps to")] = said("sleep_max_soc")


class StorageSleep(WireStruct):
    """Sleeping batteries; PUT puts to sleep, DELETE wakes."""

    sleeping: Annotated[tuple[SleepWindow, ...] | None, doc("", "batteries")] = said("encharge_sleep")


class AverageLevel(WireStruct):
    """Mean radio levels."""

    count: Annotated[int | None, doc("", "batteries")] = said("num")
    level_sub_ghz: Annotated[int | None, doc("", "0 to 5 bars")] = said("comm_level_sub_ghz")
    level_2_4_ghz: Annotated[int | None, doc("", "0 to 5 bars")] = said("comm_level_2_4_ghz")


class StorageCommCheck(WireStruct):
    """Communication with the batteries."""

    average: Annotated[AverageLevel | None, doc("", "mean levels")] = said("average_encharge_level")


class ControllerErrors(WireStruct):
    """Error flags of the system controller."""

    flags: Annotated[int | None, doc("", "bit mask")] = said("enpower_error_flags")


class ClearErrorsRequest(WireStruct):
    """Clears errors."""

    mask: Annotated[int | None, doc("", "bit mask")] = said("errors_to_clear")


class WiringResult(WireStruct):
    """Result of a wiring test."""

    status: Annotated[str | None, doc("", "ENC_CONN_NOT_VERIFIED …")] = None
    code: Annotated[int | None, doc("", "-1 before the first test")] = None
    timestamp_s: Annotated[float | None, doc("s", "Unix time")] = said("timestamp")


class BatteryWiringTest(WireStruct):
    """Wiring test of the batteries."""

    result: Annotated[WiringResult | None, doc("", "result")] = said("ec1_wiring_test_result")


class GeneratorWiringTest(WireStruct):
    """Wiring test of the generator."""

    result: Annotated[WiringResult | None, doc("", "result")] = said("gen_wiring_test_result")


class ProfileStatus(WireStruct):
    """Grid profile of one storage device."""

    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")
    device_type: Annotated[str | None, doc("", "ENPOWER or ENCHARGE")] = None
    status: Annotated[int | None, doc("", "download state")] = None
    message: Annotated[str | None, doc("", "function blocks, 0 in sync")] = None


class DeviceKind(WireStruct):
    """Kind of one device."""

    device_type: Annotated[int | None, doc("", "kind; garbage for other devices")] = None


class DeviceRef(WireStruct):
    """Names one device."""

    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")


class ControlBusDevices(WireStruct):
    """Devices on the control bus."""

    devices: Annotated[tuple[DeviceRef, ...] | None, doc("", "devices")] = None


ENSEMBLE_SUBMODULES: Endpoint[SubmoduleInventory] = Endpoint(
    name="ensemble_submodules",
    path="/ivp/ensemble/submod",
    summary="Parts of batteries and controllers.",
    reply=SubmoduleInventory,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


ENSEMBLE_MEMBERS: Endpoint[EnsembleMembers] = Endpoint(
    name="ensemble_members",
    path="/ivp/ensemble/devices",
    summary="Devices of the storage system; POST adds one.",
    reply=EnsembleMembers,
    request=EnsembleMember,
    methods=("GET", "POST"),
    write_role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


ENSEMBLE_RAW: Endpoint[DeviceTelemetry] = Endpoint(
    name="ensemble_raw",
    path="/ivp/ensemble/dataraw/{serial}",
    summary="Raw telemetry of one device and its parts.",
    reply=DeviceTelemetry,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


STORAGE_SLEEP: Endpoint[StorageSleep] = Endpoint(
    name="storage_sleep",
    path="/ivp/ensemble/sleep",
    summary="Sleeping IQ Batteries.",
    reply=StorageSleep,
    request=StorageSleep,
    methods=("GET", "PUT", "DELETE"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


STORAGE_COMM_CHECK: Endpoint[StorageCommCheck] = Endpoint(
    name="storage_comm_check",
    path="/ivp/ensemble/comm_check",
    summary="Radio levels of the batteries.",
    reply=StorageCommCheck,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


CONTROLLER_ERRORS: Endpoint[ControllerErrors] = Endpoint(
    name="controller_errors",
    path="/ivp/ensemble/errors",
    summary="Error flags of the system controller; POST clears them.",
    reply=ControllerErrors,
    request=ClearErrorsRequest,
    methods=("GET", "POST"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


BATTERY_WIRING_TEST: Endpoint[BatteryWiringTest] = Endpoint(
    name="battery_wiring_test",
    path="/ivp/ensemble/ec1_wiring_test",
    summary="Wiring test of the batteries; POST starts it.",
    reply=BatteryWiringTest,
    methods=("GET", "POST"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


GENERATOR_WIRING_TEST: Endpoint[GeneratorWiringTest] = Endpoint(
    name="generator_wiring_test",
    path="/ivp/ensemble/gen_wiring_test",
    summary="Wiring test of the generator; POST starts it.",
    reply=GeneratorWiringTest,
    methods=("GET", "POST"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


STORAGE_PROFILE_STATUS: Endpoint[tuple[ProfileStatus, ...]] = Endpoint(
    name="storage_profile_status",
    path="/ivp/ensemble/profile_status",
    summary="Grid profile of the storage devices; PUT sends it again.",
    reply=tuple[ProfileStatus, ...],
    methods=("GET", "PUT"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


ENSEMBLE_DEVICE_STATUS: Endpoint[dict[str, DeviceKind]] = Endpoint(
    name="ensemble_device_status",
    path="/ivp/ensemble/device_status",
    summary="Kind of a device, by ?serial_num=.",
    reply=dict[str, DeviceKind],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


CONTROL_BUS_DEVICES: Endpoint[ControlBusDevices] = Endpoint(
    name="control_bus_devices",
    path="/ivp/ensemble/device_list",
    summary="Devices on the control bus.",
    reply=ControlBusDevices,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("8"),
)


CONTROL_BUS_PROVISION: Endpoint[dict[str, str]] = Endpoint(
    name="control_bus_provision",
    path="/ivp/ensemble/device_provision",
    summary="Adds a device on the control bus.",
    reply=dict[str, str],
    request=DeviceRef,
    methods=("POST",),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("8"),
)


CONTROL_BUS_DECOMMISSION: Endpoint[dict[str, str]] = Endpoint(
    name="control_bus_decommission",
    path="/ivp/ensemble/decommission",
    summary="Removes a device from the control bus.",
    reply=dict[str, str],
    request=DeviceRef,
    methods=("POST", "DELETE"),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("8"),
)


CONTROL_BUS_RESET: Endpoint[dict[str, str]] = Endpoint(
    name="control_bus_reset",
    path="/ivp/ensemble/reset_device/{serial}",
    summary="Resets a device on the control bus.",
    reply=dict[str, str],
    methods=("POST",),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("8"),
)

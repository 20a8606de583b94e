"""Batteries and controller as their agent sees them, in one reply."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.endpoints.ensemble import Relay, SecondaryControl
from openvoy.protocol.firmware import parse_firmware


class ModuleImage(WireStruct):
    """Firmware of a submodule."""

    part_number: Annotated[str | None, doc("", "part number")] = None
    assembly_number: Annotated[str | None, doc("", "assembly number")] = None


class Submodule(WireStruct):
    """A part of a battery or controller."""

    device_type: Annotated[
        int | None, doc("", "14 inverter, 15 control board, 16 battery management, 18 and 20 controller boards")
    ] = None
    admin_state: Annotated[int | None, doc("", "state")] = None
    part_number: Annotated[str | None, doc("", "part number")] = None
    assembly_number: Annotated[str | None, doc("", "assembly number")] = None
    dmir: Annotated[ModuleImage | None, doc("", "parameter table")] = None
    procload: Annotated[ModuleImage | None, doc("", "firmware")] = None


class StatusDevice(WireStruct):
    """One device as the battery agent sees it."""

    device_type: Annotated[int | None, doc("", "13 battery, 17 system controller, 27 collar …")] = None
    interface: Annotated[str | None, doc("", "ZigBee, CAN, USB")] = said("com_interface_str")
    device_id: Annotated[str | None, doc("", "serial number")] = None
    admin_state: Annotated[int | None, doc("", "state machine, as a number")] = None
    admin_state_text: Annotated[str | None, doc("", "the same in words")] = said("admin_state_str")
    grid_mode: Annotated[str | None, doc("", "multimode-ongrid, multimode-offgrid, multimode-generator, grid-tied")] = (
        said("reported_grid_mode")
    )
    phase: Annotated[str | int | None, doc("", "number on 7.x, ph-a … on 8.x")] = None
    der_index: Annotated[int | None, doc("", "which relay it hangs on")] = None
    revision: Annotated[int | None, doc("", "battery generation")] = said("encharge_revision")
    capacity_wh: Annotated[float | None, doc("Wh", "capacity")] = said("encharge_capacity")
    rated_w: Annotated[float | None, doc("W", "rated power")] = said("encharge_rated_power")
    grid_state: Annotated[str | None, doc("", "grid-tied …")] = said("reported_enc_grid_state")
    retries: Annotated[int | None, doc("", "messages sent again")] = said("msg_retry_count")
    part_number: Annotated[str | None, doc("", "part number")] = None
    assembly_number: Annotated[str | None, doc("", "assembly number")] = None
    firmware: Annotated[str | None, doc("", "firmware")] = said("app_fw_version")
    zigbee_firmware: Annotated[str | None, doc("", "ZigBee firmware")] = said("zb_fw_version")
    zigbee_bootloader: Annotated[str | None, doc("", "ZigBee boot loader")] = said("zb_bootloader_vers")
    boot_firmware: Annotated[str | None, doc("", "boot loader")] = said("ibl_fw_version")
    asic_firmware: Annotated[str | None, doc("", "ASIC firmware")] = said("swift_asic_fw_version")
    bmu_firmware: Annotated[str | None, doc("", "battery management firmware")] = said("bmu_fw_version")
    submodule_count: Annotated[int | None, doc("", "parts")] = None
    submodules: Annotated[dict[str, Submodule] | None, doc("", "parts by serial number")] = None


class StatusInventory(WireStruct):
    """Devices by serial number."""

    devices: Annotated[dict[str, StatusDevice] | None, doc("", "devices")] = said("serial_nums")


class StatusMessage(WireStruct):
    """A text."""

    text: Annotated[str | None, doc("", "text")] = said("message")


class StatusFake(WireStruct):
    """Test mode of the agent."""

    fake: Annotated[bool | None, doc("", "always false")] = said("fake_inventory_mode")


class EnsembleStatus(WireStruct):
    """Devices, secondary control and relay in one reply."""

    inventory: Annotated[StatusInventory | None, doc("", "devices")] = None
    counters: Annotated[dict[str, int] | None, doc("", "process counters, up to 7.6")] = None
    control: Annotated[SecondaryControl | None, doc("", "as secondary_control")] = said("secctrl")
    relay: Annotated[Relay | None, doc("", "as relay")] = None
    profile: Annotated[StatusMessage | None, doc("", "up to 7.6")] = None
    fake: Annotated[StatusFake | None, doc("", "up to 7.6")] = said("fakeit")


ENSEMBLE_STATUS: Endpoint[EnsembleStatus] = Endpoint(
    name="ensemble_status",
    path="/ivp/ensemble/status",
    summary="Devices, secondary control and relay in one reply.",
    reply=EnsembleStatus,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)

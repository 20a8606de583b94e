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
    """A part of a battery or controller; inverters of batteries say more from 8.3 on."""

    device_type: Annotated[
        int | None, doc("", "14 inverter, 15 control board, 16 battery management, 18 and 20 controller boards")
    ] = None
    admin_state: Annotated[int | None, doc("", "state")] = None
    part_number: Annotated[str | None, doc("", "part number")] = None
    assembly_number: Annotated[str | None, doc("", "assembly number")] = None
    dmir: Annotated[ModuleImage | None, doc("", "parameter table")] = None
    procload: Annotated[ModuleImage | None, doc("", "firmware")] = None
    alternate_device_type: Annotated[int | None, doc("", "inverter: another type")] = None
    fsm_state: Annotated[int | str | None, doc("", "inverter: its own state machine")] = None
    rated_w: Annotated[float | None, doc("W", "inverter: rated power")] = said("rated_power")
    is_ll: Annotated[bool | None, doc("", "inverter: between two lines")] = None
    phase: Annotated[int | str | None, doc("", "inverter: its phase")] = said("pcu_phase")


class StatusDevice(WireStruct):
    """One device as the battery agent sees it."""

    device_type: Annotated[int | None, doc("", "13 battery, 17 system controller, 27 collar …")] = None
    interface: Annotated[str | None, doc("", "ZigBee, CAN, USB")] = said("com_interface_str")
    interface_number: Annotated[int | None, doc("", "the same as a number, on some")] = said("com_interface")
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
    zigbee_dongle_firmware: Annotated[str | None, doc("", "firmware of the ZigBee adapter, older")] = said(
        "zigbee_dongle_fw_version"
    )
    boot_firmware: Annotated[str | None, doc("", "boot loader")] = said("ibl_fw_version")
    asic_firmware: Annotated[str | None, doc("", "ASIC firmware")] = said("swift_asic_fw_version")
    bmu_firmware: Annotated[str | None, doc("", "battery management firmware")] = said("bmu_fw_version")
    properties_set: Annotated[bool | int | str | None, doc("", "on CAN: its properties were told to it")] = said(
        "prop_set"
    )
    installed_s: Annotated[float | None, doc("s", "on CAN: Unix time")] = said("installed")
    dmir: Annotated[ModuleImage | None, doc("", "on CAN: parameter table")] = None
    procload: Annotated[ModuleImage | None, doc("", "on CAN: firmware")] = None
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

"""Batteries and controller as their agent sees them."""

from __future__ import annotations

from openvoy.protocol.endpoints.ensemble_service import ENSEMBLE_SUBMODULES, SubmoduleInventory
from openvoy.protocol.endpoints.ensemble_status import (
    ENSEMBLE_STATUS,
    EnsembleStatus,
    ModuleImage,
    StatusDevice,
    StatusFake,
    StatusInventory,
    StatusMessage,
    Submodule,
)
from openvoy.virtual.api.ensemble import (
    COLLAR_FIRMWARE,
    COLLAR_PART,
    COMBINER_FIRMWARE,
    COMBINER_PART,
    COMBINER_READY,
    CONTROLLER_FIRMWARE,
    CONTROLLER_PART,
    READY,
    collar_state,
)
from openvoy.virtual.api.fleet import Board, Unit, batteries, boards, sub_panel_serial
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.relay import build_relay
from openvoy.virtual.api.secctrl import build_control
from openvoy.virtual.api.supply import battery_grid_mode, battery_grid_state, controller_state
from openvoy.virtual.api.versions import EIGHT, EIGHT_THREE
from openvoy.virtual.settings.fleet import BATTERY_TYPE
from openvoy.virtual.site.serials import combiner_serial

NO_IMAGE = ModuleImage(part_number="", assembly_number="")
BATTERY_PARTS = (14, 14, 14, 14, 15, 16)
"""Four inverters, the control board, the battery management."""
CONTROLLER_PARTS = (18, 20)
COMBINER_TYPE = 30


def build_status(moment: Moment) -> EnsembleStatus:
    """Build devices, control and relay in one."""
    is_seven = moment.firmware < EIGHT
    devices = {unit.serial: _battery(moment, unit) for unit in batteries(moment)}
    devices |= {
        board.serial: _collar(moment, board) if board.is_collar else _controller(moment, board)
        for board in boards(moment)
    }
    if moment.site.gateway.combiner:
        devices[combiner_serial(moment.site)] = _combiner(moment)
    return EnsembleStatus(
        inventory=StatusInventory(devices=devices),
        counters=_counters(moment) if is_seven else None,
        control=build_control(moment),
        relay=build_relay(moment),
        profile=StatusMessage(text="Obsolete API, please use ivp/arf/profile") if is_seven else None,
        fake=StatusFake(fake=False) if is_seven else None,
    )


def build_submodules(moment: Moment) -> SubmoduleInventory:
    """Build the parts of all devices."""
    parts = {unit.serial: _battery_parts(unit.serial) for unit in batteries(moment)}
    parts |= {board.serial: _controller_parts(board.serial) for board in boards(moment) if not board.is_collar}
    return SubmoduleInventory(devices=parts)


def _battery(moment: Moment, unit: Unit) -> StatusDevice:
    is_seven = moment.firmware < EIGHT
    has_radio_firmware = moment.firmware < EIGHT_THREE
    return StatusDevice(
        device_type=BATTERY_TYPE,
        interface=None if is_seven else "ZigBee",
        device_id=None if is_seven else unit.serial,
        admin_state=READY[0],
        admin_state_text=READY[1],
        grid_mode=battery_grid_mode(moment),
        phase=unit.phase + 1 if is_seven else unit.phase_name,
        der_index=None if is_seven else unit.der_index,
        revision=unit.model.revision,
        capacity_wh=round(unit.model.capacity_wh),
        rated_w=round(unit.model.rated_w),
        grid_state=None if is_seven else battery_grid_state(moment),
        retries=1,
        part_number=unit.model.part_number,
        assembly_number="890-00023-r39",
        firmware=unit.model.firmware,
        zigbee_firmware="100F" if has_radio_firmware else None,
        zigbee_bootloader="1.B.5" if has_radio_firmware else None,
        boot_firmware="1.3.413",
        asic_firmware="001.002.1.7.2",
        bmu_firmware="2.1.34",
        submodule_count=len(BATTERY_PARTS),
        submodules=_battery_parts(unit.serial),
    )


def _controller(moment: Moment, board: Board) -> StatusDevice:
    state, parts = controller_state(moment), _controller_parts(board.serial)
    return StatusDevice(
        device_type=board.device_type,
        interface=None if moment.firmware < EIGHT else "ZigBee",
        device_id=None if moment.firmware < EIGHT else board.serial,
        admin_state=state.number,
        admin_state_text=state.text,
        retries=1,
        part_number=CONTROLLER_PART,
        assembly_number="880-00376-r39",
        firmware=CONTROLLER_FIRMWARE,
        zigbee_firmware="100F",
        zigbee_bootloader="1.B.5",
        boot_firmware="1.3.413",
        asic_firmware="",
        bmu_firmware="",
        submodule_count=len(parts),
        submodules=parts,
    )


def _collar(moment: Moment, board: Board) -> StatusDevice:
    return _on_can(
        board.serial,
        device_type=board.device_type,
        state=collar_state(moment),
        part_number=COLLAR_PART,
        firmware=COLLAR_FIRMWARE,
        installed_s=board.since_s,
    )


def _combiner(moment: Moment) -> StatusDevice:
    return _on_can(
        combiner_serial(moment.site),
        device_type=COMBINER_TYPE,
        state=COMBINER_READY,
        part_number=COMBINER_PART,
        firmware=COMBINER_FIRMWARE,
        installed_s=moment.commissioned_s,
    )


def _on_can(
    serial: str, *, device_type: int, state: tuple[int, str], part_number: str, firmware: str, installed_s: int
) -> StatusDevice:
    """Build a device that is wired, not by radio: it says more of itself."""
    return StatusDevice(
        device_type=device_type,
        interface="CAN",
        device_id=serial,
        admin_state=state[0],
        admin_state_text=state[1],
        retries=1,
        part_number=part_number,
        assembly_number="880-00376-r39",
        firmware=firmware,
        boot_firmware="1.3.413",
        asic_firmware="",
        bmu_firmware="",
        properties_set=True,
        installed_s=installed_s,
        dmir=ModuleImage(part_number="549-00030-r00", assembly_number="3.28.2-D48"),
        procload=ModuleImage(part_number="521-00003-r00", assembly_number=firmware),
        submodule_count=0,
        submodules={},
    )


def _battery_parts(serial: str) -> dict[str, Submodule]:
    image = ModuleImage(part_number="521-00003-r00", assembly_number="3.28.2-D48")
    dmir = ModuleImage(part_number="549-00030-r00", assembly_number="3.28.2-D48")
    return {
        f"{int(serial) + number:012d}": _part(kind, "800-01335-r01", "880-01335-r10", dmir=dmir, image=image)
        for number, kind in enumerate(BATTERY_PARTS, 1)
    }


def _controller_parts(serial: str) -> dict[str, Submodule]:
    dmir = ModuleImage(part_number="546-00003-01", assembly_number="01")
    image = ModuleImage(part_number="522-00003-01", assembly_number=CONTROLLER_FIRMWARE)
    first, second = f"{int(serial) + 1:012d}", sub_panel_serial(serial)
    return {
        first: _part(CONTROLLER_PARTS[0], "800-01346-r02", "800-01346-r02", dmir=dmir, image=image),
        second: _part(CONTROLLER_PARTS[1], "800-01855-r01", "880-01855-r01", dmir=dmir, image=NO_IMAGE),
    }


def _part(kind: int, part_number: str, assembly: str, *, dmir: ModuleImage, image: ModuleImage) -> Submodule:
    return Submodule(
        device_type=kind,
        admin_state=1,
        part_number=part_number,
        assembly_number=assembly,
        dmir=dmir,
        procload=image,
    )


def _counters(moment: Moment) -> dict[str, int]:
    """Counters of the battery agent, one tick a second."""
    age_s = moment.now_s - moment.commissioned_s
    return {"api_ecagtInit": 1, "api_ecagtTick": age_s, "api_ecagtGetRelayState": age_s * 6 // 5, "rest_StatusGet": 1}


RENDER = {ENSEMBLE_STATUS: build_status, ENSEMBLE_SUBMODULES: build_submodules}

"""Inventory and power of IQ Batteries and system controller."""

from __future__ import annotations

from openvoy.protocol.endpoints.ensemble import (
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    BatteryPower,
    EnsembleDevice,
    EnsembleGroup,
    EnsemblePower,
)
from openvoy.virtual.api.fleet import Board, Unit, batteries, boards
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.supply import battery_grid_mode, battery_grid_state, controller_grid_mode, controller_state
from openvoy.virtual.api.versions import EIGHT
from openvoy.virtual.site.serials import combiner_serial, revenue_meter_serial

READY = (6, "ENCHG_STATE_READY")
IDLE_W = 20.0
REPORT_S = 60
FULL_BARS = 5
CONTROLLER_PART = "860-00376-r37"
CONTROLLER_FIRMWARE = "2.0.5729_rel/22.15"
COLLAR_PART = "865-00400-r22"
COLLAR_FIRMWARE = "3.0.6-D0"
COMBINER_PART = "800-02403-r08"
COMBINER_FIRMWARE = "0.1.20-D1"
COMBINER_READY = (82, "ENCMN_C6_CC_READY")
COLLAR_WARMTH_C = 9
"""How much warmer a collar is than the air."""
FAHRENHEIT_PER_C = 1.8
FREEZING_F = 32.0


def build_inventory(moment: Moment) -> tuple[EnsembleGroup, ...]:
    """Build the storage inventory: nothing at all without devices."""
    units, parting = batteries(moment), boards(moment)
    groups = []
    if units or parting:
        groups.append(EnsembleGroup(kind="ENCHARGE", devices=tuple(_battery(moment, unit) for unit in units)))
    for board in parting:
        kind, build = ("COLLAR", _collar) if board.is_collar else ("ENPOWER", _controller)
        groups.append(EnsembleGroup(kind=kind, devices=(build(moment, board),)))
    if moment.site.gateway.combiner:
        groups.append(EnsembleGroup(kind="C6 COMBINER CONTROLLER", devices=(_combiner(moment),)))
        groups.append(EnsembleGroup(kind="C6 RGM", devices=(_revenue_meter(moment),)))
    return tuple(groups)


def build_power(moment: Moment) -> EnsemblePower:
    """Build power and charge of each battery."""
    rows = (
        BatteryPower(
            serial=unit.serial,
            power_mw=round(unit.power_w * 1000),
            apparent_mva=round(unit.power_w * 1000),
            soc_pct=round(unit.soc_pct),
        )
        for unit in batteries(moment)
    )
    return EnsemblePower(batteries=tuple(rows))


def is_asleep(moment: Moment, serial: str) -> bool:
    """Whether a battery was put to sleep."""
    return any(str(row.serial) == serial for row in moment.settings.storage.asleep)


def _battery(moment: Moment, unit: Unit) -> EnsembleDevice:
    is_seven = moment.firmware < EIGHT
    return EnsembleDevice(
        part_number=unit.model.part_number,
        serial=unit.serial,
        installed_s=unit.since_s,
        status=("envoy.global.ok", "prop.done"),
        last_report_s=reported_s(moment),
        admin_state_number=READY[0],
        admin_state=READY[1],
        created_s=unit.since_s,
        image_loaded_s=unit.since_s,
        firmware=unit.model.firmware,
        zigbee_firmware="100F" if is_seven else None,
        bmu_firmware="2.1.34",
        operating=True if is_seven else None,
        communicating=True,
        temperature_raw=round(unit.temperature_c),
        level_sub_ghz=FULL_BARS,
        level_2_4_ghz=FULL_BARS,
        sleep_enabled=is_asleep(moment, unit.serial),
        soc_pct=round(unit.soc_pct),
        max_cell_c=round(unit.temperature_c) + 1,
        led_status=_led(moment, unit),
        dc_switch_off=False,
        revision=unit.model.revision,
        capacity_wh=round(unit.model.capacity_wh),
        phase=None if is_seven else unit.phase_name,
        der_index=None if is_seven else unit.der_index,
        grid_state_reported=None if is_seven else battery_grid_state(moment),
    )


def _controller(moment: Moment, board: Board) -> EnsembleDevice:
    is_seven, state = moment.firmware < EIGHT, controller_state(moment)
    return EnsembleDevice(
        part_number=CONTROLLER_PART,
        serial=board.serial,
        installed_s=board.since_s,
        status=("envoy.global.ok", "prop.done"),
        last_report_s=reported_s(moment),
        admin_state_number=state.number,
        admin_state=state.text,
        created_s=board.since_s,
        image_loaded_s=board.since_s,
        firmware=CONTROLLER_FIRMWARE,
        zigbee_firmware="100F" if is_seven else None,
        operating=True if is_seven else None,
        communicating=True,
        temperature_raw=round(FREEZING_F + FAHRENHEIT_PER_C * moment.truth.air_c),
        level_sub_ghz=FULL_BARS,
        level_2_4_ghz=FULL_BARS,
        relay_admin=moment.settings.controller.grid_relay,
        relay=moment.switchgear.relay,
        controller_grid_mode=controller_grid_mode(moment),
        battery_grid_mode=battery_grid_mode(moment),
        relay_bits=state.relay_bits,
        state_id=state.state_id,
    )


def collar_state(moment: Moment) -> tuple[int, str]:
    """Name the place of a meter collar in its state machine."""
    is_on_grid = moment.switchgear.relay == "closed"
    return 88, "ENCMN_MDE_ON_GRID" if is_on_grid else "ENCMN_MDE_OFF_GRID"


def _collar(moment: Moment, board: Board) -> EnsembleDevice:
    is_on_grid = moment.switchgear.relay == "closed"
    number, state = collar_state(moment)
    return EnsembleDevice(
        part_number=COLLAR_PART,
        serial=board.serial,
        installed_s=board.since_s,
        status=("envoy.global.ok", "prop.done"),
        last_report_s=reported_s(moment),
        admin_state_number=number,
        admin_state=state,
        created_s=board.since_s,
        image_loaded_s=board.since_s,
        firmware=COLLAR_FIRMWARE,
        communicating=True,
        temperature_raw=round(moment.truth.air_c) + COLLAR_WARMTH_C,
        level_sub_ghz=0,
        level_2_4_ghz=0,
        mid_state="close" if is_on_grid else "open",
        grid_state="on_grid" if is_on_grid else "off_grid",
        control_error=0,
        collar_state="Installed",
    )


def _combiner(moment: Moment) -> EnsembleDevice:
    return EnsembleDevice(
        part_number=COMBINER_PART,
        serial=combiner_serial(moment.site),
        installed_s=moment.commissioned_s,
        last_report_s=reported_s(moment),
        admin_state_number=COMBINER_READY[0],
        admin_state=COMBINER_READY[1],
        created_s=moment.commissioned_s,
        image_loaded_s=moment.commissioned_s,
        communicating=True,
        fw_version=COMBINER_FIRMWARE,
        dmir_version="0.1.20-D1",
    )


def _revenue_meter(moment: Moment) -> EnsembleDevice:
    return EnsembleDevice(
        part_number="800-02406-r05",
        serial=revenue_meter_serial(moment.site),
        installed_s=moment.commissioned_s,
        meter_firmware="0.1.20-D1",
        meter_state=80,
    )


def reported_s(moment: Moment) -> int:
    """When storage devices last reported, Unix seconds."""
    return moment.now_s - moment.now_s % REPORT_S


def _led(moment: Moment, unit: Unit) -> int:
    """12 charging, 13 discharging, 14 idle, 17 idle and low."""
    if abs(unit.power_w) >= IDLE_W:
        return 13 if unit.power_w > 0 else 12
    return 17 if unit.soc_pct <= moment.settings.tariff.reserve_pct + 1 else 14


RENDER = {ENSEMBLE_INVENTORY: build_inventory, ENSEMBLE_POWER: build_power}

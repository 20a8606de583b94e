"""IQ Batteries. The site has no system controller: the grid relay is that of a house without one."""

from __future__ import annotations

from typing import Any

from openvoy.protocol.endpoints.ensemble import (
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    RELAY,
    SECONDARY_CONTROL,
    BatteryPower,
    EnsembleDevice,
    EnsembleGroup,
    EnsemblePower,
    OffGridControl,
    Relay,
    SecondaryControl,
)
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
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT, EIGHT_THREE
from openvoy.virtual.site.definition import Battery
from openvoy.virtual.site.serials import battery_serials
from openvoy.virtual.site.state import StorageState

BATTERY_TYPE = 13
READY = (6, "ENCHG_STATE_READY")
IDLE_W = 20.0
REPORT_S = 60
FULL_BARS = 5
PHASES = ("ph-a", "ph-b", "ph-c")
SUBMODULES = (14, 14, 14, 14, 15, 16)
"""Four inverters, the control board, the battery management."""


def build_inventory(moment: Moment) -> tuple[EnsembleGroup, ...]:
    """Build the storage inventory: nothing at all without batteries."""
    battery, storage = moment.site.battery, moment.state.storage
    if battery is None or storage is None:
        return ()
    devices = (
        _device(moment, battery, storage, place, serial) for place, serial in enumerate(battery_serials(moment.site))
    )
    return (EnsembleGroup(kind="ENCHARGE", devices=tuple(devices)),)


def build_power(moment: Moment) -> EnsemblePower:
    """Build power and charge of each battery."""
    storage = moment.state.storage
    if storage is None:
        return EnsemblePower(batteries=())
    each_mw = round(storage.power_w / storage.units * 1000)
    rows = (
        BatteryPower(serial=serial, power_mw=each_mw, apparent_mva=each_mw, soc_pct=_soc(storage))
        for serial in battery_serials(moment.site)
    )
    return EnsemblePower(batteries=tuple(rows))


def build_control(moment: Moment) -> SecondaryControl:
    """Build the totals of all batteries; zeros without any."""
    battery, storage = moment.site.battery, moment.state.storage
    is_eight, is_newest = moment.firmware >= EIGHT, moment.firmware >= EIGHT_THREE
    reserve = 0 if battery is None else round(battery.reserve_pct)
    very_low = 10 if battery is None else round(battery.very_low_pct)
    soc, capacity = (0, 0) if storage is None else (_soc(storage), round(storage.capacity_wh))
    return SecondaryControl(
        shutdown=False,
        **_no_bias(),
        off_grid=_off_grid() if is_newest else None,
        reserve_pct=reserve,
        reserve_in_effect_pct=reserve,
        soc_pct=soc,
        capacity_wh=capacity,
        iq_soc_pct=soc,
        iq_health_pct=100 if capacity else 0,
        iq_reserve_wh=capacity * reserve // 100,
        iq_available_wh=capacity * soc // 100,
        iq_capacity_wh=capacity,
        iq_usable_wh=capacity,
        acb_soc_pct=0,
        acb_available_wh=0,
        very_low_pct=very_low if is_eight else None,
        recovery_enabled=bool(capacity) if is_eight else None,
        recovery_entry_pct=very_low if is_eight else None,
        recovery_exit_pct=very_low + 5 if is_eight else None,
        commissioning=False if is_eight else None,
        ess_in_progress=False if is_eight else None,
        ess_migrating=False if is_newest else None,
    )


def build_relay(moment: Moment) -> Relay:
    """Build the relay of a house without system controller: closed for ever."""
    is_eight = moment.firmware >= EIGHT
    return Relay(
        relay_admin="closed",
        relay="closed",
        srt12_state="open" if is_eight else None,
        srt13_state="open" if is_eight else None,
        der1_state=0,
        der2_state=0,
        der3_state=0 if is_eight else None,
        battery_grid_mode="grid-tied",
        solar_grid_mode="unknown",
    )


def build_status(moment: Moment) -> EnsembleStatus:
    """Build devices, control and relay in one."""
    is_seven = moment.firmware < EIGHT
    battery = moment.site.battery
    devices = {} if battery is None else {s: _status(moment, battery, s) for s in battery_serials(moment.site)}
    return EnsembleStatus(
        inventory=StatusInventory(devices=devices),
        counters=_counters(moment) if is_seven else None,
        control=build_control(moment),
        relay=build_relay(moment),
        profile=StatusMessage(text="Obsolete API, please use ivp/arf/profile") if is_seven else None,
        fake=StatusFake(fake=False) if is_seven else None,
    )


def _soc(storage: StorageState) -> int:
    return round(storage.soc_pct)


def _device(moment: Moment, battery: Battery, storage: StorageState, place: int, serial: str) -> EnsembleDevice:
    is_seven, model = moment.firmware < EIGHT, battery.battery_model
    return EnsembleDevice(
        part_number=model.part_number,
        serial=serial,
        installed_s=moment.commissioned_s,
        status=("envoy.global.ok", "prop.done"),
        last_report_s=moment.now_s - moment.now_s % REPORT_S,
        admin_state_number=READY[0],
        admin_state=READY[1],
        created_s=moment.commissioned_s,
        image_loaded_s=moment.commissioned_s,
        firmware=model.firmware,
        zigbee_firmware="100F" if is_seven else None,
        bmu_firmware="2.1.34",
        operating=True if is_seven else None,
        communicating=True,
        temperature_raw=round(storage.temperature_c),
        level_sub_ghz=FULL_BARS,
        level_2_4_ghz=FULL_BARS,
        sleep_enabled=False,
        soc_pct=_soc(storage),
        max_cell_c=round(storage.temperature_c) + 1,
        led_status=_led(battery, storage),
        dc_switch_off=False,
        revision=model.revision,
        capacity_wh=round(model.capacity_wh),
        phase=None if is_seven else _phase(moment, place),
        der_index=None if is_seven else 2,
        grid_state_reported=None if is_seven else "grid-tied",
    )


def _led(battery: Battery, storage: StorageState) -> int:
    """12 charging, 13 discharging, 14 idle, 17 idle and low."""
    if abs(storage.power_w) >= IDLE_W * storage.units:
        return 13 if storage.power_w > 0 else 12
    return 17 if storage.soc_pct <= battery.reserve_pct + 1 else 14


def _status(moment: Moment, battery: Battery, serial: str) -> StatusDevice:
    is_seven, model = moment.firmware < EIGHT, battery.battery_model
    place = battery_serials(moment.site).index(serial)
    return StatusDevice(
        device_type=BATTERY_TYPE,
        interface=None if is_seven else "ZigBee",
        device_id=None if is_seven else serial,
        admin_state=READY[0],
        admin_state_text=READY[1],
        grid_mode="grid-tied",
        phase=PHASES.index(_phase(moment, place)) + 1 if is_seven else _phase(moment, place),
        der_index=None if is_seven else 2,
        revision=model.revision,
        capacity_wh=round(model.capacity_wh),
        rated_w=round(model.rated_w),
        grid_state=None if is_seven else "grid-tied",
        retries=1,
        part_number=model.part_number,
        assembly_number="890-00023-r39",
        firmware=model.firmware,
        zigbee_firmware="100F" if moment.firmware < EIGHT_THREE else None,
        zigbee_bootloader="1.B.5" if moment.firmware < EIGHT_THREE else None,
        boot_firmware="1.3.413",
        asic_firmware="001.002.1.7.2",
        bmu_firmware="2.1.34",
        submodule_count=len(SUBMODULES),
        submodules={f"{int(serial) + number:012d}": _submodule(kind) for number, kind in enumerate(SUBMODULES, 1)},
    )


def _submodule(kind: int) -> Submodule:
    image = ModuleImage(part_number="521-00003-r00", assembly_number="3.28.2-D48")
    return Submodule(
        device_type=kind,
        admin_state=1,
        part_number="800-01335-r01",
        assembly_number="880-01335-r10",
        dmir=ModuleImage(part_number="549-00030-r00", assembly_number="3.28.2-D48"),
        procload=image,
    )


def _phase(moment: Moment, place: int) -> str:
    return PHASES[place % 3] if moment.site.phase_count == 3 else PHASES[0]


def _no_bias() -> dict[str, Any]:
    bias: dict[str, Any] = {}
    for phase in ("", "_phaseb", "_phasec"):
        bias |= {f"freq_bias_hz{phase}": 0.0, f"voltage_bias_v{phase}": 0.0}
        bias |= {f"freq_bias_hz_q8{phase}": 0, f"voltage_bias_v_q5{phase}": 0}
    return bias


def _off_grid() -> OffGridControl:
    return OffGridControl(
        frequency=0.0,
        voltage=0.0,
        vd_negative=0.0,
        vq_negative=0.0,
        Vd_zero=0.0,
        Vq_zero=0.0,
        is_active=False,
        is_system_balanced=True,
        seq_reset_needed=True,
    )


def _counters(moment: Moment) -> dict[str, int]:
    """Counters of the battery agent, one tick a second."""
    age_s = moment.now_s - moment.commissioned_s
    return {"api_ecagtInit": 1, "api_ecagtTick": age_s, "api_ecagtGetRelayState": age_s * 6 // 5, "rest_StatusGet": 1}


RENDER = {
    ENSEMBLE_INVENTORY: build_inventory,
    ENSEMBLE_POWER: build_power,
    SECONDARY_CONTROL: build_control,
    RELAY: build_relay,
    ENSEMBLE_STATUS: build_status,
}

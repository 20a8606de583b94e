"""IQ Batteries and the system controller with its grid relay."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.firmware import parse_firmware


class EnsembleDevice(WireStruct):
    """One battery, system controller, meter collar or combiner controller; members depend on the kind."""

    part_number: Annotated[str | None, doc("", "part number")] = said("part_num")
    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")
    installed_s: Annotated[float | None, doc("s", "Unix time")] = said("installed")
    status: Annotated[tuple[str, ...] | None, doc("", "envoy.global.ok, prop.done or conditions")] = said(
        "device_status"
    )
    last_report_s: Annotated[float | None, doc("s", "Unix time of the last report")] = said("last_rpt_date")
    admin_state_number: Annotated[int | None, doc("", "state machine, as a number")] = said("admin_state")
    admin_state: Annotated[str | None, doc("", "the same in words, such as ENCHG_STATE_READY")] = said(
        "admin_state_str"
    )
    created_s: Annotated[float | None, doc("s", "Unix time")] = said("created_date")
    image_loaded_s: Annotated[float | None, doc("s", "Unix time")] = said("img_load_date")
    firmware: Annotated[str | None, doc("", "firmware")] = said("img_pnum_running")
    zigbee_firmware: Annotated[str | None, doc("", "up to 7.6")] = said("zigbee_dongle_fw_version")
    bmu_firmware: Annotated[str | None, doc("", "battery management firmware")] = said("bmu_fw_version")
    operating: Annotated[bool | None, doc("", "up to 7.6")] = None
    communicating: Annotated[bool | None, doc("", "it reports")] = None
    temperature_raw: Annotated[
        float | str | None, doc("", "°C; °F for a system controller; may be unknown in words")
    ] = said("temperature")
    level_sub_ghz: Annotated[int | None, doc("", "0 to 5 bars")] = said("comm_level_sub_ghz")
    level_2_4_ghz: Annotated[int | None, doc("", "0 to 5 bars")] = said("comm_level_2_4_ghz")
    sleep_enabled: Annotated[bool | None, doc("", "battery: asleep")] = None
    soc_pct: Annotated[float | None, doc("%", "battery: state of charge")] = said("percentFull")
    max_cell_c: Annotated[float | None, doc("°C", "battery: warmest cell")] = said("maxCellTemp")
    led_status: Annotated[
        int | None, doc("", "battery: 12 charging, 13 discharging, 14 idle or full, 17 idle or low")
    ] = None
    power_w: Annotated[float | None, doc("W", "battery: positive while discharging; older firmware")] = said(
        "real_power_w"
    )
    dc_switch_off: Annotated[bool | None, doc("", "battery: DC switch is off")] = None
    revision: Annotated[int | None, doc("", "battery: 1 first, 2 3T and 10T, 3 5P, 4 10C")] = said("encharge_rev")
    capacity_wh: Annotated[float | None, doc("Wh", "battery: capacity")] = said("encharge_capacity")
    phase: Annotated[str | None, doc("", "ph-a, ph-b, ph-c, ph-all")] = None
    der_index: Annotated[int | None, doc("", "which relay it hangs on")] = None
    grid_state_reported: Annotated[str | None, doc("", "battery: grid-tied, multimode-ongrid …")] = said(
        "reported_enc_grid_state"
    )
    relay_admin: Annotated[str | None, doc("", "controller: what was asked of the relay")] = said("mains_admin_state")
    relay: Annotated[str | None, doc("", "controller: closed, open, open synchronizing, open synchronized")] = said(
        "mains_oper_state"
    )
    controller_grid_mode: Annotated[
        str | None, doc("", "controller: multimode-ongrid, multimode-offgrid, grid-tied")
    ] = said("Enpwr_grid_mode")
    battery_grid_mode: Annotated[
        str | None, doc("", "controller: the same for the batteries, or multimode-generator")
    ] = said("Enchg_grid_mode")
    relay_bits: Annotated[int | None, doc("", "controller: relays as a bit mask")] = said("Enpwr_relay_state_bm")
    state_id: Annotated[int | None, doc("", "controller: 16 on grid, 128 on generator")] = said("Enpwr_curr_state_id")
    mid_state: Annotated[str | None, doc("", "collar: close or open")] = None
    grid_state: Annotated[str | None, doc("", "collar: on_grid …")] = None
    control_error: Annotated[int | None, doc("", "collar: error number")] = None
    collar_state: Annotated[str | None, doc("", "collar: Installed")] = None
    fw_version: Annotated[str | None, doc("", "combiner controller: firmware")] = None
    dmir_version: Annotated[str | None, doc("", "combiner controller: parameter table")] = None
    meter_firmware: Annotated[str | None, doc("", "revenue meter: firmware")] = said("FW Version")
    meter_state: Annotated[int | None, doc("", "revenue meter: state")] = said("Device State")


class EnsembleGroup(WireStruct):
    """Devices of one kind; a group without a kind describes the grid profile."""

    kind: Annotated[str | None, doc("", "ENCHARGE, ENPOWER, COLLAR, C6 COMBINER CONTROLLER, C6 RGM")] = said("type")
    devices: Annotated[tuple[EnsembleDevice, ...] | None, doc("", "devices, may be none")] = None
    profile_name: Annotated[str | None, doc("", "grid profile")] = said("grid_profile_name")
    profile_id: Annotated[str | None, doc("", "grid profile's id")] = said("id")
    profile_version: Annotated[str | None, doc("", "grid profile's version")] = said("grid_profile_version")
    item_count: Annotated[int | None, doc("", "grid profile's items")] = None


class BatteryPower(WireStruct):
    """Power of one battery."""

    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")
    power_mw: Annotated[float | None, doc("mW", "positive while discharging")] = said("real_power_mw")
    apparent_mva: Annotated[float | None, doc("mVA", "with the same sign")] = said("apparent_power_mva")
    soc_pct: Annotated[float | None, doc("%", "state of charge")] = said("soc")


class EnsemblePower(WireStruct):
    """Power of all IQ Batteries."""

    batteries: Annotated[
        tuple[BatteryPower, ...] | None, doc("", "the wire name ends with a colon, on every firmware")
    ] = said("devices:")


class OffGridControl(WireStruct):
    """Secondary control while islanded."""

    frequency: Annotated[float | None, doc("", "frequency term")] = said("F")
    voltage: Annotated[float | None, doc("", "voltage term")] = said("V")
    vd_negative: Annotated[float | None, doc("", "negative sequence, direct")] = said("Vd_neg")
    vq_negative: Annotated[float | None, doc("", "negative sequence, quadrature")] = said("Vq_neg")
    Vd_zero: Annotated[float | None, doc("", "zero sequence, direct")] = None
    Vq_zero: Annotated[float | None, doc("", "zero sequence, quadrature")] = None
    is_active: Annotated[bool | None, doc("", "islanded control runs")] = None
    is_system_balanced: Annotated[bool | None, doc("", "phases are in balance")] = None
    seq_reset_needed: Annotated[bool | None, doc("", "8.3.5433")] = None


class SecondaryControl(WireStruct):
    """Battery totals and what secondary control tells the inverters."""

    shutdown: Annotated[bool | None, doc("", "storage is shut down")] = None
    freq_bias_hz: Annotated[float | None, doc("Hz", "frequency bias")] = None
    voltage_bias_v: Annotated[float | None, doc("V", "voltage bias")] = None
    freq_bias_hz_q8: Annotated[int | None, doc("", "frequency bias as angular frequency times 256")] = None
    voltage_bias_v_q5: Annotated[int | None, doc("", "voltage bias times 32")] = None
    freq_bias_hz_phaseb: Annotated[float | None, doc("Hz", "as above, phase B")] = None
    voltage_bias_v_phaseb: Annotated[float | None, doc("V", "as above, phase B")] = None
    freq_bias_hz_q8_phaseb: Annotated[int | None, doc("", "as above, phase B")] = None
    voltage_bias_v_q5_phaseb: Annotated[int | None, doc("", "as above, phase B")] = None
    freq_bias_hz_phasec: Annotated[float | None, doc("Hz", "as above, phase C")] = None
    voltage_bias_v_phasec: Annotated[float | None, doc("V", "as above, phase C")] = None
    freq_bias_hz_q8_phasec: Annotated[int | None, doc("", "as above, phase C")] = None
    voltage_bias_v_q5_phasec: Annotated[int | None, doc("", "as above, phase C")] = None
    off_grid: Annotated[OffGridControl | None, doc("", "islanded control, 8.3")] = said("offgrid_secctrl")
    reserve_pct: Annotated[float | None, doc("%", "reserve as configured")] = said("configured_backup_soc")
    reserve_in_effect_pct: Annotated[float | None, doc("%", "reserve in effect")] = said("adjusted_backup_soc")
    soc_pct: Annotated[float | None, doc("%", "state of charge of everything")] = said("agg_soc")
    capacity_wh: Annotated[float | None, doc("Wh", "capacity of everything")] = said("Max_energy")
    iq_soc_pct: Annotated[float | None, doc("%", "IQ Batteries: state of charge")] = said("ENC_agg_soc")
    iq_health_pct: Annotated[float | None, doc("%", "IQ Batteries: state of health")] = said("ENC_agg_soh")
    iq_reserve_wh: Annotated[float | None, doc("Wh", "IQ Batteries: energy held in reserve")] = said(
        "ENC_agg_backup_energy"
    )
    iq_available_wh: Annotated[float | None, doc("Wh", "IQ Batteries: energy stored")] = said("ENC_agg_avail_energy")
    iq_capacity_wh: Annotated[float | None, doc("Wh", "IQ Batteries: capacity")] = said("Enc_commissioned_capacity")
    iq_usable_wh: Annotated[float | None, doc("Wh", "IQ Batteries: capacity that can be used")] = said(
        "Enc_max_available_capacity"
    )
    acb_soc_pct: Annotated[float | None, doc("%", "AC Batteries: state of charge")] = said("ACB_agg_soc")
    acb_available_wh: Annotated[float | None, doc("Wh", "AC Batteries: energy stored")] = said("ACB_agg_energy")
    short_reserve_wh: Annotated[float | None, doc("Wh", "7.0 only: energy held in reserve")] = said("agg_backup_energy")
    short_available_wh: Annotated[float | None, doc("Wh", "7.0 only: energy stored")] = said("agg_avail_energy")
    very_low_pct: Annotated[float | None, doc("%", "very low state of charge")] = said("VLS_Limit")
    recovery_threshold_pct: Annotated[float | None, doc("%", "8.1")] = said("Recovery_threshold_soc")
    recovery_enabled: Annotated[bool | None, doc("", "recovery from very low charge")] = said("soc_rec_enabled")
    recovery_entry_pct: Annotated[float | None, doc("%", "recovery begins")] = said("soc_recovery_entry")
    recovery_exit_pct: Annotated[float | None, doc("%", "recovery ends")] = said("soc_recovery_exit")
    commissioning: Annotated[bool | None, doc("", "being commissioned")] = said("Commission_in_progress")
    ess_in_progress: Annotated[bool | None, doc("", "storage update runs")] = said("ESS_in_progress")
    ess_migrating: Annotated[bool | None, doc("", "storage generation change runs")] = said("ESS_R3_To_R4_in_progress")


class Relay(WireStruct):
    """The relay between house and grid."""

    relay_admin: Annotated[str | None, doc("", "open or closed, as asked")] = said("mains_admin_state")
    relay: Annotated[str | None, doc("", "closed, open, open synchronizing, open synchronized")] = said(
        "mains_oper_state"
    )
    srt12_state: Annotated[str | None, doc("", "transfer relay 12, from 8.2.4xxx")] = None
    srt13_state: Annotated[str | None, doc("", "transfer relay 13, from 8.2.4xxx")] = None
    der1_state: Annotated[int | None, doc("", "relay of source 1: 1 closed, 0 open")] = None
    der2_state: Annotated[int | None, doc("", "relay of source 2")] = None
    der3_state: Annotated[int | None, doc("", "relay of source 3, from 8.1")] = None
    battery_grid_mode: Annotated[
        str | None, doc("", "multimode-ongrid, multimode-offgrid, generator, grid-tied, unknown")
    ] = said("Enchg_grid_mode")
    solar_grid_mode: Annotated[str | None, doc("", "the same for the inverters")] = said("Solar_grid_mode")


class RelayRequest(WireStruct):
    """Opens or closes the grid relay."""

    relay_admin: Annotated[str | None, doc("", "open or closed")] = said("mains_admin_state")


ENSEMBLE_INVENTORY: Endpoint[tuple[EnsembleGroup, ...]] = Endpoint(
    name="ensemble_inventory",
    path="/ivp/ensemble/inventory",
    summary="Batteries and system controllers with state, temperature and charge.",
    reply=tuple[EnsembleGroup, ...],
    poll=Poll.MINUTE,
    since=parse_firmware("6"),
)


ENSEMBLE_POWER: Endpoint[EnsemblePower] = Endpoint(
    name="ensemble_power",
    path="/ivp/ensemble/power",
    summary="Power and charge of every IQ Battery.",
    reply=EnsemblePower,
    poll=Poll.MINUTE,
    since=parse_firmware("6"),
)


SECONDARY_CONTROL: Endpoint[SecondaryControl] = Endpoint(
    name="secondary_control",
    path="/ivp/ensemble/secctrl",
    summary="Charge, energy and reserve of all batteries together; POST overrides the biases.",
    reply=SecondaryControl,
    request=SecondaryControl,
    methods=("GET", "POST"),
    poll=Poll.MINUTE,
    since=parse_firmware("6"),
)


RELAY: Endpoint[Relay] = Endpoint(
    name="relay",
    path="/ivp/ensemble/relay",
    summary="Grid relay: as asked and as it is; POST opens or closes it.",
    reply=Relay,
    request=RelayRequest,
    methods=("GET", "POST"),
    poll=Poll.MINUTE,
    since=parse_firmware("6"),
)

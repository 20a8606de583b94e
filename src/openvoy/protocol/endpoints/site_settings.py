"""Site settings: power control, sources, dynamic limits."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class PcsOffering(WireStruct):
    """What power control is for."""

    pv_oversubscription: Annotated[bool | None, doc("", "more array than the panel's rating")] = said(
        "PVOversubscription"
    )
    battery_oversubscription: Annotated[bool | None, doc("", "more battery than the panel's rating")] = said(
        "EnchargeOversubscription"
    )
    charger_avoidance: Annotated[bool | None, doc("", "car charger, 8.3")] = said("EVSEMBTAvoidance")
    main_panel_avoidance: Annotated[bool | None, doc("", "avoids a larger main panel")] = said("MPUAvoidance")
    busbar: Annotated[bool | None, doc("", "busbar, 8.3")] = said("BusbarPCS")


class PowerControl(WireStruct):
    """Power control system (PCS)."""

    offering: Annotated[PcsOffering | None, doc("", "what it is for")] = said("pcsOffering")
    main_breaker_a: Annotated[float | None, doc("A", "rating")] = said("mainCircuitBreaker")
    busbar_a: Annotated[float | None, doc("A", "rating")] = said("mainPanelBusbar")
    source_breaker_a: Annotated[float | None, doc("A", "rating")] = said("mainPanelDERBreaker")
    pv_breaker_a: Annotated[float | None, doc("A", "rating")] = said("pvBreaker")
    battery_breaker_a: Annotated[float | None, doc("A", "rating")] = said("enchargeBreaker")
    source3_breaker_a: Annotated[float | None, doc("A", "rating, 8.3")] = said("der3Breaker")
    meter_location: Annotated[str | None, doc("", "where the consumption meter sits")] = said(
        "consumptionMeterLocation"
    )
    override: Annotated[bool | None, doc("", "overridden")] = None
    max_export_a: Annotated[float | None, doc("A", "controlled export current")] = said("max_back_feed")
    main_debounce_ms: Annotated[float | None, doc("ms", "8.3")] = said("mp_debounce_timeout")
    source_debounce_ms: Annotated[float | None, doc("ms", "8.3")] = said("der_debounce_timeout")
    offset_debounce_ms: Annotated[float | None, doc("ms", "8.3")] = None
    relay_action: Annotated[str | None, doc("", "8.3: open")] = None


class PowerControlRequest(WireStruct):
    """Writes power control."""

    settings: Annotated[PowerControl | None, doc("", "complete")] = said("pcs_settings")


class SourceKinds(WireStruct):
    """What each source relay feeds."""

    der1: Annotated[str | None, doc("", "DER_TYPE_ENCHARGE, DER_TYPE_PV_IQ8, DER_TYPE_PV, DER_TYPE_NONE")] = None
    der2: Annotated[str | None, doc("", "the same")] = None
    der3: Annotated[str | None, doc("", "the same")] = None


class SourceSettings(WireStruct):
    """What the source relays feed."""

    sources: Annotated[SourceKinds | None, doc("", "sources")] = said("der")


class DynamicLimit(WireStruct):
    """Dynamic limit on export or production."""

    enabled: Annotated[bool | None, doc("", "in force")] = said("enable")
    limits_export: Annotated[bool | None, doc("", "true: export at the meter; false: production")] = said(
        "export_limit"
    )
    limit_w: Annotated[float | None, doc("W", "limit")] = said("limit_value_W")
    slew_w_per_s: Annotated[float | None, doc("W/s", "ramp")] = said("slew_rate")
    dynamic: Annotated[bool | None, doc("", "clients send false")] = said("enable_dynamic_limiting")


class DynamicLimitSettings(WireStruct):
    """Dynamic limit, as stored and as written."""

    settings: Annotated[DynamicLimit | None, doc("", "limit")] = said("dynamic_pel_settings")
    filename: Annotated[str | None, doc("", "constant")] = None
    version: Annotated[str | None, doc("", "constant")] = None


class StorageOutput(WireStruct):
    """Battery output."""

    enabled: Annotated[bool | None, doc("", "on or off")] = said("enable")
    country: Annotated[str | None, doc("", "ISO code")] = None
    limit_a: Annotated[float | None, doc("A", "limit")] = said("current_limit")
    per_phase: Annotated[bool | None, doc("", "limit is by phase")] = None


class StorageOutputSettings(WireStruct):
    """Battery output, wrapped."""

    settings: Annotated[StorageOutput | None, doc("", "output")] = said("enc_settings")


class PhaseBalance(WireStruct):
    """Balance of the phases."""

    balanced: Annotated[bool | None, doc("", "balanced")] = said("phase_balance")


class ForeignPv(WireStruct):
    """Foreign inverters."""

    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")
    rated_w: Annotated[float | None, doc("W", "rating")] = said("ac_nameplate_w")
    has_frequency_watt: Annotated[bool | None, doc("", "follows frequency")] = said("freq_watt")


class ForeignPvList(WireStruct):
    """Foreign inverters."""

    inverters: Annotated[tuple[ForeignPv, ...] | None, doc("", "inverters")] = said("third_party_pv")


class GeneratorProfile(WireStruct):
    """Grid profile while on generator."""

    profile: Annotated[str | None, doc("", "JSON document as text")] = said("generator_profile")


class LoadControlRequest(WireStruct):
    """Adds a load-control kit."""

    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")


class Enable(WireStruct):
    """Switches something."""

    enabled: Annotated[bool | None, doc("", "on or off")] = said("enable")


POWER_CONTROL: Endpoint[PowerControl] = Endpoint(
    name="power_control",
    path="/ivp/ss/pcs_settings",
    summary="Power control system: breakers, busbar, meter location.",
    reply=PowerControl,
    request=PowerControlRequest,
    methods=("GET", "POST"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


SOURCE_SETTINGS: Endpoint[SourceSettings] = Endpoint(
    name="source_settings",
    path="/ivp/ss/der_settings",
    summary="What each source relay of the controller feeds.",
    reply=SourceSettings,
    request=SourceSettings,
    methods=("GET", "POST"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


DYNAMIC_LIMIT: Endpoint[DynamicLimitSettings] = Endpoint(
    name="dynamic_limit",
    path="/ivp/ss/dpel",
    summary="Dynamic limit on export or production.",
    reply=DynamicLimitSettings,
    request=DynamicLimitSettings,
    methods=("GET", "POST"),
    write_role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("8.2"),
)


STORAGE_OUTPUT: Endpoint[StorageOutputSettings] = Endpoint(
    name="storage_output",
    path="/ivp/ss/enc_settings",
    summary="Battery output, on or off.",
    reply=StorageOutputSettings,
    request=StorageOutputSettings,
    methods=("GET", "POST"),
    write_role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


PHASE_BALANCE: Endpoint[PhaseBalance] = Endpoint(
    name="phase_balance",
    path="/ivp/ss/sys_phase_balance",
    summary="Balance of the phases.",
    reply=PhaseBalance,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


LOAD_CONTROL: Endpoint[dict[str, str]] = Endpoint(
    name="load_control",
    path="/ivp/ss/load_control",
    summary="Adds a load-control kit.",
    reply=dict[str, str],
    request=LoadControlRequest,
    methods=("POST",),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


FOREIGN_PV_SETTINGS: Endpoint[ForeignPvList] = Endpoint(
    name="foreign_pv_settings",
    path="/ivp/ss/third_party/pv",
    summary="Foreign inverters behind the controller.",
    reply=ForeignPvList,
    request=ForeignPv,
    methods=("GET", "POST", "DELETE"),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7.3"),
)


GENERATOR_PROFILE: Endpoint[GeneratorProfile] = Endpoint(
    name="generator_profile",
    path="/ivp/ss/gen_profile",
    summary="Grid profile while on generator.",
    reply=GeneratorProfile,
    request=GeneratorProfile,
    methods=("GET", "POST"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


GENERATOR_DELETE: Endpoint[dict[str, str]] = Endpoint(
    name="generator_delete",
    path="/ivp/ss/gen_delete",
    summary="Removes the generator.",
    reply=dict[str, str],
    methods=("POST",),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


GENERATOR_METER: Endpoint[dict[str, str]] = Endpoint(
    name="generator_meter",
    path="/ivp/ss/generator_meter_enable",
    summary="Switches the generator's meter.",
    reply=dict[str, str],
    request=Enable,
    methods=("POST",),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)

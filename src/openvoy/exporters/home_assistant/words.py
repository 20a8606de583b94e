"""Tables: what each quantity is called in Home Assistant, and what is worth showing unasked."""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[tuple[str, str], str] = {
    ("site", "load_w"): "House power",
    ("site", "reported_consumption_w"): "Reported consumption power",
    ("site", "solar_wh"): "Solar energy",
    ("site", "import_wh"): "Grid import energy",
    ("site", "export_wh"): "Grid export energy",
    ("site", "charge_wh"): "Battery charge energy",
    ("site", "discharge_wh"): "Battery discharge energy",
    ("site", "load_wh"): "House energy",
    ("gateway", "phases"): "Phases in use",
    ("grid", "relay_admin"): "Grid relay wanted",
    ("grid", "controller"): "Grid controller",
    ("grid", "temperature_c"): "Grid relay temperature",
    ("grid", "communicating"): "Grid relay communicating",
    ("contact", "kind"): "Connected",
    ("contact", "name"): "Label",
    ("contact", "window_start_s"): "Schedule start",
    ("contact", "window_end_s"): "Schedule end",
    ("generator", "name"): "Label",
    ("generator", "admin_state"): "State wanted",
    ("generator", "configured_by"): "Configured by",
    ("meter", "delivered_wh"): "Energy delivered",
    ("meter", "received_wh"): "Energy received",
    ("inverter", "at"): "Last report",
    ("inverter", "report_wh"): "Last report energy",
    ("inverter", "today_wh"): "Energy today",
    ("inverter", "report_interval_s"): "Report interval",
    ("inverter", "status"): "Status",
}
"""Where the field's name alone says too little, or something else."""
ANYWHERE: Mapping[str, str] = {
    "at": "Last report",
    "capacity_wh": "Capacity",
    "relay_admin": "Relay wanted",
    "settings_at": "Settings changed",
    "installed_at": "Installed",
    "firmware_loaded_at": "Firmware loaded",
    "reserve_in_effect_soc_pct": "Reserve in effect",
    "reserve_soc_pct": "Reserve",
    "reserve_wh": "Reserve energy",
}
"""The same, of every kind of thing."""
SPELLINGS: Mapping[str, str] = {
    "ac": "AC",
    "dc": "DC",
    "led": "LED",
    "max": "maximum",
    "min": "minimum",
    "soc": "state of charge",
}

SHOWN: Mapping[str, frozenset[str]] = {
    "gateway": frozenset({"firmware"}),
    "grid": frozenset({"relay", "status"}),
    "storage": frozenset(
        {"soc_pct", "available_wh", "capacity_wh", "health_pct", "mode", "reserve_soc_pct", "charge_from_grid"}
    ),
    "bank": frozenset(),
    "generator": frozenset({"state", "mode", "exercising"}),
    "meter": frozenset({"active_power_w", "delivered_wh", "received_wh"}),
    "inverter": frozenset({"power_w", "lifetime_wh"}),
    "battery": frozenset({"soc_pct", "power_w", "temperature_c", "status", "communicating"}),
    "controller": frozenset({"temperature_c", "communicating"}),
    "contact": frozenset({"status", "mode"}),
}
"""Entities that are enabled by themselves; all others wait, disabled, until somebody wants them. Not named: all."""
PHASES_SHOWN = frozenset({"active_power_w", "voltage_v"})

MAIN = frozenset(
    {("battery", "status"), ("contact", "status"), ("generator", "state"), ("generator", "mode"), ("grid", "relay")}
    | {("grid", "status"), ("storage", "mode"), ("storage", "charge_from_grid"), ("inverter", "producing")}
)
"""Words and answers that are what a device is for. All others are diagnostic."""
SETTINGS = frozenset(
    {"reserve_soc_pct", "reserve_in_effect_soc_pct", "reserve_wh", "very_low_soc_pct", "start_soc_pct", "stop_soc_pct"}
    | {"default_start_soc_pct", "default_stop_soc_pct", "min_load_pct", "max_load_pct", "warm_up_min", "cool_down_min"}
    | {"sleep_from_soc_pct", "sleep_to_soc_pct", "soc_low_pct", "soc_high_pct", "window_start_s", "window_end_s"}
    | {"black_start_delay_s", "rated_power_w", "max_current_a", "report_interval_s"}
)
"""Numbers that are set, not measured: diagnostic, and without statistics."""
MEASURED = frozenset({"power_factor", "long_range_radio_level", "short_range_radio_level"})
"""Numbers without a unit that vary; the others are counts and codes."""

_POSITIONS = ("open", "closed")
_ACTIONS = ("apply", "shed", "schedule", "none")
OPTIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("gateway", "model"): ("standard", "metered"),
    ("grid", "relay"): _POSITIONS,
    ("grid", "relay_admin"): _POSITIONS,
    ("grid", "status"): ("on-grid", "off-grid", "generator"),
    ("storage", "mode"): ("self-consumption", "savings", "backup"),
    ("meter", "state"): ("enabled", "disabled"),
    ("battery", "status"): ("charging", "discharging", "idle", "full", "asleep"),
    ("inverter", "phase"): ("L1", "L2", "L3"),
    ("controller", "relay"): _POSITIONS,
    ("controller", "relay_admin"): _POSITIONS,
    ("contact", "status"): _POSITIONS,
    ("contact", "mode"): ("manual", "soc"),
    ("contact", "on_grid"): _ACTIONS,
    ("contact", "off_grid"): _ACTIONS,
    ("contact", "on_generator"): _ACTIONS,
    ("generator", "state"): _POSITIONS,
    ("generator", "admin_state"): _POSITIONS,
    ("generator", "mode"): ("on", "off", "auto"),
}
"""Words that a text is one of, as long as the gateway uses no word of its own."""
ANSWERS: Mapping[str, str] = {"communicating": "connectivity", "producing": "running", "exercising": "running"}
"""Device class of a yes or no."""

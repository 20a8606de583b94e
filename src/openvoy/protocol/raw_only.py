"""What a gateway can be told and no control tells it, with the reason; `openvoy get` sends it raw."""

from __future__ import annotations

from collections.abc import Mapping

_OFF_LINE = "A wrong value takes the gateway off the network, where nobody can read it back or undo it."
_UPDATE = "An update that goes wrong cannot be undone; the vendor's cloud does them."
_OTHER_PLACE = "The same as a control has, at an older place that newer firmware answers too."
_UNKNOWN = "No source shows a body that works, so that nothing could be checked before it is sent."
_SPECIAL = "Made for the vendor's own tests: it goes past the limits that keep batteries safe."
_LOGIN = "It belongs to the login, not to the site."
_WIRING = (
    "It tells the gateway how transformers are wired: a matter for who stands before the panel, with a meter in hand."
)
_TEST = (
    "It switches devices by itself for minutes to find out how they are wired, and says nothing that proves its end."
)

RAW_ONLY: Mapping[str, str] = {
    "battery_schedule": "The cloud's schedule rules again within minutes; `battery.mode` is what lasts.",
    "battery_wiring_test": _TEST,
    "check_jwt": _LOGIN,
    "clock": "A clock that is set wrong spoils the gateway's own history; it sets itself by the network.",
    "control_bus_decommission": _UNKNOWN,
    "control_bus_provision": _UNKNOWN,
    "control_bus_reset": _UNKNOWN,
    "controller_errors": "Clearing hides what a person should see; the controller clears what is over.",
    "ensemble_members": "`device.belongs` registers what belongs to the storage system.",
    "foreign_pv": _UNKNOWN,
    "foreign_pv_settings": _UNKNOWN,
    "generator": "The relay of the generator follows `generator.mode`; moved by hand it works against the controller.",
    "generator_delete": "What it removes cannot be put back with all its settings; the installer's app does it.",
    "generator_meter": _WIRING,
    "generator_profile": _UNKNOWN,
    "generator_wiring_test": _TEST,
    "ground_fault": "A ground fault is cleared by who has found its cause, at the site.",
    "inverter_profiles_bare": _OTHER_PLACE,
    "inverter_profiles_page": _OTHER_PLACE,
    "legacy_profile_select": _OTHER_PLACE,
    "load_control": _UNKNOWN,
    "multimode_profile": "Ride-through curves are the grid operator's business, and come with the profile.",
    "network": _OFF_LINE,
    "power_meters": _WIRING,
    "redeem_code": _LOGIN,
    "redetermine_phase": "All inverters stop while their phases are found anew; nothing says when it is done.",
    "reversal": _WIRING,
    "secondary_control": _SPECIAL,
    "security": "A lost password of the gateway cannot be set back from here.",
    "setpoint_override": _SPECIAL,
    "storage_metering": _WIRING,
    "storage_output": "It takes the batteries off for good, even in an outage, and only the installer's app says so.",
    "storage_profile_status": "`profile.selected` sends the profile to batteries too.",
    "support_tunnel": "It opens the site to the vendor's support.",
    "tpm_select": "Retired by firmware 7.",
    "transformer": _WIRING,
    "update_all": _UPDATE,
    "update_config": _UPDATE,
    "update_one": _UPDATE,
    "upgrade_start": _UPDATE,
    "upload": _UPDATE,
    "wireless": _OFF_LINE,
}
"""Reasons by the endpoint's name."""

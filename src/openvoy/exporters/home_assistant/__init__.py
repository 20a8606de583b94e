"""Home Assistant by MQTT: where things stand, discovery of everything, controls as entities. Pure; nothing is sent."""

from openvoy.exporters.home_assistant.commands import Command, parse_command
from openvoy.exporters.home_assistant.controls import build_control_states, build_controls
from openvoy.exporters.home_assistant.discovery import build_discovery
from openvoy.exporters.home_assistant.roster import Roster
from openvoy.exporters.home_assistant.topics import Prefixes, render_setting, render_topic, render_value

__all__ = [
    "Command",
    "Prefixes",
    "Roster",
    "build_control_states",
    "build_controls",
    "build_discovery",
    "parse_command",
    "render_setting",
    "render_topic",
    "render_value",
]

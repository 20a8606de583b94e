"""What the house hangs on - grid, island or generator - in the words of the battery agent."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.api.fleet import batteries, boards
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.site.switchgear import Supply


@dataclass(frozen=True, slots=True)
class ControllerState:
    """State of the system controller in its own numbers."""

    number: int
    text: str
    state_id: int
    relay_bits: int


_STATES: dict[Supply, ControllerState] = {
    "grid": ControllerState(24, "ENPWR_STATE_OPER_CLOSED", 16, 496),
    "island": ControllerState(25, "ENPWR_STATE_OPER_OPEN", 32, 480),
    "generator": ControllerState(30, "ENPWR_STATE_OPER_GEN_CLOSE", 128, 16124),
}
_MODES: dict[Supply, str] = {
    "grid": "multimode-ongrid",
    "island": "multimode-offgrid",
    "generator": "multimode-generator",
}


def controller_state(moment: Moment) -> ControllerState:
    """Tell the state of the system controller."""
    return _STATES[moment.switchgear.supply]


def controller_grid_mode(moment: Moment) -> str:
    """Tell the grid mode of the controller: the generator is a grid to it."""
    if not batteries(moment):
        return "grid-tied"
    return _MODES["island" if moment.switchgear.supply == "island" else "grid"]


def battery_grid_mode(moment: Moment) -> str:
    """Tell the grid mode of the batteries; without controller they know only a grid."""
    if not batteries(moment):
        return "unknown"
    return _MODES[moment.switchgear.supply] if boards(moment) else "grid-tied"


def battery_grid_state(moment: Moment) -> str:
    """Tell the state that batteries report."""
    return _MODES["island"] if moment.switchgear.supply == "island" else "grid-tied"


def solar_grid_mode(moment: Moment) -> str:
    """Tell the grid mode of the inverters."""
    return _MODES[moment.switchgear.supply] if boards(moment) else "unknown"

"""The relay between house and grid."""

from __future__ import annotations

from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import ONLY, Control, Plan, State, Values, Verdict, build_request
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY, RELAY
from openvoy.protocol.plan import has_devices

POSITIONS = ("open", "closed")


def why_no_controller(state: State) -> str:
    """Tell that there is no system controller; empty where there is one."""
    return "" if has_devices(state.replies, "ENPOWER") else "The site has no system controller."


def _current(state: State) -> Values:
    relay = state.value(RELAY)
    return {ONLY: {"relay": None if relay is None else relay.relay_admin}}


def _plan(state: State, wanted: Settings) -> Plan:
    relay = state.value(RELAY)
    notes = []
    if wanted["relay"] == "open":
        notes.append("The house then lives on sun, batteries and generator alone, until the relay is closed again.")
    if relay is not None and relay.relay not in {relay.relay_admin, None}:
        notes.append(f"The relay is on its way now: {relay.relay}.")
    # Of this object only what was asked for is a setting; the rest are states, and writing those moves other relays.
    return Plan(requests=(build_request(RELAY, "POST", {"mains_admin_state": wanted["relay"]}),), notes=tuple(notes))


def _confirm(_control: Control, state: State, wanted: Settings) -> Verdict:
    relay = state.value(RELAY)
    if relay is None or relay.relay_admin is None:
        return Verdict.UNSAID
    if relay.relay_admin != wanted["relay"]:
        return Verdict.NOT_YET
    return Verdict.DONE if relay.relay in {wanted["relay"], None} else Verdict.ON_ITS_WAY


def _reason(state: State, _wanted: Settings) -> str:
    relay = state.value(RELAY)
    if relay is None or relay.relay == relay.relay_admin:
        return ""
    return f"The relay is {relay.relay} now; it waits for the grid, or for batteries that can carry the house."


GRID_RELAY = Control(
    name="grid.relay",
    summary="Part the house from the grid, or join it again.",
    risk="Off the grid, with empty batteries and little sun, the house goes dark.",
    example="open",
    arguments=(
        Argument(
            name="relay",
            kind="choice",
            summary="open parts the house from the grid, closed joins them.",
            choices=POSITIONS,
            is_required=True,
        ),
    ),
    reads=(RELAY,),
    needs=(ENSEMBLE_INVENTORY,),
    absent=why_no_controller,
    current=_current,
    plan=_plan,
    confirm=_confirm,
    reason=_reason,
    settles_s=60.0,
)

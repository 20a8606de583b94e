"""Which phase a device hangs on, as a person says it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from openvoy.codec import each
from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Setting, Settings
from openvoy.protocol.control import Control, Plan, State, Values, build_request
from openvoy.protocol.controls.sleep import iq_batteries
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY
from openvoy.protocol.endpoints.ensemble_status import ENSEMBLE_STATUS, StatusDevice
from openvoy.protocol.endpoints.inverter_profiles import INVERTER_PROFILES
from openvoy.protocol.endpoints.zigbee import ZIGBEE_PHASE
from openvoy.protocol.http import Request

PHASES = ("a", "b", "c")
RISK = "A wrong phase unbalances what the gateway reports and controls by phase."


def _letter(wire: str | None) -> Setting:
    """From ph-a, or ph-unk, or what a battery on all phases says."""
    return None if wire is None else wire.removeprefix("ph-").replace("unk", "detected")


def _inverters(state: State) -> Values:
    return {
        row.serial: {"phase": _letter(row.manual_phase)} for row in each(state.value(INVERTER_PROFILES)) if row.serial
    }


def _batteries(state: State) -> Values:
    """From the status: the inventory of 7.x does not say it, and the status of 7.x says it as a number."""
    reply = state.value(ENSEMBLE_STATUS)
    inventory = None if reply is None else reply.inventory
    devices = {} if inventory is None else inventory.devices or {}
    return {serial: {"phase": _phase_of(devices.get(serial))} for serial in iq_batteries(state)}


def _phase_of(device: StatusDevice | None) -> Setting:
    phase = None if device is None else device.phase
    if isinstance(phase, int):
        return PHASES[phase - 1] if 1 <= phase <= len(PHASES) else None
    return _letter(phase)


def _bounded(known: tuple[str, ...], arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    return tuple(replace(row, kind="choice", choices=known) if row.is_target else row for row in arguments)


def _plan_inverter(_state: State, wanted: Settings) -> Plan:
    phase = "unk" if wanted["phase"] == "detected" else wanted["phase"]
    query = urlencode({"serial_num": wanted["inverter"], "man_ph_ind": f"ph-{phase}"})
    return Plan(requests=(Request(method="PUT", path=f"{INVERTER_PROFILES.path}?{query}"),))


INVERTER_PHASE = Control(
    name="inverter.phase",
    family="provision",
    summary="Say which phase an inverter hangs on, or let the gateway detect it.",
    risk=RISK,
    arguments=(
        Argument(name="inverter", kind="text", summary="Its serial number.", is_required=True, is_target=True),
        Argument(name="phase", kind="choice", summary="The phase.", choices=(*PHASES, "detected"), is_required=True),
    ),
    example="122200000101 a",
    role=Role.PROVISIONING,
    reads=(INVERTER_PROFILES,),
    absent=lambda state: "" if _inverters(state) else "The gateway lists no inverters here.",
    bounded=lambda state, arguments: _bounded(tuple(_inverters(state)), arguments),
    current=_inverters,
    plan=_plan_inverter,
)


def _plan_battery(state: State, wanted: Settings) -> Plan:
    if _batteries(state)[str(wanted["battery"])]["phase"] == "all":
        raise ConfigError(f"Battery {wanted['battery']} is on all phases.", hint="There is no one to choose.")
    body = {"serial_num": wanted["battery"], "phase": PHASES.index(str(wanted["phase"])) + 1}
    return Plan(requests=(build_request(ZIGBEE_PHASE, "POST", body),))


BATTERY_PHASE = Control(
    name="battery.phase",
    family="provision",
    summary="Say which phase a battery hangs on.",
    risk=RISK,
    arguments=(
        Argument(name="battery", kind="text", summary="Its serial number.", is_required=True, is_target=True),
        Argument(name="phase", kind="choice", summary="The phase.", choices=PHASES, is_required=True),
    ),
    example="122200000201 a",
    role=Role.PROVISIONING,
    reads=(ENSEMBLE_STATUS,),
    needs=(ENSEMBLE_INVENTORY,),
    absent=lambda state: "" if iq_batteries(state) else "The site has no batteries of this kind.",
    bounded=lambda state, arguments: _bounded(iq_batteries(state), arguments),
    current=_batteries,
    plan=_plan_battery,
    since=ZIGBEE_PHASE.since,
)

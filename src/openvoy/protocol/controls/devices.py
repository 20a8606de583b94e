"""Which devices belong to the site: inverters, batteries and system controllers, several at once."""

from __future__ import annotations

import re
from typing import Any

from openvoy.codec import each
from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import Control, Plan, State, Undoing, Verdict, build_request
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY
from openvoy.protocol.endpoints.parameters import INVERTER_LIST
from openvoy.protocol.endpoints.zigbee import PAIRING_STATUS, ZIGBEE_PROVISION, ZIGBEE_RESET
from openvoy.protocol.http import Request

_SERIAL = re.compile(r"\d{12}", re.ASCII)
GONE = "Devices that are removed are no longer read or controlled until they are registered again."
TYPES = {"battery": 13, "controller": 17}
BELONGS = Argument(name="belongs", kind="flag", summary="on registers them, off removes them.", is_required=True)


def _serials(text: str) -> tuple[str, ...]:
    """Read serial numbers with commas between; raise ConfigError for what is none."""
    serials = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    if wrong := [serial for serial in serials if not _SERIAL.fullmatch(serial)]:
        raise ConfigError(
            f"{wrong[0]!r} is no serial number.", hint="Give 12 digits, several with commas between. Nothing was sent."
        )
    return serials


def _belonging(known: frozenset[str], target: str) -> Settings:
    """Whether all, or none, of some devices belong to the site; not said where only some do."""
    here = {serial in known for serial in _serials(target)}
    return {"belongs": here.pop() if len(here) == 1 else None}


def _undo(undoing: Undoing) -> Settings | None:
    """Only what was so of all of them can be so again."""
    before = undoing.before.get("belongs")
    return None if before is None else {**undoing.arguments, "belongs": before}


def _inverters(state: State) -> frozenset[str]:
    reply = state.value(INVERTER_LIST)
    return frozenset(row.serial for row in each(None if reply is None else reply.devices) if row.serial)


def _plan_inverters(_state: State, wanted: Settings) -> Plan:
    serials = _serials(str(wanted["inverters"]))
    if wanted["belongs"]:
        return Plan(requests=(build_request(INVERTER_LIST, "PUT", {"serial_nums": list(serials)}),))
    return Plan(requests=(Request(method="DELETE", path=f"{INVERTER_LIST.path}?serial_num={','.join(serials)}"),))


INVERTER_BELONGS = Control(
    name="inverter.belongs",
    family="provision",
    summary="Register inverters, or remove them, one or several.",
    risk=GONE,
    arguments=(
        Argument(
            name="inverters", kind="text", summary="Serial numbers with commas.", is_required=True, is_target=True
        ),
        BELONGS,
    ),
    example="122200000101,122200000102 on",
    role=Role.INSTALLER,
    reads=(INVERTER_LIST,),
    current=lambda state: {serial: {"belongs": True} for serial in sorted(_inverters(state))},
    at=lambda state, target: _belonging(_inverters(state), target),
    plan=_plan_inverters,
    undo=_undo,
)


def _joined(state: State) -> frozenset[str]:
    """Devices that are listed, or have joined."""
    groups = each(state.value(ENSEMBLE_INVENTORY))
    listed = {row.serial for group in groups for row in each(group.devices) if row.serial}
    return frozenset(listed | {serial for serial, status in _pairing(state).items() if status == "joined"})


def _pairing(state: State) -> dict[str, str | None]:
    reply = state.value(PAIRING_STATUS)
    return {row.serial: row.status for row in each(None if reply is None else reply.devices) if row.serial}


def _plan_devices(_state: State, wanted: Settings) -> Plan:
    serials = _serials(str(wanted["devices"]))
    if not wanted["belongs"]:
        path = f"{ZIGBEE_PROVISION.path}?serial_number={','.join(serials)}"
        return Plan(requests=(Request(method="DELETE", path=path),))
    rest: dict[str, Any] = {}
    if "kind" in wanted:
        rest["device_type"] = TYPES[str(wanted["kind"])]
    if "generation" in wanted:
        rest["der_index"] = int(str(wanted["generation"]))
    rows = [{"serial_num": serial, **rest} for serial in serials]
    return Plan(requests=(build_request(ZIGBEE_PROVISION, "POST", {"serial_nums": rows}),))


def _confirm_devices(control: Control, state: State, wanted: Settings) -> Verdict:
    serials = _serials(str(wanted["devices"]))
    if control.now(state, control.target(wanted))["belongs"] is wanted["belongs"]:
        return Verdict.DONE
    known = {*_joined(state), *_pairing(state)}
    return Verdict.ON_ITS_WAY if wanted["belongs"] and known.issuperset(serials) else Verdict.NOT_YET


def _why_not(state: State, wanted: Settings) -> str:
    here, serials = _joined(state), _serials(str(wanted["devices"]))
    late = [serial for serial in serials if (serial in here) is not wanted["belongs"]]
    if not late:
        return ""
    rows = ", ".join(f"{serial} {_pairing(state).get(serial) or 'not listed'}" for serial in late)
    return f"Not so yet: {rows}. Joining by radio takes minutes; the device must be on and near."


DEVICE_BELONGS = Control(
    name="device.belongs",
    family="provision",
    summary="Register batteries and system controllers, or remove them, one or several.",
    risk=GONE,
    arguments=(
        Argument(name="devices", kind="text", summary="Serial numbers with commas.", is_required=True, is_target=True),
        BELONGS,
        Argument(name="kind", kind="choice", summary="What is registered.", choices=tuple(TYPES)),
        Argument(name="generation", kind="choice", summary="Generation of the system, from 8.1.", choices=("1", "2")),
    ),
    example="122200000201,122200000202 on --kind battery",
    role=Role.PROVISIONING,
    reads=(PAIRING_STATUS, ENSEMBLE_INVENTORY),
    current=lambda state: {serial: {"belongs": True} for serial in sorted(_joined(state))},
    at=lambda state, target: _belonging(_joined(state), target),
    plan=_plan_devices,
    confirm=_confirm_devices,
    reason=_why_not,
    undo=_undo,
    settles_s=180.0,
    watch_s=0.0,
)

DEVICE_RESET = Control(
    name="device.reset",
    family="provision",
    summary="Restart a battery or system controller; a controller then follows its own rules again.",
    risk="The device is away for minutes: a battery does not feed, contacts may move.",
    arguments=(Argument(name="device", kind="text", summary="Its serial number.", is_required=True, is_target=True),),
    example="122200000201",
    role=Role.PROVISIONING,
    reads=(ENSEMBLE_INVENTORY,),
    absent=lambda state: "" if _joined(state) else "The site has no batteries or system controllers.",
    current=lambda state: {serial: {} for serial in sorted(_joined(state))},
    plan=lambda state, wanted: _plan_reset(state, str(wanted["device"])),
    confirm=lambda _control, _state, _wanted: Verdict.ON_ITS_WAY,
    reason=lambda _state, _wanted: "It restarts within minutes; no gateway says when it is done.",
    is_action=True,
    undo=lambda _undoing: None,
    settles_s=2.0,
    watch_s=0.0,
)


def _plan_reset(state: State, serial: str) -> Plan:
    if serial not in _joined(state):
        raise ConfigError(
            f"{serial} is no device of this site.",
            hint=f"There are {', '.join(sorted(_joined(state)))}. Nothing was sent.",
        )
    return Plan(requests=(build_request(ZIGBEE_RESET, "POST", {"serial_num": serial}),))

"""Sealing the storage system once all its devices are there."""

from __future__ import annotations

from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import ONLY, Control, Plan, State, Values, Verdict
from openvoy.protocol.controls.grid import why_no_controller
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY
from openvoy.protocol.endpoints.zigbee import ZIGBEE_COMMISSION
from openvoy.protocol.http import Request


def _current(state: State) -> Values:
    return {ONLY: {"sealed": state.value(ZIGBEE_COMMISSION) is not None}}


def _plan(state: State, wanted: Settings) -> Plan:
    if not wanted["sealed"] and state.value(ZIGBEE_COMMISSION) is None:
        raise ConfigError("No radio configuration is stored.", hint="There is nothing to remove. Nothing was sent.")
    method = "POST" if wanted["sealed"] else "DELETE"
    return Plan(requests=(Request(method=method, path=ZIGBEE_COMMISSION.path),))


def _confirm(_control: Control, state: State, wanted: Settings) -> Verdict:
    """The configuration is stored before it is sealed, and looks the same."""
    is_stored = state.value(ZIGBEE_COMMISSION) is not None
    if not wanted["sealed"]:
        return Verdict.NOT_YET if is_stored else Verdict.DONE
    return Verdict.ON_ITS_WAY if is_stored else Verdict.NOT_YET


COMMISSIONING_SEALED = Control(
    name="commissioning.sealed",
    family="provision",
    summary="Seal the commissioning of the storage system, or remove its stored radio configuration.",
    risk="Removing it parts the gateway from its batteries and controller until they are registered again.",
    arguments=(
        Argument(name="sealed", kind="flag", summary="on seals, off removes the configuration.", is_required=True),
    ),
    example="on",
    role=Role.PROVISIONING,
    reads=(ZIGBEE_COMMISSION,),
    needs=(ENSEMBLE_INVENTORY,),
    absent=why_no_controller,
    reads_may_miss=True,
    current=_current,
    plan=_plan,
    confirm=_confirm,
    reason=lambda _state, wanted: "It was accepted; no gateway says that it is sealed." if wanted["sealed"] else "",
    always_sends=True,
    settles_s=5.0,
    watch_s=0.0,
)

"""Which meters count."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from openvoy.codec import each
from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import Control, Plan, State, Values, build_request
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.meter_setup import METER
from openvoy.protocol.endpoints.meters import METERS, MeterInfo

_STATES = {"enabled": True, "disabled": False}


def _meters(state: State) -> dict[str, MeterInfo]:
    """Meters by what they measure; by record number where that does not tell them apart."""
    rows = tuple(each(state.value(METERS)))
    counts = Counter(row.measurement for row in rows)
    return {row.measurement if row.measurement and counts[row.measurement] == 1 else str(row.eid): row for row in rows}


def _current(state: State) -> Values:
    return {name: {"enabled": _STATES.get(row.state or "")} for name, row in _meters(state).items()}


def _bounded(state: State, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    names = tuple(_meters(state))
    return tuple(replace(row, kind="choice", choices=names) if row.is_target else row for row in arguments)


def _plan(state: State, wanted: Settings) -> Plan:
    meter = _meters(state)[str(wanted["meter"])]
    body = {"state": "enabled" if wanted["enabled"] else "disabled"}
    return Plan(requests=(build_request(METER.at(eid=meter.eid), "PUT", body),))


METERS_ENABLED = Control(
    name="meters.enabled",
    summary="Switch a meter on or off.",
    risk=("What it would have counted while off is lost, and batteries and export limits that go by it stop working."),
    example="production on",
    arguments=(
        Argument(
            name="meter",
            kind="text",
            summary="What it measures, such as production, or its record number.",
            is_required=True,
            is_target=True,
        ),
        Argument(name="enabled", kind="flag", summary="Whether it counts.", is_required=True),
    ),
    role=Role.INSTALLER,
    reads=(METERS,),
    absent=lambda state: "" if state.value(METERS) else "The gateway has no meters.",
    bounded=_bounded,
    current=_current,
    plan=_plan,
)

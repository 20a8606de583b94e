"""How the batteries behave: mode, reserve, charging from the grid."""

from __future__ import annotations

from dataclasses import replace

from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import ONLY, Control, Plan, State, Values
from openvoy.protocol.controls._tariff import (
    NEEDS,
    STORAGE_SINCE,
    is_cloud_scheduled,
    storage_of,
    tariff_request,
    why_no_storage,
    why_taken_back,
)
from openvoy.protocol.endpoints.tariff import TARIFF

WORDS = {"self-consumption": "self-consumption", "savings": "economy", "backup": "backup"}
"""Modes in our words, and what the vendor's app writes today."""
_MODES = {**{wire: word for word, wire in WORDS.items()}, "savings-mode": "savings", "tou": "savings"}
DEFAULT_LEAST_PCT = 0.0
KEPT_FULL = (
    "The batteries give nothing then while the grid is there: the house draws from it what the sun does not give."
)
KEPT_BELOW = "Below that charge the batteries give nothing while the grid is there."


def _mode(state: State) -> Values:
    storage = storage_of(state)
    mode = None if storage.mode is None else _MODES.get(storage.mode, storage.mode)
    return {ONLY: {"mode": mode, "cloud-schedule": storage.cloud_scheduled}}


def _plan_mode(state: State, wanted: Settings) -> Plan:
    storage = storage_of(state)
    members: dict[str, bool | float | str | None] = {}
    if "mode" in wanted:
        mode = str(wanted["mode"])
        members["mode"] = storage.mode if _MODES.get(storage.mode or "") == mode else WORDS[mode]
    if "cloud-schedule" in wanted:
        if storage.cloud_scheduled is None:
            raise ConfigError("This firmware knows no schedule of the cloud.", hint="Leave cloud-schedule out.")
        members["opt_schedules"] = wanted["cloud-schedule"]
    elif is_cloud_scheduled(state):
        raise ConfigError(
            "The vendor's cloud plans the batteries: the gateway would echo the mode and ignore it.",
            hint="Add cloud-schedule off to end that too, or change the mode in the vendor's app. Nothing was sent.",
        )
    notes = (KEPT_FULL,) if wanted.get("mode") == "backup" else ()
    return Plan(requests=(tariff_request(state, **members),), notes=notes)


BATTERY_MODE = Control(
    name="battery.mode",
    summary="What the batteries are for: use the sun, save money, or wait for an outage.",
    example="backup",
    arguments=(
        Argument(
            name="mode",
            kind="choice",
            summary="What to do with the stored energy.",
            choices=tuple(WORDS),
            is_required=True,
        ),
        Argument(
            name="cloud-schedule",
            kind="flag",
            summary="Whether the vendor's cloud plans the batteries; while it does, the mode has no effect.",
        ),
    ),
    reads=(TARIFF,),
    needs=NEEDS,
    absent=why_no_storage,
    since=STORAGE_SINCE,
    current=_mode,
    plan=_plan_mode,
    reason=lambda state, _wanted: why_taken_back(state),
)


def _reserve(state: State) -> Values:
    return {ONLY: {"reserve": storage_of(state).reserve_pct}}


def _bounded_reserve(state: State, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    very_low_pct = storage_of(state).very_low_pct
    least = DEFAULT_LEAST_PCT if very_low_pct is None else very_low_pct
    return tuple(replace(argument, least=least, least_rule="") for argument in arguments)


def _plan_reserve(state: State, wanted: Settings) -> Plan:
    storage, reserve = storage_of(state), wanted["reserve"]
    if storage.mode == "backup":
        raise ConfigError(
            "In the mode backup everything is reserve; the gateway ignores another one.",
            hint="Choose another battery.mode first. Nothing was sent.",
        )
    before_pct = storage.reserve_pct
    is_raised = isinstance(reserve, int | float) and (before_pct is None or reserve > before_pct)
    notes = (KEPT_BELOW,) if is_raised else ()
    return Plan(requests=(tariff_request(state, reserved_soc=reserve),), notes=notes)


BATTERY_RESERVE = Control(
    name="battery.reserve",
    summary="Charge that is kept for an outage.",
    example="30",
    arguments=(
        Argument(
            name="reserve",
            kind="number",
            summary="Share of the capacity. Each gateway has a least one, mostly 5 or 10 %.",
            unit="%",
            least=DEFAULT_LEAST_PCT,
            least_rule="the gateway's very_low_soc",
            most=100.0,
            is_required=True,
        ),
    ),
    reads=(TARIFF,),
    needs=NEEDS,
    absent=why_no_storage,
    since=STORAGE_SINCE,
    bounded=_bounded_reserve,
    current=_reserve,
    plan=_plan_reserve,
    reason=lambda state, _wanted: why_taken_back(state),
)


def _charge(state: State) -> Values:
    return {ONLY: {"charge-from-grid": storage_of(state).charge_from_grid}}


BATTERY_CHARGE_FROM_GRID = Control(
    name="battery.charge-from-grid",
    summary="Whether the batteries may charge from the grid.",
    example="off",
    arguments=(
        Argument(
            name="charge-from-grid", kind="flag", summary="In some places a contract forbids it.", is_required=True
        ),
    ),
    reads=(TARIFF,),
    needs=NEEDS,
    absent=why_no_storage,
    since=STORAGE_SINCE,
    current=_charge,
    plan=lambda state, wanted: Plan(requests=(tariff_request(state, charge_from_grid=wanted["charge-from-grid"]),)),
    reason=lambda state, _wanted: why_taken_back(state),
)

"""Batteries, alone and together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reference._comparison import Field, Group, unix
from reference.pyenphase_fields._common import EQUIPMENT, RADIO, all_of, by_serial, single
from reference.pyenphase_fields.reasons import LIVE_CHARGE, MORE, NO_BATTERY


def _iq(snapshot: Any) -> dict[str, Any]:
    return by_serial(battery for battery in snapshot.batteries if battery.kind == "iq")


def _batteries(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from all_of(data.encharge_inventory, _iq(snapshot))


def _battery_power(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from all_of(data.encharge_power, _iq(snapshot))


def _iq_bank(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from single("IQ Batteries", data.encharge_aggregate, _bank(snapshot, "iq"))


def _bank(snapshot: Any, kind: str) -> Any:
    banks = () if snapshot.storage is None else snapshot.storage.banks
    return next((bank for bank in banks if bank.kind == kind), None)


def _iq_reserve(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from single("reserve", data.encharge_aggregate, snapshot.storage if _iq(snapshot) else None)


def _acb_bank(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from single("AC Batteries", data.acb_power, _bank(snapshot, "acb"))


def _acbs(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    ours = by_serial(battery for battery in snapshot.batteries if battery.kind == "acb")
    yield from all_of(data.acb_inventory, ours)


def _everything(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    if data.battery_aggregate is not None:
        yield "all batteries", data.battery_aggregate, snapshot.storage


def _last_words(conditions: Iterable[str]) -> list[str]:
    return [one.rpartition(".")[2] for one in conditions if one != "prop.done"]


GROUPS = (
    Group(
        title="IQ Batteries",
        pairs=_batteries,
        fields=(
            *EQUIPMENT,
            *RADIO,
            Field(theirs="bmu_firmware_version", ours="cell_firmware"),
            Field(theirs="dc_switch_off", ours="dc_switch_off"),
            Field(theirs="encharge_capacity", ours="capacity_wh"),
            Field(theirs="encharge_revision", ours="hardware_generation"),
            Field(theirs="led_status", ours="led_code"),
            Field(theirs="max_cell_temp", ours="max_cell_temperature_c"),
            Field(theirs="percent_full", ours="soc_pct", reasons=(LIVE_CHARGE,)),
            Field(theirs="temperature", ours="temperature_c"),
            Field(theirs="temperature_unit", ours=None, why="°C stands in the name."),
        ),
    ),
    Group(
        title="Power of IQ Batteries",
        pairs=_battery_power,
        fields=(
            Field(theirs="real_power_mw", ours="power_w", same=lambda value_w: value_w * 1000, note="x 1000"),
            Field(
                theirs="apparent_power_mva",
                ours="apparent_power_va",
                same=lambda value_va: value_va * 1000,
                note="x 1000",
            ),
            Field(theirs="soc", ours="soc_pct"),
        ),
    ),
    Group(
        title="IQ Batteries together",
        pairs=_iq_bank,
        fields=(
            Field(theirs="available_energy", ours="available_wh"),
            Field(theirs="state_of_charge", ours="soc_pct"),
            Field(theirs="max_available_capacity", ours="capacity_wh"),
        ),
        reasons=(NO_BATTERY,),
    ),
    Group(
        title="Reserve",
        pairs=_iq_reserve,
        fields=(
            Field(theirs="backup_reserve", ours="reserve_wh"),
            Field(theirs="reserve_state_of_charge", ours="reserve_in_effect_soc_pct"),
            Field(theirs="configured_reserve_state_of_charge", ours="reserve_soc_pct"),
        ),
        reasons=(NO_BATTERY,),
    ),
    Group(
        title="AC Batteries together",
        pairs=_acb_bank,
        fields=(
            Field(theirs="power", ours="power_w"),
            Field(theirs="charge_wh", ours="available_wh"),
            Field(theirs="state_of_charge", ours="soc_pct"),
            Field(theirs="state", ours="state"),
            Field(theirs="batteries", ours="batteries"),
        ),
        reasons=(MORE,),
    ),
    Group(
        title="AC Batteries",
        pairs=_acbs,
        fields=(
            Field(theirs="serial_num", ours="serial"),
            Field(theirs="part_num", ours="part_number"),
            Field(theirs="sleep_enabled", ours="sleeping"),
            Field(theirs="charge_status", ours="status"),
            Field(
                theirs="device_status",
                ours="conditions",
                same=list,
                read=lambda pair: [] if pair.theirs is None else _last_words(pair.theirs.device_status),
                note="its last words; `prop.done` is none",
            ),
            Field(theirs="percent_full", ours="soc_pct"),
            Field(theirs="max_cell_temp", ours="max_cell_temperature_c"),
            Field(theirs="communicating", ours="communicating"),
            Field(theirs="operating", ours="operating"),
            Field(theirs="producing", ours="producing"),
            Field(theirs="sleep_min_soc", ours="sleep_from_soc_pct"),
            Field(theirs="sleep_max_soc", ours="sleep_to_soc_pct"),
            Field(theirs="last_report_date", ours="at", same=unix, note="Unix seconds"),
            Field(theirs="last_report_watts", ours="power_w"),
            Field(theirs="max_report_watts", ours="max_power_w"),
        ),
        reasons=(MORE,),
    ),
    Group(
        title="All batteries together",
        pairs=_everything,
        fields=(
            Field(theirs="available_energy", ours="available_wh"),
            Field(theirs="state_of_charge", ours="soc_pct"),
            Field(theirs="max_available_capacity", ours="capacity_wh"),
        ),
        reasons=(NO_BATTERY,),
    ),
)

"""What the site makes and uses, its meters and its inverters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference._comparison import Field, Group, Pair, rounded, unix
from reference.pyenphase_fields._common import all_of, by_serial, single
from reference.pyenphase_fields.reasons import (
    AC_BATTERY,
    ANOTHER_MOMENT,
    FACTOR,
    FROZEN,
    MORE,
    NEGATIVE_WATTS,
    NET_TWICE,
    NEVER,
    NEWER_REPORT,
    NOT_SAID,
    PRINTED,
    ROUNDED_TWICE,
)


def _flows(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    reported = snapshot.reported
    yield from single("production", data.system_production, reported.production)
    yield from single("consumption", data.system_consumption, reported.consumption)
    yield from single("net consumption", data.system_net_consumption, reported.net)


def _flows_by_phase(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    reported = snapshot.reported
    for name, theirs, ours in (
        ("production", data.system_production_phases, reported.production),
        ("consumption", data.system_consumption_phases, reported.consumption),
        ("net consumption", data.system_net_consumption_phases, reported.net),
    ):
        phases = {} if ours is None else {phase.phase: phase for phase in ours.phases}
        for key, one, other in all_of(theirs, phases):
            yield f"{name} {key}", one, other


def _site(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield "site", data, snapshot


def _enabled(snapshot: Any) -> dict[str, Any]:
    return {meter.kind: meter for meter in snapshot.meters if meter.state == "enabled"}


def _meters(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from all_of(data.ctmeters, _enabled(snapshot))


def _meters_by_phase(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    ours = _enabled(snapshot)
    for kind in sorted({*data.ctmeters_phases, *ours}):
        channels = ours[kind].channels if kind in ours else ()
        phases = {channel.phase: channel for channel in channels} if len(channels) > 1 else {}
        for key, one, other in all_of(data.ctmeters_phases.get(kind), phases):
            yield f"{kind} {key}", one, other


def _inverters(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from all_of(data.inverters, by_serial(snapshot.inverters))


ENERGIES = (
    Field(theirs="watts_now", ours="power_w", same=rounded, note="rounded"),
    Field(theirs="watt_hours_today", ours="today_wh", same=rounded, note="rounded"),
    Field(theirs="watt_hours_last_7_days", ours="seven_days_wh", same=rounded, note="rounded"),
    Field(theirs="watt_hours_lifetime", ours="lifetime_wh", same=rounded, note="rounded"),
)


METER = (
    Field(theirs="timestamp", ours="at", same=unix, note="Unix seconds", reasons=(NEVER,)),
    Field(theirs="energy_delivered", ours="delivered_wh", same=rounded, note="rounded"),
    Field(theirs="energy_received", ours="received_wh", same=rounded, note="rounded"),
    Field(theirs="active_power", ours="active_power_w", same=rounded, note="rounded"),
    Field(theirs="power_factor", ours="power_factor", reasons=(FACTOR,)),
    Field(theirs="voltage", ours="voltage_v"),
    Field(theirs="current", ours="current_a"),
    Field(theirs="frequency", ours="frequency_hz"),
)


def _energy_of_interval(pair: Pair) -> float | None:
    """Undo their unit: J / s / 3.6, to three places, becomes Wh."""
    if pair.theirs.energy_produced is None or not pair.theirs.last_report_duration:
        return None
    if pair.ours is not None and pair.ours.report_wh is not None:
        theirs_as_ours = round(pair.ours.report_wh * 3600 / pair.theirs.last_report_duration / 3.6, 3)
        if theirs_as_ours == pair.theirs.energy_produced:
            return float(pair.ours.report_wh)
    return float(pair.theirs.energy_produced * 3.6 * pair.theirs.last_report_duration / 3600)


GROUPS = (
    Group(
        title="Overview",
        pairs=_flows,
        fields=ENERGIES,
        reasons=(NET_TWICE, ROUNDED_TWICE, FROZEN, NOT_SAID, MORE),
    ),
    Group(
        title="Overview by phase",
        pairs=_flows_by_phase,
        fields=ENERGIES,
        reasons=(NET_TWICE, ROUNDED_TWICE, FROZEN, NOT_SAID, MORE),
    ),
    Group(
        title="Flows and counters",
        pairs=_site,
        fields=(
            Field(
                theirs="system_production.watts_now",
                ours="power.solar_w",
                same=rounded,
                note="rounded",
                reasons=(PRINTED, ANOTHER_MOMENT, FROZEN),
            ),
            Field(
                theirs="system_production.watt_hours_lifetime",
                ours="energy.solar_wh",
                same=rounded,
                note="rounded",
                reasons=(PRINTED, ANOTHER_MOMENT, FROZEN),
            ),
            Field(
                theirs="system_consumption.watts_now",
                ours="power.reported_consumption_w",
                same=rounded,
                note="rounded",
                reasons=(PRINTED, ANOTHER_MOMENT, FROZEN),
            ),
            Field(
                theirs="system_net_consumption.watts_now",
                ours="power.grid_w",
                same=rounded,
                note="rounded",
                reasons=(PRINTED, ANOTHER_MOMENT, FROZEN),
            ),
            Field(
                theirs="system_net_consumption.watt_hours_lifetime",
                ours=None,
                why="`energy.import_wh` and `energy.export_wh` are two counters that only grow; theirs is one that may"
                " fall (quirk Q7). It stands in `reported.net.lifetime_wh`.",
            ),
        ),
        reasons=(MORE,),
    ),
    Group(
        title="Meters",
        pairs=_meters,
        fields=(
            Field(theirs="eid", ours="eid"),
            *METER,
            Field(theirs="state", ours="state"),
            Field(theirs="measurement_type", ours="kind"),
            Field(theirs="metering_status", ours="status"),
            Field(theirs="status_flags", ours="flags", same=list, reasons=()),
        ),
        reasons=(MORE,),
    ),
    Group(
        title="Meters by phase",
        pairs=_meters_by_phase,
        fields=(
            *(one for one in METER if one.theirs != "timestamp"),
            Field(theirs="timestamp", ours=None, why="That of the meter."),
            Field(theirs="eid", ours=None, why="The record number of the channel; its place is `phase`."),
            Field(theirs="state", ours=None, why="That of the meter."),
            Field(theirs="measurement_type", ours=None, why="That of the meter."),
            Field(theirs="metering_status", ours=None, why="That of the meter."),
            Field(theirs="status_flags", ours=None, why="Those of the meter."),
        ),
        reasons=(MORE,),
    ),
    Group(
        title="Inverters",
        pairs=_inverters,
        fields=(
            Field(theirs="serial_number", ours="serial"),
            Field(
                theirs="last_report_date",
                ours="at",
                same=unix,
                note="Unix seconds",
                reasons=(AC_BATTERY, NEVER, NEWER_REPORT),
            ),
            Field(
                theirs="last_report_watts",
                ours="power_w",
                reasons=(NEGATIVE_WATTS, AC_BATTERY, NEVER, NEWER_REPORT),
            ),
            Field(theirs="max_report_watts", ours="max_power_w"),
            Field(theirs="dc_voltage", ours="dc_voltage_v"),
            Field(theirs="dc_current", ours="dc_current_a"),
            Field(theirs="ac_voltage", ours="ac_voltage_v"),
            Field(theirs="ac_current", ours="ac_current_a"),
            Field(theirs="ac_frequency", ours="frequency_hz"),
            Field(theirs="temperature", ours="temperature_c"),
            Field(theirs="lifetime_energy", ours="lifetime_wh", same=rounded, note="rounded"),
            Field(
                theirs="energy_produced",
                ours="report_wh",
                note="x 3.6e6 / seconds of the report / 3600 / 3.6: mean power in a unit of theirs",
                read=_energy_of_interval,
            ),
            Field(theirs="energy_today", ours="today_wh"),
            Field(theirs="last_report_duration", ours="report_interval_s"),
        ),
        reasons=(AC_BATTERY, MORE),
    ),
)

"""Every field of pyenphase's EnvoyData beside ours: one row a field, one rule a difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reference._comparison import Field, Group, Pair, Reason, rounded, unix

PHASES = ("L1", "L2", "L3")


def _by_serial(things: Iterable[Any]) -> dict[str, Any]:
    return {thing.serial: thing for thing in things}


def _all_of(theirs: Mapping[str, Any] | None, ours: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    said = theirs or {}
    for key in sorted({*said, *ours}):
        yield key, said.get(key), ours.get(key)


def _one(key: str, theirs: Any, ours: Any) -> Iterator[tuple[str, Any, Any]]:
    if theirs is not None or ours is not None:
        yield key, theirs, ours


# What is compared with what.


def _flows(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    reported = snapshot.reported
    yield from _one("production", data.system_production, reported.production)
    yield from _one("consumption", data.system_consumption, reported.consumption)
    yield from _one("net consumption", data.system_net_consumption, reported.net)


def _flows_by_phase(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    reported = snapshot.reported
    for name, theirs, ours in (
        ("production", data.system_production_phases, reported.production),
        ("consumption", data.system_consumption_phases, reported.consumption),
        ("net consumption", data.system_net_consumption_phases, reported.net),
    ):
        phases = {} if ours is None else {phase.phase: phase for phase in ours.phases}
        for key, one, other in _all_of(theirs, phases):
            yield f"{name} {key}", one, other


def _site(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield "site", data, snapshot


def _enabled(snapshot: Any) -> dict[str, Any]:
    return {meter.kind: meter for meter in snapshot.meters if meter.state == "enabled"}


def _meters(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _all_of(data.ctmeters, _enabled(snapshot))


def _meters_by_phase(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    ours = _enabled(snapshot)
    for kind in sorted({*data.ctmeters_phases, *ours}):
        channels = ours[kind].channels if kind in ours else ()
        phases = {channel.phase: channel for channel in channels} if len(channels) > 1 else {}
        for key, one, other in _all_of(data.ctmeters_phases.get(kind), phases):
            yield f"{kind} {key}", one, other


def _inverters(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _all_of(data.inverters, _by_serial(snapshot.inverters))


def _iq(snapshot: Any) -> dict[str, Any]:
    return _by_serial(battery for battery in snapshot.batteries if battery.kind == "iq")


def _batteries(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _all_of(data.encharge_inventory, _iq(snapshot))


def _battery_power(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _all_of(data.encharge_power, _iq(snapshot))


def _iq_bank(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _one("IQ Batteries", data.encharge_aggregate, _bank(snapshot, "iq"))


def _bank(snapshot: Any, kind: str) -> Any:
    banks = () if snapshot.storage is None else snapshot.storage.banks
    return next((bank for bank in banks if bank.kind == kind), None)


def _iq_reserve(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _one("reserve", data.encharge_aggregate, snapshot.storage if _iq(snapshot) else None)


def _acb_bank(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _one("AC Batteries", data.acb_power, _bank(snapshot, "acb"))


def _acbs(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    ours = _by_serial(battery for battery in snapshot.batteries if battery.kind == "acb")
    yield from _all_of(data.acb_inventory, ours)


def _everything(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    if data.battery_aggregate is not None:
        yield "all batteries", data.battery_aggregate, snapshot.storage


def _controller(snapshot: Any, kind: str) -> Any:
    return next((one for one in snapshot.controllers if one.kind == kind), None)


def _enpower(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _one("controller", data.enpower, _controller(snapshot, "system-controller"))


def _collar(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _one("collar", data.collar, _controller(snapshot, "meter-collar"))


def _combiner(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _one("combiner", data.c6cc, _controller(snapshot, "combiner"))


def _contacts(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    ours = {contact.id: contact for contact in snapshot.contacts}
    yield from _all_of(data.dry_contact_status, ours)


def _contact_settings(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    ours = {contact.id: contact for contact in snapshot.contacts}
    yield from _all_of(data.dry_contact_settings, ours)


def _generator(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _one("generator", data.generator, snapshot.generator)


def _generator_config(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _one("generator", data.generator_config, snapshot.generator)


def _generator_mode(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    if data.generator_mode is not None:
        yield "generator", data.generator_mode, snapshot.generator


def _generator_schedule(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    if data.generator_schedule is not None:
        yield "generator", data.generator_schedule, snapshot.generator


def _tariff(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from _one("tariff", data.tariff, snapshot.tariff)


def _storage_settings(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    settings = None if data.tariff is None else data.tariff.storage_settings
    yield from _one("storage", settings, snapshot.storage)


# Why ours is right where they differ.


def _is_of_another_moment(pair: Pair) -> bool:
    """Whether the overview and the meters were read at different seconds."""
    said = pair.snapshot.reported
    pages = {flow.at for flow in (said.production, said.consumption, said.net) if flow is not None and flow.at}
    meters = {meter.at for meter in pair.snapshot.meters if meter.at is not None}
    return bool(pages and meters and (len(pages | meters) > 1))


def _is_sum_of_factors(pair: Pair, factor: float) -> bool:
    factors = [one.power_factor for one in pair.data.ctmeters_phases.get(pair.key, {}).values() if one is not None]
    return len(factors) > 1 and abs(sum(factors) - factor) < 0.002


def _has_frozen_interval(pair: Pair) -> bool:
    """Whether this is a metered gateway of a build that no longer moves the interval without a production meter."""
    version = tuple(map(int, pair.snapshot.gateway.firmware.split(".")))
    kinds = {meter.kind for meter in pair.snapshot.meters if meter.state == "enabled"}
    return pair.snapshot.gateway.model == "metered" and "production" not in kinds and version >= (8, 2, 4264)


def _is_battery(pair: Pair) -> bool:
    return any(battery.serial == pair.key for battery in pair.snapshot.batteries)


def _says_more(_pair: Pair, theirs: Any, ours: Any) -> bool:
    return theirs is None and ours is not None


MORE = Reason(
    id="more",
    text="pyenphase does not read it here: it chooses one source of several when it starts, or has no such field for"
    " this firmware. Ours comes from a reply of the same recording.",
    applies=_says_more,
)
NOT_SAID = Reason(
    id="not-said",
    text="The gateway did not say it; pyenphase puts 0 in the place of what is not said, ours is None.",
    applies=lambda _pair, theirs, ours: theirs == 0 and ours is None,
)
NO_BATTERY = Reason(
    id="no-battery",
    text="The site has no battery: the gateway fills in zeros and defaults for one that is not there. Ours is None.",
    applies=lambda pair, _theirs, ours: ours is None and not pair.snapshot.batteries,
)
NEGATIVE_WATTS = Reason(
    id="unsigned",
    text="The firmware prints small negative powers unsigned: 4294967292 is -4 W. Ours has its sign.",
    applies=lambda _pair, theirs, ours: theirs is not None and ours is not None and theirs - 2**32 == ours,
)
FACTOR = Reason(
    id="Q9",
    text="No power factor is above 1: the build adds up those of the phases. Ours is active over apparent power.",
    applies=lambda pair, theirs, _ours: theirs is not None and (abs(theirs) > 1 or _is_sum_of_factors(pair, theirs)),
)
NET_TWICE = Reason(
    id="Q9-days",
    text="The build gives the total the values of the net row, and both pyenphase and we make the total anew. Its days"
    " are lifetimes or 0 then, which pyenphase passes on; ours are None.",
    applies=lambda pair, _theirs, ours: ours is None and pair.key.startswith("consumption"),
)
FROZEN = Reason(
    id="Q12",
    text="A metered gateway without a production transformer repeats the same interval values for ever. pyenphase knows"
    " that only where there is no transformer at all; ours are the inverters'.",
    applies=lambda pair, _theirs, _ours: "consumption" not in pair.key and _has_frozen_interval(pair),
)
PRINTED = Reason(
    id="digits",
    text="The overview and the meter print the same value with other digits, on the two sides of one half.",
    applies=lambda _pair, theirs, ours: None not in {theirs, ours} and abs(theirs - ours) == 1,
)
NEVER = Reason(
    id="never",
    text="0 is how a gateway says never; ours is None.",
    applies=lambda _pair, theirs, ours: theirs == 0 and ours is None,
)
ANOTHER_MOMENT = Reason(
    id="Q16",
    text="pyenphase gives the overview, we give the meter: the reading times that the gateway says of them differ, by"
    " seconds or, where a recording was put together of several, by much more. The meter is the fresher of both.",
    applies=lambda pair, theirs, ours: None not in {theirs, ours} and _is_of_another_moment(pair),
)
NEWER_REPORT = Reason(
    id="newer-report",
    text="A report and the details list the same inverter; of their powers the one reported later counts.",
    applies=lambda pair, _theirs, ours: ours is not None and pair.theirs.last_report_date < (unix(pair.ours.at) or 1),
)
ROUNDED_TWICE = Reason(
    id="rounding",
    text="The total is made anew of production and net; pyenphase adds what it has rounded, ours is rounded once.",
    applies=lambda pair, theirs, ours: (
        pair.key.startswith("consumption")
        and None not in {theirs, ours}
        and abs(theirs - ours) == 1
        and pair.ours.today_wh is None
    ),
)
AC_BATTERY = Reason(
    id="ac-battery",
    text="It is an AC Battery, which the gateway lists among the inverters. Ours stands under `batteries`.",
    applies=lambda pair, _theirs, ours: ours is None and _is_battery(pair),
)
LIVE_CHARGE = Reason(
    id="live-charge",
    text="Two replies say the charge. Ours is that of the reply with the power, which pyenphase gives there too: it is"
    " of this moment, the inventory's is of the last report.",
    applies=lambda pair, _theirs, ours: pair.data.encharge_power[pair.key].soc == ours,
)
NO_CONTROLLER = Reason(
    id="no-controller",
    text="Without a system controller there are no contacts; the gateway lists four defaults.",
    applies=lambda pair, _theirs, ours: ours is None and not pair.snapshot.contacts,
)
NO_GENERATOR = Reason(
    id="no-generator",
    text="No generator is configured; firmware 7 and 8 list one at rest. Ours is None.",
    applies=lambda pair, _theirs, ours: ours is None and pair.snapshot.generator is None,
)
NO_TARIFF_TEXT = "The gateway's fixed text, without meaning to a reader."


# The table.

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
EQUIPMENT = (
    Field(theirs="serial_number", ours="serial"),
    Field(theirs="part_number", ours="part_number"),
    Field(theirs="communicating", ours="communicating"),
    Field(theirs="admin_state_str", ours="state"),
    Field(theirs="admin_state", ours=None, why="The number of the state that `admin_state_str` names."),
    Field(theirs="firmware_version", ours="firmware"),
    Field(theirs="firmware_loaded_date", ours="firmware_loaded_at", same=unix, note="Unix seconds"),
    Field(theirs="installed_date", ours="installed_at", same=unix, note="Unix seconds"),
    Field(theirs="last_report_date", ours="at", same=unix, note="Unix seconds"),
)
RADIO = (
    Field(theirs="comm_level_2_4_ghz", ours="short_range_radio_level"),
    Field(theirs="comm_level_sub_ghz", ours="long_range_radio_level"),
    Field(theirs="operating", ours="operating"),
    Field(theirs="zigbee_dongle_fw_version", ours="radio_firmware"),
)


def _fahrenheit(value_c: float) -> int:
    return round(value_c * 9 / 5 + 32)


def _energy_of_interval(pair: Pair) -> float | None:
    """Undo their unit: J / s / 3.6, to three places, becomes Wh."""
    if pair.theirs.energy_produced is None or not pair.theirs.last_report_duration:
        return None
    if pair.ours is not None and pair.ours.report_wh is not None:
        theirs_as_ours = round(pair.ours.report_wh * 3600 / pair.theirs.last_report_duration / 3.6, 3)
        if theirs_as_ours == pair.theirs.energy_produced:
            return float(pair.ours.report_wh)
    return float(pair.theirs.energy_produced * 3.6 * pair.theirs.last_report_duration / 3600)


def _last_words(conditions: Iterable[str]) -> list[str]:
    return [one.rpartition(".")[2] for one in conditions if one != "prop.done"]


def _season(season: Mapping[str, Any]) -> object:
    plans = tuple(
        (
            tuple(day.strip() for day in days["days"].split(",") if day.strip()),
            tuple((period["start"], period["rate"]) for period in days.get("periods") or ()),
        )
        for day_group in [season.get("days") or ()]
        for days in day_group
    )
    return season.get("start"), plans, tuple((tier["limit"], tier["rate"]) for tier in season.get("tiers") or ())


def _our_seasons(seasons: Iterable[Any]) -> object:
    return [
        (
            season.start,
            tuple((plan.days, tuple((p.start_min, p.price_per_kwh) for p in plan.periods)) for plan in season.plans),
            tuple((-1 if tier.limit_kwh is None else tier.limit_kwh, tier.price_per_kwh) for tier in season.tiers),
        )
        for season in seasons
    ]


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
    Group(
        title="System controller",
        pairs=_enpower,
        fields=(
            *EQUIPMENT,
            *RADIO,
            Field(theirs="grid_mode", ours="grid_state"),
            Field(theirs="mains_admin_state", ours="relay_admin"),
            Field(theirs="mains_oper_state", ours="relay"),
            Field(theirs="temperature", ours="temperature_c", same=_fahrenheit, note="in °F, whole degrees"),
            Field(theirs="temperature_unit", ours=None, why="°C stands in the name; the gateway says °F here."),
        ),
    ),
    Group(
        title="Meter collar",
        pairs=_collar,
        fields=(
            *EQUIPMENT,
            Field(
                theirs="mid_state",
                ours="relay",
                same=lambda word: {"closed": "close"}.get(word, word),
                note="`closed` is `close` here",
            ),
            Field(theirs="grid_state", ours="grid_state"),
            Field(theirs="temperature", ours="temperature_c"),
            Field(theirs="temperature_unit", ours=None, why="°C stands in the name."),
            Field(theirs="control_error", ours="error_code"),
            Field(theirs="collar_state", ours="mounting"),
        ),
    ),
    Group(
        title="Combiner",
        pairs=_combiner,
        fields=(*EQUIPMENT, Field(theirs="dmir_version", ours="parameters")),
        reasons=(MORE,),
    ),
    Group(
        title="Contacts",
        pairs=_contacts,
        fields=(Field(theirs="id", ours="id"), Field(theirs="status", ours="status")),
        reasons=(NO_CONTROLLER,),
    ),
    Group(
        title="Settings of contacts",
        pairs=_contact_settings,
        fields=(
            Field(theirs="id", ours="id"),
            Field(theirs="load_name", ours="name"),
            Field(theirs="mode", ours="mode"),
            Field(theirs="type", ours="kind", same=str.upper, note="in capitals"),
            Field(theirs="grid_action", ours="on_grid"),
            Field(theirs="micro_grid_action", ours="off_grid"),
            Field(theirs="generator_action", ours="on_generator"),
            Field(theirs="soc_low", ours="soc_low_pct"),
            Field(theirs="soc_high", ours="soc_high_pct"),
            Field(theirs="priority", ours="priority"),
            Field(theirs="black_start", ours="black_start_delay_s"),
            Field(theirs="essential_start_time", ours="window_start_s"),
            Field(theirs="essential_end_time", ours="window_end_s"),
            Field(theirs="override", ours="may_override"),
            Field(theirs="manual_override", ours="overridden"),
            Field(theirs="pv_serial_nb", ours="inverters", same=list),
        ),
        reasons=(NO_CONTROLLER,),
    ),
    Group(
        title="Generator",
        pairs=_generator,
        fields=(
            Field(
                theirs="admin_state",
                ours="admin_state",
                same=lambda word: {"closed": "close"}.get(word, word),
                note="`closed` is `close` here",
            ),
            Field(
                theirs="oper_state",
                ours="state",
                same=lambda word: {"closed": "close"}.get(word, word),
                note="`closed` is `close` here",
            ),
            Field(theirs="admin_mode", ours="mode_code"),
            Field(theirs="schedule", ours="scheduled", same=int, note="1 or 0"),
            Field(theirs="start_soc", ours="start_soc_pct"),
            Field(
                theirs="stop_soc",
                ours="stop_soc_pct",
                reasons=(
                    Reason(
                        id="no-stop",
                        text="-1 is how the gateway says that it never stops by itself; ours is None.",
                        applies=lambda _pair, theirs, ours: theirs == -1 and ours is None,
                    ),
                ),
            ),
            Field(theirs="exc_on", ours="exercising", same=int, note="1 or 0"),
            Field(theirs="present", ours="present"),
            Field(theirs="type", ours="category_code"),
        ),
        reasons=(NO_GENERATOR,),
    ),
    Group(
        title="Configuration of the generator",
        pairs=_generator_config,
        fields=(
            Field(theirs="max_cont_gen_amps", ours="max_current_a"),
            Field(theirs="min_gen_loading_perc", ours="min_load_pct"),
            Field(theirs="max_gen_efficiency_perc", ours="max_load_pct"),
            Field(
                theirs="name_plate_rating_wat",
                ours="rated_power_w",
                same=lambda value_w: value_w / 1000,
                note="in kW, despite its name",
            ),
            Field(
                theirs="start_method",
                ours="start_method",
                read=lambda pair: pair.theirs.start_method.lower(),
                note="theirs in small letters: builds differ",
            ),
            Field(theirs="warm_up_mins", ours="warm_up_min"),
            Field(theirs="cool_down_mins", ours="cool_down_min"),
            Field(theirs="gen_type", ours="category"),
            Field(theirs="model", ours="model"),
            Field(theirs="manufacturer", ours="manufacturer"),
            Field(theirs="last_updated_by", ours="configured_by"),
            Field(theirs="generator_id", ours="identifier"),
            Field(theirs="charge_from_generator", ours="charges_battery"),
        ),
        reasons=(NO_GENERATOR,),
    ),
    Group(
        title="Mode of the generator",
        pairs=_generator_mode,
        fields=(
            Field(theirs="gen_cmd", ours="mode"),
            Field(theirs="last_updated_by", ours="commanded_by"),
        ),
        reasons=(NO_GENERATOR,),
    ),
    Group(
        title="Schedule of the generator",
        pairs=_generator_schedule,
        fields=(
            Field(theirs="exercise_freq_in_weeks", ours="exercise.weeks"),
            Field(theirs="exercise_start", ours="exercise.start_min"),
            Field(theirs="exercise_duration", ours="exercise.duration_min"),
            Field(theirs="exercise_day", ours="exercise.day"),
            Field(theirs="default_start_soc", ours="default_start_soc_pct"),
            Field(theirs="default_stop_soc", ours="default_stop_soc_pct"),
            Field(theirs="last_updated_by", ours="scheduled_by"),
            Field(theirs="schedule", ours=None, why="The raw plan of a writer; `openvoy get /ivp/ss/gen_schedule`."),
        ),
        reasons=(NO_GENERATOR,),
    ),
    Group(
        title="Tariff",
        pairs=_tariff,
        fields=(
            Field(
                theirs="currency", ours="currency", read=lambda pair: pair.theirs.currency.get("code"), note="its code"
            ),
            Field(theirs="logger", ours=None, why=NO_TARIFF_TEXT),
            Field(
                theirs="date", ours="changed_at", same=lambda at: str(round(at.timestamp())), note="Unix time as text"
            ),
            Field(
                theirs="single_rate",
                ours="import_per_kwh",
                read=lambda pair: pair.theirs.single_rate.get("rate"),
                note="its `rate`; `sell` is `export_per_kwh`",
            ),
            Field(
                theirs="seasons",
                ours="seasons",
                read=lambda pair: [_season(season) for season in pair.theirs.seasons],
                same=_our_seasons,
                note="start, days, periods, tiers; a limit of -1 is none",
            ),
            Field(
                theirs="seasons_sell",
                ours="export_seasons",
                read=lambda pair: [_season(season) for season in pair.theirs.seasons_sell or ()],
                same=_our_seasons,
                note="the same",
            ),
        ),
        reasons=(MORE,),
    ),
    Group(
        title="Storage settings",
        pairs=_storage_settings,
        fields=(
            Field(
                theirs="mode",
                ours="mode",
                same=lambda word: {"savings": "economy"}.get(word, word),
                note="`savings` is `economy` here",
            ),
            Field(theirs="reserved_soc", ours="reserve_soc_pct"),
            Field(theirs="very_low_soc", ours="very_low_soc_pct"),
            Field(theirs="charge_from_grid", ours="charge_from_grid"),
            Field(
                theirs="date", ours="settings_at", same=lambda at: str(round(at.timestamp())), note="Unix time as text"
            ),
            Field(theirs="opt_schedules", ours="cloud_scheduled"),
            Field(theirs="operation_mode_sub_type", ours=None, why="Empty on every build seen; the cloud fills it."),
        ),
        reasons=(NO_BATTERY, MORE),
    ),
)

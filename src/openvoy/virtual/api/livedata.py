"""Live values of everything; they move only while the stream is switched on."""

from __future__ import annotations

from collections.abc import AsyncIterator

from openvoy import codec
from openvoy.codec import changed
from openvoy.protocol.endpoints.livedata import (
    LIVEDATA_COUNTERS,
    LIVEDATA_METERS,
    LIVEDATA_STATUS,
    LIVEDATA_STREAM,
    LIVEDATA_TASKS,
    LIVEDATA_TEST,
    STREAM_METER,
    LiveConnection,
    LiveContact,
    LiveInverters,
    LiveMeters,
    LivePower,
    LiveStatus,
    LiveStreamRequest,
    LiveStreamState,
    LiveTasks,
    LiveTest,
    StreamPhase,
    StreamPhases,
    StreamRecord,
)
from openvoy.virtual.api.call import Call, Outcome, settle
from openvoy.virtual.api.fleet import ac_charge, batteries, controllers, iq_charge, whole_charge
from openvoy.virtual.api.measured import DARK, Measured, measure
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import panels
from openvoy.virtual.api.streaming import Follow
from openvoy.virtual.api.versions import CONTACTS_IN_LIVEDATA, EIGHT_THREE, PHASES_IN_LIVEDATA
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.state import BranchState, Flow
from openvoy.virtual.site.switchgear import Supply

INFO = "Last available status data shown. Live stream not enabled."
MODES = {"backup": 0, "self-consumption": 1, "savings": 2}
NO_GENERATOR = 5
GENERATOR_STATES: dict[Supply, int] = {"grid": 1, "island": 1, "generator": 2}
"""Relay of the generator: 1 open, 2 closed."""
CLOUD_TASK_S = 900
"""How often the cloud asks something."""
PHASES = ("a", "b", "c")
NO_POWER = LivePower(power_mw=0, apparent_mva=0)
_NAMES = [f"{kind}_{phase}_{unit}" for kind, unit in (("power", "mw"), ("apparent", "mva")) for phase in PHASES]
NO_PHASES = dict.fromkeys(_NAMES, 0)


def build_status(moment: Moment) -> LiveStatus:
    """Build everything; while the stream is off with the last values that it had, and a word of advice."""
    is_on = moment.settings.live.is_on(moment.now_s)
    return LiveStatus(
        connection=LiveConnection(
            mqtt_state="connected",
            prov_state="configured",
            auth_state="ok",
            stream="enabled" if is_on else "disabled",
            debug="disabled",
        ),
        meters=build_meters(moment),
        tasks=build_tasks(moment),
        counters=build_counters(moment),
        contacts=_contacts(moment) if moment.firmware >= CONTACTS_IN_LIVEDATA else None,
        info=None if is_on else INFO,
    )


def build_meters(moment: Moment) -> LiveMeters:
    """Build the values; zeros where the stream never ran."""
    last_s = moment.settings.live.last_s(moment.now_s)
    if last_s is None:
        return _never(moment)
    return _meters(moment if last_s == moment.now_s else moment.at(last_s))


def _meters(moment: Moment) -> LiveMeters:
    state, tariff = moment.truth, moment.settings.tariff
    iq, ac = iq_charge(moment), ac_charge(moment)
    has_generator = moment.settings.generator.is_there
    supply = moment.switchgear.supply
    # The house is what is left: only so do the live values add up when meters do not see all.
    solar, grid = moment.state.solar, moment.state.grid
    return LiveMeters(
        updated_s=moment.now_s,
        soc_pct=round(whole_charge(moment).soc_pct),
        relay=int(supply == "grid"),
        generator_relay=GENERATOR_STATES[supply] if has_generator else NO_GENERATOR,
        battery_mode=MODES[tariff.mode],
        reserve_pct=round(tariff.reserve_pct) if batteries(moment) else 0,
        split_phase=int(moment.site.gateway.phases == "split"),
        phase_count=moment.site.phase_count,
        iq_soc_pct=round(iq.soc_pct),
        iq_stored_wh=round(iq.stored_wh),
        acb_soc_pct=round(ac.soc_pct),
        acb_stored_wh=round(ac.stored_wh),
        solar=_power(moment, solar),
        storage=_power(moment, state.battery),
        grid=_power(moment, grid),
        load=_power(moment, solar, grid, state.battery, state.generator),
        generator=_power(moment, state.generator),
        inverters=_inverters(moment) if moment.firmware >= EIGHT_THREE else None,
    )


def _never(moment: Moment) -> LiveMeters:
    values = _meters(moment)
    zeros = {
        name: 0
        for name in values.__struct_fields__
        if isinstance(getattr(values, name), int | float) and name != "phase_count"
    }
    nothing = changed(NO_POWER, **NO_PHASES) if moment.firmware >= PHASES_IN_LIVEDATA else NO_POWER
    return changed(values, **zeros, **dict.fromkeys(("solar", "storage", "grid", "load", "generator"), nothing))


def _power(moment: Moment, *branches: BranchState) -> LivePower:
    """Add branches up in milliwatts, each rounded by itself: load is the sum of the others to the last digit."""
    counts = len(branches[0].phases)
    active = [sum(_milli(branch.phases[phase].active_w) for branch in branches) for phase in range(counts)]
    apparent = [sum(_milli(_signed(branch.phases[phase])) for branch in branches) for phase in range(counts)]
    phases = dict(NO_PHASES)
    for name, mw, mva in zip(PHASES, active, apparent, strict=False):
        phases |= {f"power_{name}_mw": mw, f"apparent_{name}_mva": mva}
    whole = LivePower(power_mw=sum(active), apparent_mva=sum(apparent))
    return changed(whole, **phases) if moment.firmware >= PHASES_IN_LIVEDATA else whole


def _milli(value: float) -> int:
    return round(value * 1000)


def _signed(flow: Flow) -> float:
    """Apparent power with the sign of active power."""
    return -flow.apparent_va if flow.active_w < 0 else flow.apparent_va


def _inverters(moment: Moment) -> LiveInverters:
    rows = panels(moment)
    running = sum(moment.is_heard(panel, moment.now_s) for panel in rows)
    return LiveInverters(status=False, supported=False, count=len(rows), running=running)


def _contacts(moment: Moment) -> dict[str, LiveContact]:
    if not controllers(moment):
        return {"": LiveContact(id="", kind="", name="", status=0)}
    positions = moment.switchgear.contacts
    return {
        str(row.settings.id): LiveContact(
            id=row.settings.id,
            kind=row.settings.kind,
            name=row.settings.name,
            status=int(positions.get(str(row.settings.id)) == "closed"),
        )
        for row in moment.settings.contacts.contacts
    }


def build_tasks(moment: Moment) -> LiveTasks:
    """Build the last task of the cloud."""
    number = (moment.now_s - moment.commissioned_s) // CLOUD_TASK_S
    return LiveTasks(task_id=27_000_000 + number, timestamp_s=moment.now_s - moment.now_s % CLOUD_TASK_S)


def build_counters(moment: Moment) -> dict[str, int]:
    """Build the process counters: what follows from the age of the process and from the switches."""
    age_s, live = moment.now_s - moment.commissioned_s, moment.settings.live
    published = 0 if live.enabled_s is None else (live.last_s(moment.now_s) or live.enabled_s) - live.enabled_s
    return {
        "main_CfgLoad": 1,
        "main_CfgChanged": 1,
        "main_taskUpdate": age_s // CLOUD_TASK_S,
        "MqttClient_publish": published,
        "MqttClient_live_debug": 0,
        "MqttClient_respond": live.switches,
        "MqttClient_msgarrvd": age_s // CLOUD_TASK_S,
        "MqttClient_create": 1,
        "MqttClient_setCallbacks": 1,
        "MqttClient_connect": 1,
        "MqttClient_connect_err": 0,
        "MqttClient_subscribe": 1,
        "SSL_Keys_Create": 1,
        "sc_hdlDataPub": published,
        "sc_SendStreamCtrl": live.switches,
        "sc_SendDemandRspCtrl": 1,
        "rest_Status": age_s // 60,
    }


def write_stream(moment: Moment, call: Call) -> Outcome:
    """Switch the stream; an empty object switches it on."""
    told = call.read(LiveStreamRequest)
    if told.enable not in {None, 0, 1}:
        raise call.malformed("enable is 0 or 1")
    is_on = told.enable != 0
    reply = LiveStreamState(stream="enabled" if is_on else "disabled")
    return settle(moment, value=reply, live=moment.settings.live.switched(moment.now_s, on=is_on))


async def stream_meter(follow: Follow) -> AsyncIterator[bytes]:
    """Give a record a second: production, net and total, phase by phase."""
    while True:
        record = codec.encode_json(build_record(follow.now()))
        yield b"data: " + record + b"\n\n"
        await follow.sleep(1.0)


def build_record(moment: Moment) -> StreamRecord:
    """Build one second of the stream; meters that are disabled and phases that are not wired are dark."""
    production = moment.has_production_meter
    consumption = moment.has_consumption_meter
    return StreamRecord(
        production=_phases(moment, Branch.SOLAR, is_metered=production),
        net=_phases(moment, Branch.NET, is_metered=consumption),
        total=_phases(moment, Branch.TOTAL, is_metered=consumption),
    )


def _phases(moment: Moment, branch: Branch, *, is_metered: bool) -> StreamPhases:
    count = moment.site.phase_count if is_metered else 0
    frequency_hz = measure(moment, Branch.GRID).frequency_hz if moment.firmware >= EIGHT_THREE else 0.0
    rows = [
        _phase(measure(moment, branch, phase)) if phase < count else _phase(DARK, frequency_hz=frequency_hz)
        for phase in range(len(PHASES))
    ]
    return StreamPhases(a=rows[0], b=rows[1], c=rows[2])


def _phase(measured: Measured, frequency_hz: float | None = None) -> StreamPhase:
    return StreamPhase(
        power_w=measured.active_w,
        reactive_var=measured.reactive_var,
        apparent_va=measured.apparent_va,
        voltage_v=measured.voltage_v,
        current_a=measured.current_a,
        power_factor=round(measured.power_factor, 2),
        frequency_hz=measured.frequency_hz if frequency_hz is None else frequency_hz,
    )


RENDER = {
    LIVEDATA_STATUS: build_status,
    LIVEDATA_METERS: build_meters,
    LIVEDATA_COUNTERS: build_counters,
    LIVEDATA_TASKS: build_tasks,
    LIVEDATA_TEST: lambda _moment: LiveTest(result="ok"),
}
WRITE = {(LIVEDATA_STREAM, "POST"): write_stream}
STREAM = {STREAM_METER: stream_meter}

"""Live values of everything, while the live stream is switched on, and the event streams."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Decoded, Endpoint, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class LiveConnection(WireStruct):
    """Connection to the cloud's broker."""

    mqtt_state: Annotated[str | None, doc("", "connected …")] = None
    prov_state: Annotated[str | None, doc("", "configured …")] = None
    auth_state: Annotated[str | None, doc("", "ok …")] = None
    stream: Annotated[str | None, doc("", "enabled or disabled")] = said("sc_stream")
    debug: Annotated[str | None, doc("", "enabled or disabled")] = said("sc_debug")


class LivePower(WireStruct):
    """One flow, total and by phase; apparent power is signed like active power."""

    power_mw: Annotated[float | None, doc("mW", "active power")] = said("agg_p_mw")
    apparent_mva: Annotated[float | None, doc("mVA", "apparent power")] = said("agg_s_mva")
    power_a_mw: Annotated[float | None, doc("mW", "phase A, from 7.0.1")] = said("agg_p_ph_a_mw")
    power_b_mw: Annotated[float | None, doc("mW", "phase B")] = said("agg_p_ph_b_mw")
    power_c_mw: Annotated[float | None, doc("mW", "phase C")] = said("agg_p_ph_c_mw")
    apparent_a_mva: Annotated[float | None, doc("mVA", "phase A")] = said("agg_s_ph_a_mva")
    apparent_b_mva: Annotated[float | None, doc("mVA", "phase B")] = said("agg_s_ph_b_mva")
    apparent_c_mva: Annotated[float | None, doc("mVA", "phase C")] = said("agg_s_ph_c_mva")


class LiveInverters(WireStruct):
    """Inverters that run, 8.3."""

    status: Annotated[bool | None, doc("", "state")] = None
    supported: Annotated[bool | None, doc("", "supported")] = said("issupported")
    count: Annotated[int | None, doc("", "inverters")] = said("total_PCU_count")
    running: Annotated[int | None, doc("", "inverters that run")] = said("running_PCU_count")


class LiveMeters(WireStruct):
    """Values; frozen while the stream is off."""

    updated_s: Annotated[float | None, doc("s", "Unix time of the sample")] = said("last_update")
    soc_pct: Annotated[float | None, doc("%", "state of charge as the app shows it")] = said("soc")
    relay: Annotated[int | None, doc("", "1 on grid, 0 islanded")] = said("main_relay_state")
    generator_relay: Annotated[int | None, doc("", "5 without a generator")] = said("gen_relay_state")
    battery_mode: Annotated[int | None, doc("", "0 backup, 1 self-consumption, 2 savings")] = said("backup_bat_mode")
    reserve_pct: Annotated[float | None, doc("%", "reserve")] = said("backup_soc")
    split_phase: Annotated[int | None, doc("", "1 for split phase")] = said("is_split_phase")
    phase_count: Annotated[int | None, doc("", "phases")] = None
    iq_soc_pct: Annotated[float | None, doc("%", "IQ Batteries: state of charge")] = said("enc_agg_soc")
    iq_stored_wh: Annotated[float | None, doc("Wh", "IQ Batteries: energy stored")] = said("enc_agg_energy")
    acb_soc_pct: Annotated[float | None, doc("%", "AC Batteries: state of charge")] = said("acb_agg_soc")
    acb_stored_wh: Annotated[float | None, doc("Wh", "AC Batteries: energy stored")] = said("acb_agg_energy")
    solar: Annotated[LivePower | None, doc("", "production")] = said("pv")
    storage: Annotated[LivePower | None, doc("", "positive while discharging")] = None
    grid: Annotated[LivePower | None, doc("", "positive while importing")] = None
    load: Annotated[LivePower | None, doc("", "the house, battery charging excluded")] = None
    generator: Annotated[LivePower | None, doc("", "generator")] = None
    inverters: Annotated[LiveInverters | None, doc("", "8.3")] = said("iqpm")


class LiveTasks(WireStruct):
    """Last task of the cloud."""

    task_id: Annotated[int | None, doc("", "number")] = None
    timestamp_s: Annotated[float | None, doc("s", "Unix time")] = said("timestamp")


class LiveContact(WireStruct):
    """One dry contact."""

    id: Annotated[str | None, doc("", "NC1 …")] = said("dry_contact_id")
    kind: Annotated[str | None, doc("", "what hangs on it")] = said("dry_contact_type")
    name: Annotated[str | None, doc("", "free text")] = said("dry_contact_load_name")
    status: Annotated[int | None, doc("", "state")] = said("dry_contact_status")


class LiveStatus(WireStruct):
    """Everything at once."""

    connection: Annotated[LiveConnection | None, doc("", "connection to the cloud")] = None
    meters: Annotated[LiveMeters | None, doc("", "values")] = None
    tasks: Annotated[LiveTasks | None, doc("", "last task")] = None
    counters: Annotated[dict[str, int] | None, doc("", "process counters")] = None
    contacts: Annotated[
        dict[str, LiveContact] | None, doc("", "contacts by id, one empty entry without any; from 8.2")
    ] = said("dry_contacts")
    info: Annotated[str | None, doc("", "advice while the stream is off")] = None


class LiveStreamRequest(WireStruct):
    """Switches the live stream; it ends by itself after about 15 minutes."""

    enable: Annotated[int | None, doc("", "1 or 0")] = None


class LiveStreamState(WireStruct):
    """State of the live stream."""

    stream: Annotated[str | None, doc("", "enabled or disabled")] = said("sc_stream")


class LiveTest(WireStruct):
    """Self-test."""

    result: Annotated[str | None, doc("", "ok")] = said("test")


class StreamPhase(WireStruct):
    """One phase of one meter in the event stream."""

    power_w: Annotated[float | None, doc("W", "active power")] = said("p")
    reactive_var: Annotated[float | None, doc("var", "reactive power")] = said("q")
    apparent_va: Annotated[float | None, doc("VA", "apparent power")] = said("s")
    voltage_v: Annotated[float | None, doc("V", "voltage")] = said("v")
    current_a: Annotated[float | None, doc("A", "current")] = said("i")
    power_factor: Annotated[float | None, doc("", "power factor")] = said("pf")
    frequency_hz: Annotated[float | None, doc("Hz", "frequency")] = said("f")


class StreamPhases(WireStruct):
    """Phases; unused ones are zeros."""

    a: Annotated[StreamPhase | None, doc("", "phase A")] = said("ph-a")
    b: Annotated[StreamPhase | None, doc("", "phase B")] = said("ph-b")
    c: Annotated[StreamPhase | None, doc("", "phase C")] = said("ph-c")


class StreamRecord(WireStruct):
    """One second of the event stream."""

    production: Annotated[StreamPhases | None, doc("", "production")] = None
    net: Annotated[StreamPhases | None, doc("", "positive while importing")] = said("net-consumption")
    total: Annotated[StreamPhases | None, doc("", "production plus net")] = said("total-consumption")


LIVEDATA_STATUS: Endpoint[LiveStatus] = Endpoint(
    name="livedata_status",
    path="/ivp/livedata/status",
    summary="Power flows, charge and relay; live only while the stream is switched on.",
    reply=LiveStatus,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


LIVEDATA_STREAM: Endpoint[LiveStreamState] = Endpoint(
    name="livedata_stream",
    path="/ivp/livedata/stream",
    summary="Switches the live stream on or off.",
    reply=LiveStreamState,
    request=LiveStreamRequest,
    methods=("POST",),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


LIVEDATA_METERS: Endpoint[LiveMeters] = Endpoint(
    name="livedata_meters",
    path="/ivp/livedata/meters",
    summary="The values alone.",
    reply=LiveMeters,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


LIVEDATA_COUNTERS: Endpoint[dict[str, int]] = Endpoint(
    name="livedata_counters",
    path="/ivp/livedata/counters",
    summary="The process counters alone.",
    reply=dict[str, int],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


LIVEDATA_TASKS: Endpoint[LiveTasks] = Endpoint(
    name="livedata_tasks",
    path="/ivp/livedata/tasks",
    summary="The last task of the cloud.",
    reply=LiveTasks,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


LIVEDATA_TEST: Endpoint[LiveTest] = Endpoint(
    name="livedata_test",
    path="/ivp/livedata/test",
    summary="Self-test.",
    reply=LiveTest,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


STREAM_METER: Endpoint[StreamRecord] = Endpoint(
    name="stream_meter",
    path="/stream/meter",
    summary="Server-sent events, one record a second, for ever.",
    reply=StreamRecord,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
    is_stream=True,
)


def _parse_text(body: bytes) -> Decoded[str]:
    return Decoded(body.decode("utf-8", "replace"))


STREAM_PSD: Endpoint[str] = Endpoint(
    name="stream_psd",
    path="/stream/psd",
    summary="Server-sent events: power-line signal, pairs of time in microseconds and amplitude.",
    reply=str,
    poll=Poll.ON_DEMAND,
    role=Role.PROVISIONING,
    since=parse_firmware("4"),
    digest_free=False,
    is_stream=True,
    parse=_parse_text,
    render=str.encode,
)

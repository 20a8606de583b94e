"""Live data and records of the meters' stream, in our words and signs."""

from __future__ import annotations

from datetime import datetime, timedelta

from openvoy.model import Channel, Meter, Power
from openvoy.model.live import LivePhase, LiveSample, MeterSample
from openvoy.protocol.endpoints.livedata import (
    LIVEDATA_STATUS,
    LiveMeters,
    LivePower,
    LiveStatus,
    StreamPhases,
    StreamRecord,
)
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.moments import moment
from openvoy.units import milli

_RELAYS = {0: "open", 1: "closed"}
_LETTERS = ("a", "b", "c")


FRESH_WITHIN = timedelta(seconds=120)
"""Live data stands still while it is switched off; older than this it tells of another moment."""


def find_live_sample(replies: Replies, meters: tuple[Meter, ...], at: datetime) -> LiveSample | None:
    """Build a sample of this moment by the gateway's clock, which its meters tell; None where it is older."""
    status = replies.value(LIVEDATA_STATUS)
    sample = None if status is None else build_live_sample(status)
    now = max((meter.at for meter in meters if meter.at is not None), default=at)
    return sample if sample is not None and abs(now - sample.at) <= FRESH_WITHIN else None


def build_live_sample(status: LiveStatus) -> LiveSample | None:
    """Build a sample; None where the gateway never had any value (`last_update` 0, all zeros)."""
    meters = status.meters
    at = None if meters is None else moment(meters.updated_s)
    if meters is None or at is None:
        return None
    has_battery = bool(meters.iq_stored_wh or meters.acb_stored_wh or meters.iq_soc_pct or meters.acb_soc_pct)
    return LiveSample(
        at=at,
        power=Power(
            solar_w=_watts(meters.solar),
            grid_w=_watts(meters.grid),
            battery_w=_watts(meters.storage),
            generator_w=_watts(meters.generator),
            load_w=_watts(meters.load),
        ),
        phases=_phases(meters),
        soc_pct=meters.soc_pct if has_battery else None,
        relay=None if meters.relay is None else _RELAYS.get(meters.relay, str(meters.relay)),
    )


def _watts(power: LivePower | None) -> float | None:
    return None if power is None else milli(power.power_mw)


def _phases(meters: LiveMeters) -> tuple[LivePhase, ...]:
    """Build the phases in use; firmware before 7.0.1 tells none."""
    if meters.solar is None or meters.solar.power_a_mw is None:
        return ()
    count = 0 if meters.phase_count is None else meters.phase_count
    return tuple(
        LivePhase(
            phase=f"L{number + 1}",
            solar_w=_of_phase(meters.solar, letter),
            grid_w=_of_phase(meters.grid, letter),
            battery_w=_of_phase(meters.storage, letter),
            generator_w=_of_phase(meters.generator, letter),
            load_w=_of_phase(meters.load, letter),
        )
        for number, letter in enumerate(_LETTERS[:count])
    )


def _of_phase(power: LivePower | None, letter: str) -> float | None:
    value_mw: float | None = None if power is None else getattr(power, f"power_{letter}_mw")
    return milli(value_mw)


def build_meter_sample(record: StreamRecord, at: datetime) -> MeterSample:
    """Build a record of the stream; phases that are not wired stand in it with a voltage of zero."""
    return MeterSample(
        at=at, production=_channels(record.production), net=_channels(record.net), total=_channels(record.total)
    )


def _channels(phases: StreamPhases | None) -> tuple[Channel, ...]:
    rows = () if phases is None else (phases.a, phases.b, phases.c)
    return tuple(
        Channel(
            phase=f"L{number}",
            active_power_w=row.power_w,
            apparent_power_va=row.apparent_va,
            reactive_power_var=row.reactive_var,
            power_factor=row.power_factor,
            voltage_v=row.voltage_v,
            current_a=row.current_a,
            frequency_hz=row.frequency_hz,
        )
        for number, row in enumerate(rows, start=1)
        if row is not None and row.voltage_v
    )

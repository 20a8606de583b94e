"""Setting meters up: switching, transformers, polarity. What a meter counted before stays counted."""

from __future__ import annotations

from dataclasses import replace

from openvoy.protocol.endpoints.meter_setup import (
    CONSUMPTION_REPORTS,
    METER,
    METER_READING,
    PRODUCTION_REPORT,
    REVERSAL,
    REVERSALS,
    STORAGE_METERING,
    TRANSFORMER,
    TRANSFORMERS,
    CurrentTransformer,
    MeterStateRequest,
    Reversal,
    StorageMetering,
    StorageMeterSetting,
)
from openvoy.protocol.endpoints.meters import MeterInfo, MeterReading, MeterReport
from openvoy.virtual.api.call import Call, Outcome, Refused, merged, settle
from openvoy.virtual.api.metering import branch_of, counts_of
from openvoy.virtual.api.meters import LINES, build_meters, build_readings, build_reports
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.settings.events import News
from openvoy.virtual.settings.meters import MeterSettings, MeterSetup, Stretch
from openvoy.virtual.site.meters import Meter

STATES = {"enabled": True, "disabled": False}
SIDES = {"p": ("production",), "c": ("net-consumption", "total-consumption")}
"""First letter of a scope, and the meters it means."""


def build_meter(moment: Moment, call: Call) -> MeterInfo:
    """Build one meter."""
    return next(row for row in build_meters(moment) if row.eid == meter_named(moment, call.parts["eid"]).eid)


def write_meter(moment: Moment, call: Call) -> Outcome:
    """Switch one; its readings stop, or go on from where they stopped."""
    meter = meter_named(moment, call.parts["eid"])
    is_enabled = STATES.get(call.read(MeterStateRequest).state or "")
    if is_enabled is None:
        raise call.malformed("state is enabled or disabled")
    if is_enabled == meter.enabled:
        return Outcome(reads_back=True)
    setup = replace(setup_of(moment, meter), enabled=is_enabled)
    text = f"{meter.kind.replace('-', ' ').capitalize()} meter: {'Enabled' if is_enabled else 'Disabled'}"
    news = News(text=text, serial=moment.identity.serial)
    return settle(moment, news=(news,), meters=set_up(moment, meter, setup))


def build_reading(moment: Moment, call: Call) -> MeterReading:
    """Build what one meter reads."""
    meter = meter_named(moment, call.parts["eid"])
    return next(row for row in build_readings(moment) if row.eid == meter.eid)


def build_consumption(moment: Moment) -> tuple[MeterReport, ...]:
    """Build total, then net consumption."""
    rows = {row.report_type: row for row in build_reports(moment)}
    return tuple(rows[kind] for kind in ("total-consumption", "net-consumption") if kind in rows)


def build_production(moment: Moment) -> object:
    """Build the production report; nothing on a gateway without meters."""
    return next((row for row in build_reports(moment) if row.report_type == "production"), {})


def build_transformers(moment: Moment) -> dict[str, CurrentTransformer]:
    """Build the settings of all transformers."""
    return {str(meter.eid): setup_of(moment, meter).transformer for meter in moment.meters}


def build_transformer(moment: Moment, call: Call) -> CurrentTransformer:
    """Build those of one."""
    return setup_of(moment, meter_named(moment, call.parts["eid"])).transformer


def write_transformer(moment: Moment, call: Call) -> Outcome:
    """Set one; from now on its meter is scaled by it."""
    meter = meter_named(moment, call.parts["eid"])
    told = call.read(CurrentTransformer)
    numbers = (told.primary_a, told.secondary_a, told.burden_ohm, told.turns)
    if told == CurrentTransformer() or any(number is not None and number < 0 for number in numbers):
        raise call.malformed("no such transformer")
    before = setup_of(moment, meter)
    setup = replace(before, transformer=merged(before.transformer, told))
    return settle(moment, meters=set_up(moment, meter, setup))


def build_reversals(moment: Moment) -> dict[str, Reversal]:
    """Build the transformers whose sign is flipped; none is an empty object."""
    return {name: Reversal(reversed=True) for name in sorted(_reversed(moment))}


def build_reversal(moment: Moment, call: Call) -> dict[str, Reversal]:
    """Build the same for one side or channel."""
    meters = _scope(moment, call)
    names = {_channel_name(meter, channel) for meter, channels in meters for channel in channels}
    return {name: Reversal(reversed=True) for name in sorted(_reversed(moment) & names)}


def write_reversal(moment: Moment, call: Call) -> Outcome:
    """Flip a side or channel, or turn it back."""
    told = call.read(Reversal).reversed
    if told is None:
        raise call.malformed("reversed is missing")
    settings = moment.settings.meters
    for meter, channels in _scope(moment, call):
        before = setup_of(moment, meter).reversed
        flipped = before | set(channels) if told else before - set(channels)
        if flipped != before:
            setup = replace(setup_of(moment, meter), reversed=frozenset(flipped))
            settings = set_up(moment, meter, setup, settings)
    return settle(moment, meters=settings)


def _scope(moment: Moment, call: Call) -> list[tuple[Meter, tuple[int, ...]]]:
    """Read a scope such as c, p or cL1."""
    text = call.parts["scope"]
    kinds, line = SIDES.get(text[:1], ()), text[1:]
    if line and line not in LINES[: moment.site.phase_count]:
        raise Refused(404)
    channels = (LINES.index(line),) if line else tuple(range(moment.site.phase_count))
    found = [(meter, channels) for meter in moment.meters if meter.kind in kinds]
    if not found:
        raise Refused(404)
    return found


def _reversed(moment: Moment) -> set[str]:
    return {
        _channel_name(meter, channel)
        for meter in moment.meters
        for channel in setup_of(moment, meter).reversed
        if meter.kind in {*SIDES["p"], *SIDES["c"]}
    }


def _channel_name(meter: Meter, channel: int) -> str:
    return f"{'p' if meter.kind in SIDES['p'] else 'c'}{LINES[channel]}"


def build_storage(moment: Moment) -> StorageMeterSetting:
    """Build which transformers belong to storage metering; 404 without meters."""
    if not moment.meters:
        raise Refused(404)
    mask = (1 << moment.site.phase_count) - 1
    config = StorageMetering(
        production_present=moment.has_production_meter,
        consumption_present=moment.has_consumption_meter,
        production_channels=mask if moment.has_production_meter else 0,
        consumption_channels=mask if moment.has_consumption_meter else 0,
    )
    return StorageMeterSetting(calibrated=moment.settings.meters.is_calibrated, config=config)


def write_storage(moment: Moment, call: Call) -> Outcome:
    """Calibrate it, or ask for a new calibration."""
    told = call.read(StorageMeterSetting)
    if not moment.meters:
        raise Refused(404)
    if told.calibrated is None and told.config is None:
        raise call.malformed("neither isCalibrated nor storage_cfg")
    is_calibrated = moment.settings.meters.is_calibrated if told.calibrated is None else told.calibrated
    return settle(moment, meters=replace(moment.settings.meters, is_calibrated=is_calibrated))


def meter_named(moment: Moment, eid: str) -> Meter:
    """Find a meter by the text of its record number; raise Refused where there is none."""
    found = next((meter for meter in moment.meters if str(meter.eid) == eid), None)
    if found is None:
        raise Refused(404)
    return found


def setup_of(moment: Moment, meter: Meter) -> MeterSetup:
    """Give a meter's present setup."""
    return moment.settings.meters.ledgers[meter.eid].setup


def set_up(moment: Moment, meter: Meter, setup: MeterSetup, settings: MeterSettings | None = None) -> MeterSettings:
    """Set a meter up anew from now on: what it counted so far is taken down."""
    settings = moment.settings.meters if settings is None else settings
    stretch = Stretch(
        since_s=moment.now_s,
        setup=setup,
        counted=counts_of(branch_of(moment.state, meter.branch)),
        passed=counts_of(branch_of(moment.truth, meter.branch)),
    )
    return settings.with_ledger(meter.eid, settings.ledgers[meter.eid].set_up(stretch))


RENDER = {
    CONSUMPTION_REPORTS: build_consumption,
    PRODUCTION_REPORT: build_production,
    TRANSFORMERS: build_transformers,
    REVERSALS: build_reversals,
    STORAGE_METERING: build_storage,
}
ANSWER = {
    METER: build_meter,
    METER_READING: build_reading,
    TRANSFORMER: build_transformer,
    REVERSAL: build_reversal,
}
WRITE = {
    (METER, "PUT"): write_meter,
    (TRANSFORMER, "PUT"): write_transformer,
    (REVERSAL, "PUT"): write_reversal,
    (STORAGE_METERING, "PUT"): write_storage,
}

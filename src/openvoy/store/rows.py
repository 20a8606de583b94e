"""From records to rows: pure. Times become UTC to the second, numbers are rounded to what their column keeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from openvoy.model.records import (
    Batch,
    CorrectionRecord,
    CounterRecord,
    DeviceEnergyRecord,
    DeviceRecord,
    EnergyRecord,
    EventRecord,
    GapRecord,
    MeterRecord,
    PhaseEnergyRecord,
    PowerRecord,
    StepRecord,
)
from openvoy.store import tables
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.times import moment, second

Owner = tuple[str | int, ...]
"""What a row belongs to, by its names: `gateway`, `meter`, `source` or the kind of a device first, then its gateway."""
Values = tuple[Any, ...]


class Draft(NamedTuple):
    """A row that still names its owner; `values` are the key after the owner, the extras and the measures."""

    owner: Owner
    values: Values


Drafts = Mapping[tables.Table, Sequence[Draft]]


def build_drafts(batch: Batch) -> Drafts:
    """Turn a batch into rows; raise StorageError for what no row can hold, such as a time without zone."""
    drafts = _drafts(batch)
    for rows in drafts.values():
        for owner, values in rows:
            _check(owner, WIDEST_NAME)
            _check(values, WIDEST_VALUE)
    return drafts


WIDEST_NAME = 2**63 - 1
"""Record numbers of meters are larger than other whole numbers."""
WIDEST_VALUE = 2**31 - 1


def _check(values: Iterable[object], widest: int) -> None:
    for value in values:
        if value is None or isinstance(value, float):
            continue
        if isinstance(value, int) and abs(value) > widest:
            raise StoreFault(Fault.BAD_VALUE, f"History: no row can hold {value}.")
        if isinstance(value, str) and not value.isascii() and not _is_text(value):
            raise StoreFault(Fault.BAD_VALUE, f"History: no row can hold the text {value!r}.")


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _drafts(batch: Batch) -> Drafts:
    return {
        tables.LIVE: [_power(record) for record in batch.live],
        tables.POWER: [_power(record) for record in batch.power],
        tables.ENERGY: [_energy(record) for record in batch.energy],
        tables.METER_READING: [_meter(record) for record in batch.meters],
        tables.INVERTER_REPORT: [
            Draft(("inverter", record.gateway, record.serial), (second(record.at), *_inverter_measures(record)))
            for record in batch.inverters
        ],
        tables.BATTERY_READING: [
            Draft(("battery", record.gateway, record.serial), (second(record.at), *_battery_measures(record)))
            for record in batch.batteries
        ],
        tables.COUNTER_READING: [draft for record in batch.counters for draft in _counter(record)],
        tables.COUNTER_STEP: [_step(record) for record in batch.steps],
        tables.DEVICE_ENERGY: [_device_energy(record) for record in batch.device_energy],
        tables.PHASE_ENERGY: [_phase_energy(record) for record in batch.phase_energy],
        tables.DEVICE: [_device(record) for record in batch.devices],
        tables.EVENT: [_event(record) for record in batch.events],
        tables.GAP: [_gap(record) for record in batch.gaps],
        tables.CORRECTION: [_correction(record) for record in batch.corrections],
    }


def _measures_of(table: tables.Table) -> Callable[[object], list[float | None]]:
    """Build what gives a record's measures, rounded; what is no number, or too large for its column, is None."""
    measures = tuple((measure.name, measure.decimals, measure.limit) for measure in table.measures)

    def values(record: object) -> list[float | None]:
        said = [(getattr(record, name), decimals, limit) for name, decimals, limit in measures]
        return [
            round(value, decimals) if value is not None and -limit <= value <= limit else None
            for value, decimals, limit in said
        ]

    return values


_power_measures = _measures_of(tables.POWER)
_energy_measures = _measures_of(tables.ENERGY)
_meter_measures = _measures_of(tables.METER_READING)
_inverter_measures = _measures_of(tables.INVERTER_REPORT)
_battery_measures = _measures_of(tables.BATTERY_READING)
_counter_measures = _measures_of(tables.COUNTER_READING)
_step_measures = _measures_of(tables.COUNTER_STEP)
_device_energy_measures = _measures_of(tables.DEVICE_ENERGY)
_phase_energy_measures = _measures_of(tables.PHASE_ENERGY)


def _power(record: PowerRecord) -> Draft:
    return Draft(("gateway", record.gateway), (second(record.at), record.interval_s, *_power_measures(record)))


def _energy(record: EnergyRecord) -> Draft:
    extras = (record.estimated, record.charge_estimated, record.rules_version)
    return Draft(("gateway", record.gateway), (second(record.at), *extras, *_energy_measures(record)))


def _device_energy(record: DeviceEnergyRecord) -> Draft:
    owner = (record.kind, record.gateway, record.serial)
    return Draft(owner, (second(record.at), record.estimated, *_device_energy_measures(record)))


def _phase_energy(record: PhaseEnergyRecord) -> Draft:
    owner = ("meter", record.gateway, record.eid, record.channel)
    return Draft(owner, (second(record.at), record.estimated, *_phase_energy_measures(record)))


def _meter(record: MeterRecord) -> Draft:
    owner = ("meter", record.gateway, record.eid, record.channel)
    return Draft(owner, (second(record.at), *_meter_measures(record)))


def _source(record: CounterRecord | StepRecord) -> Owner:
    source = record.source
    return ("source", record.gateway, source.quantity, source.endpoint, source.block, source.device)


def _counter(record: CounterRecord) -> Iterable[Draft]:
    measures = _counter_measures(record)
    if measures != [None]:  # without its number a counter says nothing
        yield Draft(_source(record), (second(record.at), record.firmware, *measures))


def _step(record: StepRecord) -> Draft:
    return Draft(_source(record), (second(record.at), record.step, record.rules_version, *_step_measures(record)))


def _device(record: DeviceRecord) -> Draft:
    owner = (record.kind, record.gateway, record.serial)
    return Draft(owner, (second(record.at), record.part_number, record.firmware))


def _event(record: EventRecord) -> Draft:
    values = (moment(record.at), record.kind, record.subject, record.text, _details(record))
    return Draft(("gateway", record.gateway), values)


def _correction(record: CorrectionRecord) -> Draft:
    values = (
        moment(record.at),
        record.kind,
        second(record.start),
        second(record.end),
        _details(record),
        record.revoked,
    )
    return Draft(("gateway", record.gateway), values)


def _details(record: EventRecord | CorrectionRecord) -> str:
    return json.dumps(dict(record.details), ensure_ascii=False, separators=(",", ":"))


def _gap(record: GapRecord) -> Draft:
    return Draft(("gateway", record.gateway), (second(record.start), second(record.end), record.reason))

"""The rest of the site settings: battery output, phase balance, load control, inverters of other makers."""

from __future__ import annotations

from dataclasses import replace

from openvoy.protocol.endpoints.secondary import FOREIGN_PV
from openvoy.protocol.endpoints.site_settings import (
    FOREIGN_PV_SETTINGS,
    LOAD_CONTROL,
    PHASE_BALANCE,
    STORAGE_OUTPUT,
    ForeignPv,
    ForeignPvList,
    LoadControlRequest,
    PhaseBalance,
    StorageOutputSettings,
)
from openvoy.virtual.api.call import Call, Outcome, Refused, merged, settle
from openvoy.virtual.api.fleet import batteries, controllers
from openvoy.virtual.api.moment import Moment

UNBALANCED_SHARE = 0.5
"""How far one phase may be from the mean, as a part of it."""
BALANCED_W = 1000.0
"""Differences below this count for nothing."""


def build_output(moment: Moment) -> StorageOutputSettings:
    """Build whether batteries may feed; 404 without batteries."""
    if not batteries(moment):
        raise Refused(404)
    return StorageOutputSettings(settings=moment.settings.storage.output)


def write_output(moment: Moment, call: Call) -> Outcome:
    """Switch them on or off."""
    told = call.read(StorageOutputSettings).settings
    if not batteries(moment):
        raise Refused(404)
    if told is None or (told.limit_a is not None and told.limit_a < 0):
        raise call.malformed("enc_settings is missing")
    storage = moment.settings.storage
    return settle(moment, storage=replace(storage, output=merged(storage.output, told)))


def build_balance(moment: Moment) -> PhaseBalance:
    """Build whether the phases of the grid are in balance."""
    powers = [flow.active_w for flow in moment.truth.grid.phases]
    mean = sum(powers) / len(powers)
    widest = max(abs(power - mean) for power in powers)
    return PhaseBalance(balanced=widest <= max(BALANCED_W, UNBALANCED_SHARE * abs(mean)))


def add_load_control(moment: Moment, call: Call) -> Outcome:
    """Add a load-control kit; 404 without system controller."""
    serial = call.read(LoadControlRequest).serial
    if not serial:
        raise call.malformed("serial_num is missing")
    if not controllers(moment):
        raise Refused(404)
    limits = moment.settings.limits
    kits = tuple(dict.fromkeys((*limits.load_controls, serial)))
    return settle(moment, value={}, limits=replace(limits, load_controls=kits))


def build_foreign(moment: Moment) -> ForeignPvList:
    """Build the inverters of other makers, as secondary control knows them."""
    return ForeignPvList(inverters=moment.settings.limits.foreign_pv)


def write_foreign(moment: Moment, call: Call) -> Outcome:
    """Add one or set it anew."""
    limits = moment.settings.limits
    return settle(moment, limits=replace(limits, foreign_pv=_with(limits.foreign_pv, call)))


def build_behind(moment: Moment) -> ForeignPvList:
    """Build the same behind the controller; 404 without one."""
    if not controllers(moment):
        raise Refused(404)
    return ForeignPvList(inverters=moment.settings.limits.foreign_pv_behind)


def write_behind(moment: Moment, call: Call) -> Outcome:
    """Add one there or set it anew."""
    build_behind(moment)
    limits = moment.settings.limits
    return settle(moment, limits=replace(limits, foreign_pv_behind=_with(limits.foreign_pv_behind, call)))


def delete_behind(moment: Moment, call: Call) -> Outcome:
    """Remove one by ?serial_num= or body, all without; 404 for one that there is not."""
    build_behind(moment)
    serial = call.query.get("serial_num") or (call.read(ForeignPv).serial if call.body.strip() else None)
    limits = moment.settings.limits
    kept = tuple(row for row in limits.foreign_pv_behind if serial is not None and row.serial != serial)
    if serial is not None and len(kept) == len(limits.foreign_pv_behind):
        raise Refused(404)
    return settle(moment, limits=replace(limits, foreign_pv_behind=kept))


def _with(rows: tuple[ForeignPv, ...], call: Call) -> tuple[ForeignPv, ...]:
    told = call.read(ForeignPv)
    if not told.serial or (told.rated_w is not None and told.rated_w < 0):
        raise call.malformed("serial_num is missing")
    return (*(row for row in rows if row.serial != told.serial), told)


RENDER = {
    STORAGE_OUTPUT: build_output,
    PHASE_BALANCE: build_balance,
    FOREIGN_PV: build_foreign,
    FOREIGN_PV_SETTINGS: build_behind,
}
WRITE = {
    (STORAGE_OUTPUT, "POST"): write_output,
    (LOAD_CONTROL, "POST"): add_load_control,
    (FOREIGN_PV, "POST"): write_foreign,
    (FOREIGN_PV_SETTINGS, "POST"): write_behind,
    (FOREIGN_PV_SETTINGS, "DELETE"): delete_behind,
}

"""What pyenphase read, held against the truth within the gateway's own rounding."""

from __future__ import annotations

import pytest
from pyenphase import EnvoyData

from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site.state import BranchState, Flow, SiteState

METERS = {
    "production": "solar",
    "net-consumption": "net",
    "total-consumption": "total",
    "storage": "battery",
    "backfeed": "backfeed",
    "load": "load",
    "evse": "charger",
}
"""Which branch each kind of meter watches."""
ADDS_FACTORS = {(8, 3, 1598), (8, 3, 5433)}
"""Builds whose meters add up the power factors of their phases."""
DETAILS_SINCE = (8, 2, 4)
DEVICE_LIMIT = 50


def check_everything(data: EnvoyData, source: SiteSource, state: SiteState) -> None:
    check_production(data, source, state)
    if source.site.definition.gateway.model == "metered":
        check_consumption(data, state)
        check_meters(data, source, state)
    check_panels(data, source, state)
    check_storage(data, state)
    check_ac_batteries(data, state)
    check_controller(data, source, state)
    assert data.tariff is not None
    assert data.tariff.storage_settings is not None


def check_production(data: EnvoyData, source: SiteSource, state: SiteState) -> None:
    assert data.system_production is not None
    made = data.system_production
    if source.site.definition.meters.production:
        assert made.watts_now == pytest.approx(state.solar.all.active_w, abs=0.51)
        assert made.watt_hours_lifetime == pytest.approx(state.solar.all.delivered_wh, abs=0.51)
        return
    told = [panel.report for panel in state.panels if panel.report is not None]
    five_minutes_wh = sum(panel.power_w for panel in state.panels) / 12
    assert made.watt_hours_lifetime == pytest.approx(sum(r.lifetime_j for r in told) / 3600, abs=1.5 * five_minutes_wh)
    assert made.watts_now == pytest.approx(sum(report.energy_j for report in told) / 300, rel=0.25)


def check_consumption(data: EnvoyData, state: SiteState) -> None:
    """The gateway's consumption is solar and net; its net is what the transformers see: grid and generator."""
    assert data.system_consumption is not None
    assert data.system_net_consumption is not None
    assert data.system_consumption.watts_now == pytest.approx(state.total.all.active_w, abs=1.01)
    assert data.system_net_consumption.watts_now == pytest.approx(state.net.all.active_w, abs=0.51)
    net_wh = state.net.all.delivered_wh - state.net.all.received_wh
    assert data.system_net_consumption.watt_hours_lifetime == pytest.approx(net_wh, abs=0.51)
    total_wh = net_wh + state.solar.all.delivered_wh
    assert data.system_consumption.watt_hours_lifetime == pytest.approx(total_wh, abs=1.01)


def check_meters(data: EnvoyData, source: SiteSource, state: SiteState) -> None:
    wanted = source.site.definition.meters
    kinds = {"production", f"{wanted.consumption}-consumption"}
    kinds |= {kind for kind in ("storage", "backfeed", "load", "evse") if getattr(wanted, kind)}
    assert set(data.ctmeters) == kinds
    adds_factors = source.identity.firmware.numbers in ADDS_FACTORS
    for kind in kinds:
        branch: BranchState = getattr(state, METERS[kind])
        whole = data.ctmeters[kind]
        assert whole is not None
        check_meter(whole, branch.all, state, branch.phases if adds_factors else (branch.all,))
        assert whole.voltage == pytest.approx(sum(state.voltages_v), abs=0.001)
        assert whole.current == pytest.approx(amperes(branch, state), abs=0.003)
        if len(branch.phases) > 1:
            for number, flow in enumerate(branch.phases, 1):
                check_meter(data.ctmeters_phases[kind][f"L{number}"], flow, state, (flow,))


def check_meter(meter: object, flow: Flow, state: SiteState, parts: tuple[Flow, ...]) -> None:
    read = {name: getattr(meter, name) for name in ("state", "metering_status", "status_flags")}
    assert read == {"state": "enabled", "metering_status": "normal", "status_flags": []}
    assert getattr(meter, "active_power") == pytest.approx(flow.active_w, abs=0.51)  # noqa: B009 - an object of theirs
    assert getattr(meter, "energy_delivered") == pytest.approx(flow.delivered_wh, abs=0.51)  # noqa: B009 - as above
    assert getattr(meter, "energy_received") == pytest.approx(flow.received_wh, abs=0.51)  # noqa: B009 - as above
    assert getattr(meter, "frequency") == pytest.approx(state.frequency_hz, abs=1 / 32)  # noqa: B009 - as above
    factor = sum(part.active_w / part.apparent_va if part.apparent_va else 0.0 for part in parts)
    assert getattr(meter, "power_factor") == pytest.approx(factor, abs=0.001 * len(parts))  # noqa: B009 - as above


def amperes(branch: BranchState, state: SiteState) -> float:
    return sum(flow.apparent_va / volt for flow, volt in zip(branch.phases, state.voltages_v, strict=True))


def check_panels(data: EnvoyData, source: SiteSource, state: SiteState) -> None:
    """Inverters that are gone are gone; those behind the device limit are told in short."""
    here = [panel for panel in state.panels if panel.service == "active"]
    assert set(data.inverters) == {panel.serial for panel in here}
    devices = len(state.panels) + len(data.ctmeters)
    has_details = source.identity.firmware.numbers >= DETAILS_SINCE and devices < DEVICE_LIMIT
    for panel in here:
        report, seen = panel.report, data.inverters[panel.serial]
        assert report is not None
        assert seen.last_report_date == report.at_s
        assert seen.last_report_watts == pytest.approx(report.energy_j / 300, abs=0.51)
        assert seen.max_report_watts == pytest.approx(panel.most_w, abs=0.51)
        assert (seen.dc_voltage is not None) == has_details
        if has_details:
            assert seen.lifetime_energy == pytest.approx(report.lifetime_j / 3600, abs=0.51)
            assert seen.dc_voltage == pytest.approx(report.dc_voltage_v, abs=0.001)
            assert seen.dc_current == pytest.approx(report.dc_current_a, abs=0.001)
            assert seen.ac_voltage == pytest.approx(report.ac_voltage_v, abs=0.001)
            assert seen.temperature == pytest.approx(report.temperature_c, abs=0.51)
            assert seen.last_report_duration == 300
            assert seen.energy_produced == pytest.approx(report.energy_j / 300 / 3.6, abs=0.001)


def check_storage(data: EnvoyData, state: SiteState) -> None:
    if state.storage is None:
        assert not data.encharge_inventory
        return
    assert data.encharge_power is not None
    assert data.encharge_inventory is not None
    assert data.encharge_aggregate is not None
    powers = [unit.real_power_mw / 1000 for unit in data.encharge_power.values()]
    assert set(data.encharge_power) == set(state.storage.serials)
    assert sum(powers) == pytest.approx(state.storage.power_w, abs=0.001 * len(powers))
    for unit in data.encharge_inventory.values():
        assert unit.percent_full == pytest.approx(state.storage.soc_pct, abs=0.51)
        assert unit.temperature == pytest.approx(state.storage.temperature_c, abs=0.51)
    assert data.encharge_aggregate.state_of_charge == pytest.approx(state.storage.soc_pct, abs=0.51)
    assert data.encharge_aggregate.max_available_capacity == state.storage.capacity_wh
    assert data.encharge_aggregate.available_energy == pytest.approx(
        state.storage.stored_wh, abs=0.006 * state.storage.capacity_wh
    )


def check_ac_batteries(data: EnvoyData, state: SiteState) -> None:
    units = state.ac_batteries
    if not units:
        assert data.acb_power is None
        return
    assert data.acb_power is not None
    assert data.acb_inventory is not None
    assert data.battery_aggregate is not None
    stored_wh, capacity_wh = (sum(getattr(unit, name) for unit in units) for name in ("stored_wh", "capacity_wh"))
    assert data.acb_power.batteries == len(units)
    assert data.acb_power.power == pytest.approx(state.acb.all.active_w, abs=0.51)
    assert data.acb_power.charge_wh == pytest.approx(stored_wh, abs=0.51)
    assert data.acb_power.state_of_charge == pytest.approx(100 * stored_wh / capacity_wh, abs=0.51)
    assert set(data.acb_inventory) == {unit.serials[0] for unit in units}
    for unit in units:
        seen = data.acb_inventory[unit.serials[0]]
        assert seen.percent_full == pytest.approx(100 * unit.stored_wh / unit.capacity_wh, abs=0.51)
    if state.storage is not None:
        whole_wh = capacity_wh + state.storage.capacity_wh
        assert data.battery_aggregate.max_available_capacity == pytest.approx(whole_wh, abs=0.51)
        soc_pct = 100 * (stored_wh + state.storage.stored_wh) / whole_wh
        assert data.battery_aggregate.state_of_charge == pytest.approx(soc_pct, abs=0.51)


def check_controller(data: EnvoyData, source: SiteSource, state: SiteState) -> None:
    controller = source.site.definition.controller
    kind = None if controller is None else controller.kind
    assert (data.enpower is not None) == (kind == "system-controller")
    assert (data.collar is not None) == (kind == "meter-collar")
    assert (data.c6cc is not None) == source.site.definition.gateway.combiner
    if data.enpower is not None:
        assert data.enpower.mains_oper_state == state.switchgear.relay
        assert {name: row.status for name, row in data.dry_contact_status.items()} == dict(state.switchgear.contacts)
    if data.collar is not None:
        assert data.collar.mid_state == {"closed": "close"}.get(state.switchgear.relay, "open")
    if source.site.definition.generator is not None and data.generator is not None:
        feeding = state.switchgear.generator is not None and state.switchgear.generator.feeding
        assert data.generator.oper_state == ("close" if feeding else "open")

"""Secondary control: totals of all batteries, and what it tells the inverters."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from openvoy.protocol.endpoints.ensemble import SECONDARY_CONTROL, OffGridControl, SecondaryControl
from openvoy.virtual.api.call import Call, Outcome, settle
from openvoy.virtual.api.fleet import ac_charge, batteries, iq_charge, whole_charge
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT, EIGHT_THREE, PHASES_IN_LIVEDATA
from openvoy.virtual.settings.storage import Bias

OVERRIDE_S = 60
"""How long biases hold that somebody wrote, until secondary control writes its own again."""
WIDEST_HZ = 1.35
"""How far batteries on a generator are told to move: recorded were -1.32 Hz at 98 % of the charging power."""
VOLTS_PER_HZ = 12.0
"""Both biases come together: recorded were 11.9 to 12.2."""
SECTIONS = ("", "_phaseb", "_phasec")


def build_control(moment: Moment) -> SecondaryControl:
    """Build the totals of all batteries; zeros without any. The first 7 says less."""
    if moment.firmware < PHASES_IN_LIVEDATA:
        return _short(moment)
    is_eight, is_newest = moment.firmware >= EIGHT, moment.firmware >= EIGHT_THREE
    tariff, iq, ac, whole = moment.settings.tariff, iq_charge(moment), ac_charge(moment), whole_charge(moment)
    capacity, soc = round(iq.capacity_wh), round(iq.soc_pct)
    reserve = round(tariff.reserve_pct) if capacity else 0
    very_low = round(tariff.very_low_pct) if capacity else 10
    return SecondaryControl(
        shutdown=moment.settings.storage.output.enabled is False,
        **_biases(moment),
        off_grid=_off_grid(moment) if is_newest else None,
        reserve_pct=reserve,
        reserve_in_effect_pct=reserve,
        soc_pct=round(whole.soc_pct),
        capacity_wh=round(whole.capacity_wh),
        iq_soc_pct=soc,
        iq_health_pct=100 if capacity else 0,
        iq_reserve_wh=capacity * reserve // 100,
        iq_available_wh=capacity * soc // 100,
        iq_capacity_wh=capacity,
        iq_usable_wh=capacity,
        acb_soc_pct=round(ac.soc_pct),
        acb_available_wh=round(ac.stored_wh),
        very_low_pct=very_low if is_eight else None,
        recovery_enabled=bool(capacity) if is_eight else None,
        recovery_entry_pct=very_low if is_eight else None,
        recovery_exit_pct=very_low + 5 if is_eight else None,
        commissioning=_is_commissioning(moment) if is_eight else None,
        ess_in_progress=False if is_eight else None,
        ess_migrating=False if is_newest else None,
    )


def write_control(moment: Moment, call: Call) -> Outcome:
    """Override the biases for a while; 404 without batteries."""
    told = call.read(SecondaryControl)
    if told.freq_bias_hz is None and told.voltage_bias_v is None:
        raise call.malformed("neither freq_bias_hz nor voltage_bias_v")
    now = _bias(moment)
    bias = Bias(
        frequency_hz=now.frequency_hz if told.freq_bias_hz is None else told.freq_bias_hz,
        voltage_v=now.voltage_v if told.voltage_bias_v is None else told.voltage_bias_v,
        since_s=moment.now_s,
    )
    return settle(moment, storage=replace(moment.settings.storage, bias=bias))


def _short(moment: Moment) -> SecondaryControl:
    tariff, whole = moment.settings.tariff, whole_charge(moment)
    capacity, soc = round(whole.capacity_wh), round(whole.soc_pct)
    reserve = round(tariff.reserve_pct) if capacity else 0
    biases = {name: value for name, value in _biases(moment).items() if not name.endswith(SECTIONS[1:])}
    return SecondaryControl(
        **biases,
        reserve_pct=reserve,
        reserve_in_effect_pct=reserve,
        soc_pct=soc,
        short_reserve_wh=capacity * reserve // 100,
        short_available_wh=round(whole.stored_wh),
    )


def _is_commissioning(moment: Moment) -> bool:
    """Whether devices were registered and the network is not sealed since."""
    fleet = moment.settings.fleet
    newest_s = max((row.since_s for row in fleet.joiners), default=None)
    return newest_s is not None and (fleet.sealed_s is None or fleet.sealed_s < newest_s)


def _bias(moment: Moment) -> Bias:
    """What inverters are told: on an island as much more frequency as it takes, on a generator what batteries take."""
    told = moment.settings.storage.bias
    if told is not None and moment.now_s < told.since_s + OVERRIDE_S:
        return told
    supply, units = moment.switchgear.supply, batteries(moment)
    hertz = 0.0
    if units and supply == "island":
        hertz = max(moment.truth.frequency_hz - moment.site.frequency_hz, 0.0)
    elif units and supply == "generator":
        hertz = WIDEST_HZ * sum(unit.power_w for unit in units) / sum(unit.model.rated_w for unit in units)
    return Bias(frequency_hz=round(hertz, 2), voltage_v=round(VOLTS_PER_HZ * hertz, 2), since_s=moment.now_s)


def _biases(moment: Moment) -> dict[str, Any]:
    """Name the biases, in engineering units and as the fixed-point numbers that are sent."""
    told = _bias(moment)
    biases: dict[str, Any] = {}
    for phase, section in enumerate(SECTIONS):
        is_used = phase == 0 or moment.site.phase_count == 3
        hertz, volt = (told.frequency_hz, told.voltage_v) if is_used else (0.0, 0.0)
        biases |= {f"freq_bias_hz{section}": hertz, f"voltage_bias_v{section}": volt}
        biases |= {
            f"freq_bias_hz_q8{section}": round(hertz * 2 * math.pi * 256),
            f"voltage_bias_v_q5{section}": round(volt * 32),
        }
    return biases


def _off_grid(moment: Moment) -> OffGridControl:
    told = _bias(moment)
    return OffGridControl(
        frequency=told.frequency_hz,
        voltage=told.voltage_v,
        vd_negative=0.0,
        vq_negative=0.0,
        Vd_zero=0.0,
        Vq_zero=0.0,
        is_active=moment.switchgear.supply == "island",
        is_system_balanced=True,
        seq_reset_needed=True,
    )


RENDER = {SECONDARY_CONTROL: build_control}
WRITE = {(SECONDARY_CONTROL, "POST"): write_control}

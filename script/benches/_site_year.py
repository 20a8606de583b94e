"""A made-up site-year as columns: sun, clouds, a house with appliances, a battery, 24 panels every 5 minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

START_S = 1_672_531_200
"""1 January 2023, UTC."""
PANELS = 24
GATEWAY = "122000000001"
BATTERY_W = 3840.0
BATTERY_WH = 10_000.0

Numbers = NDArray[np.float64]
Columns = Mapping[str, Any]


def build_year(days: int, seed: int = 1) -> Mapping[str, Columns]:
    """Build the columns of `HistoryStore.write_columns` by kind."""
    chance = np.random.default_rng(seed)
    at = START_S + 60 * np.arange(days * 1440)
    light = _light(at, chance)
    dark = light <= 0
    solar_w = np.where(dark, -chance.choice([0.9, 1.2, 1.7, 2.3], size=len(at)), light * 8000)
    load_w = _load(at, chance)
    battery_w, soc_pct = _battery(load_w - solar_w)
    grid_w = load_w - solar_w - battery_w
    common = {"gateway": GATEWAY, "at": at}
    powers = {"solar_w": solar_w, "grid_w": grid_w, "battery_w": battery_w, "load_w": load_w, "soc_pct": soc_pct}
    energies = {
        "solar_wh": _counter(solar_w),
        "import_wh": _counter(grid_w),
        "export_wh": _counter(-grid_w),
        "charge_wh": _counter(-battery_w),
        "discharge_wh": _counter(battery_w),
        "load_wh": _counter(load_w),
    }
    reports = _reports(at[::5], light[::5], chance)
    return {
        "power": {**common, **powers},
        "energy": {"gateway": GATEWAY, "at": at[::5], **{name: values[::5] for name, values in energies.items()}},
        "inverters": {"gateway": GATEWAY, **reports},
        "meters": {"gateway": GATEWAY, **_meters(at, (solar_w, grid_w), chance)},
        "device_energy": {"gateway": GATEWAY, **_panel_counters(at[::60], reports)},
    }


def _meters(at: NDArray[np.int64], powers_w: Sequence[Numbers], chance: np.random.Generator) -> Columns:
    """A production and a consumption meter by the minute."""
    count = len(at)
    voltage_v = 238 + np.repeat(chance.normal(0, 1.2, -(-count // 10)), 10)[:count] + chance.normal(0, 0.3, count)
    frequency_hz = 50 + chance.normal(0, 0.012, count)
    meters = []
    for power_w in powers_w:
        apparent_va = np.abs(power_w) + 30
        meters.append(
            {
                "active_power_w": power_w,
                "apparent_power_va": apparent_va,
                "reactive_power_var": 30 + chance.normal(0, 4, count),
                "power_factor": power_w / apparent_va,
                "voltage_v": voltage_v + chance.normal(0, 0.05, count),
                "current_a": apparent_va / voltage_v,
                "frequency_hz": frequency_hz,
            }
        )
    columns = {name: np.concatenate([meter[name] for meter in meters]) for name in meters[0]}
    eids = np.repeat(np.arange(len(meters)) + 704643328, count)
    return {"at": np.tile(at, len(meters)), "eid": eids, **columns}


def _panel_counters(hours: NDArray[np.int64], reports: Columns) -> Columns:
    """Accounted counters of the panels, each hour."""
    at, serials, counts = [], [], []
    for serial in np.unique(reports["serial"]):
        here = reports["serial"] == serial
        total_wh = np.cumsum(reports["power_w"][here] / 12)
        seen = np.searchsorted(reports["at"][here], hours)
        at.append(hours)
        serials.append(np.full(len(hours), serial))
        counts.append(np.concatenate([[0.0], total_wh])[seen])
    order = np.argsort(np.concatenate(at), kind="stable")
    columns = {"at": np.concatenate(at), "serial": np.concatenate(serials), "energy_wh": np.concatenate(counts)}
    return {name: values[order] for name, values in columns.items()}


def _light(at: NDArray[np.int64], chance: np.random.Generator) -> Numbers:
    """Share of full sun: longer days in summer, clouds that change every quarter of an hour."""
    season = np.cos(2 * np.pi * (at - START_S) / (365.25 * 86_400))
    hour = at % 86_400 / 86_400
    sun = np.sin(np.pi * np.clip((hour - 0.25 - 0.08 * season) / (0.5 - 0.16 * season), 0, 1))
    clouds = np.repeat(np.clip(chance.normal(0.75, 0.3, len(at) // 15), 0.05, 1), 15)
    return np.asarray(np.where(sun > 1e-9, sun * clouds * (1 - 0.05 * chance.random(len(at))), 0.0))


def _load(at: NDArray[np.int64], chance: np.random.Generator) -> Numbers:
    """A base that breathes, and appliances for twelve minutes each."""
    count = len(at)
    base_w = 200 + 80 * np.sin(2 * np.pi * (at % 86_400) / 86_400) + chance.normal(0, 15, count)
    starts = count // 12
    runs_w = np.repeat((chance.random(starts) < 0.12) * chance.uniform(500, 3500, starts), 12)
    return np.asarray(np.maximum(base_w + runs_w * (1 + 0.03 * chance.normal(size=count)), 60))


def _battery(wanted_w: Numbers) -> tuple[Numbers, Numbers]:
    """A battery that covers what it can; its power and its charge, minute by minute."""
    powers, charges = np.empty(len(wanted_w)), np.empty(len(wanted_w))
    soc_pct = 50.0
    for index, power_w in enumerate(np.clip(wanted_w, -BATTERY_W, BATTERY_W).tolist()):
        is_stuck = (power_w > 0 and soc_pct <= 10) or (power_w < 0 and soc_pct >= 100)
        powers[index] = 0.0 if is_stuck else power_w
        soc_pct = min(100.0, max(0.0, soc_pct - powers[index] / 60 / BATTERY_WH * 100))
        charges[index] = soc_pct
    return powers, charges


def _counter(power_w: Numbers) -> Numbers:
    return np.asarray(1e6 + np.cumsum(np.maximum(power_w, 0) / 60))


def _reports(at: NDArray[np.int64], light: Numbers, chance: np.random.Generator) -> Columns:
    """What panels report by day, in the steps that real ones count in."""
    shape = (int((light > 0).sum()), PANELS)
    sun = np.broadcast_to(light[light > 0][:, None], shape)
    turn = np.broadcast_to(np.arange(PANELS), shape)
    power_w = sun * 330 * (1 - 0.03 * chance.random(shape) - 0.002 * turn)
    columns = {
        "at": at[light > 0][:, None] + 11 * turn,
        "serial": np.array([f"4821150000{number:02d}" for number in range(PANELS)])[turn],
        "power_w": np.round(power_w * 900 / 225) * 225 / 902,
        "dc_voltage_v": np.round((30 + 6 * sun**0.2 + chance.normal(0, 0.4, shape)) * 256) / 256,
        "dc_current_a": np.round(power_w / 33 * 256) / 256,
        "ac_voltage_v": np.round((238 + chance.normal(0, 1, shape)) * 32) / 32,
        "ac_current_a": power_w / 238,
        "frequency_hz": np.round(50 + chance.normal(0, 0.01, shape), 3),
        "temperature_c": np.round(10 + 25 * sun + chance.normal(0, 1, shape)),
    }
    return {name: values.reshape(-1) for name, values in columns.items()}

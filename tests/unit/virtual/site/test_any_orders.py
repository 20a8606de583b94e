"""Whatever is ordered under whatever sky: what must hold all the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openvoy.virtual.site import Site, SiteDefinition, read_site
from openvoy.virtual.site.branches import Branch, Count
from openvoy.virtual.site.day import DayBlock
from openvoy.virtual.site.equipment import GridSupply, Outage
from openvoy.virtual.site.orders import (
    ContactOrders,
    ExportOrders,
    GeneratorOrders,
    GeneratorRun,
    Orders,
    SolarOrders,
    StorageOrders,
    StorageSlot,
)
from openvoy.virtual.site.standing import build_orders

SINCE = date(2025, 6, 14)
DAYS = 2
NAMES = ["full", "three-phase-battery", "acb", "collar", "large", "standard"]
ACTIONS = st.sampled_from(
    (
        "idle",
        "zero-net",
        "charge-from-grid",
        "discharge-to-grid",
        "no-discharge",
        "discharge-to-load",
        "charge-from-solar",
    )
)
SLOTS = st.builds(
    StorageSlot, action=ACTIONS, start_min=st.integers(0, 1439), duration_min=st.integers(1, 1440)
)
STORAGE = st.builds(
    StorageOrders,
    mode=st.sampled_from(("self-consumption", "savings", "backup")),
    reserve_pct=st.floats(0, 100),
    very_low_pct=st.floats(0, 20),
    charges_from_grid=st.booleans(),
    plan=st.lists(SLOTS, max_size=3).map(tuple),
    enabled=st.booleans() | st.just(value=True),
)
ON_CONTACT = st.sampled_from(("apply", "shed", "schedule", "none"))
CONTACTS = st.tuples(
    *(
        st.builds(
            ContactOrders,
            name=st.just(name),
            load=st.just("load"),
            on_grid=ON_CONTACT,
            on_island=ON_CONTACT,
            on_generator=ON_CONTACT,
            window_start_s=st.integers(0, 86399).map(float),
            window_end_s=st.integers(0, 86399).map(float),
            follows_charge=st.booleans(),
            soc_low_pct=st.just(35.0),
            soc_high_pct=st.just(65.0),
            by_hand=st.sampled_from((None, None, "open", "closed")),
        )
        for name in ("NC1", "NC2", "NO1", "NO2")
    )
)
GENERATOR = st.builds(
    GeneratorOrders,
    command=st.sampled_from(("on", "off", "auto")),
    rated_w=st.sampled_from((800.0, 5000.0, 14000.0)),
    warm_up_s=st.sampled_from((0.0, 45.0, 120.0)),
    cool_down_s=st.sampled_from((0.0, 100.0)),
    charges_batteries=st.booleans(),
    runs=st.sampled_from(((GeneratorRun(),), (GeneratorRun(start_pct=60, stop_pct=90),), ())),
)
SOLAR = st.builds(
    SolarOrders,
    forced_off=st.booleans() & st.booleans() if False else st.sampled_from((False, False, True)),
    limit_pct=st.sampled_from((100.0, 100.0, 40.0, 0.0)),
    limit_w=st.sampled_from((None, None, 0.0, 1500.0)),
    slew_w_per_s=st.sampled_from((None, 5.0, 50.0)),
)
EXPORT = st.none() | st.builds(
    ExportOrders,
    limit=st.sampled_from((0.0, 500.0, 3000.0)),
    is_apparent=st.booleans(),
    by_phase=st.booleans(),
    slew_w_per_s=st.sampled_from((None, None, 25.0)),
)


@dataclass(frozen=True)
class Case:
    definition: SiteDefinition
    seed: int
    log: tuple[tuple[int, Orders], ...]

    def site(self) -> Site:
        site = Site(self.definition, seed=self.seed)
        for after_s, orders in self.log:
            site.obey(orders, site.commissioned_at + timedelta(seconds=after_s))
        return site

    def blocks(self) -> list[DayBlock]:
        site = self.site()
        return [site.block(SINCE + timedelta(days=number)) for number in range(DAYS)]

    def orders_at(self, at_s: float, site: Site) -> Orders:
        start = site.commissioned_at.timestamp()
        return next((row for after_s, row in reversed(self.log) if start + after_s <= at_s), build_orders(self.definition))


@st.composite
def cases(draw: st.DrawFn, name: str) -> Case:
    plain = read_site(name).commissioned_on(SINCE)
    outages = draw(
        st.lists(st.tuples(st.integers(0, 2800), st.integers(1, 600)), max_size=2).map(
            lambda rows: tuple(
                Outage(start=datetime(2025, 6, 14) + timedelta(minutes=start), minutes=length) for start, length in rows
            )
        )
    )
    definition = replace(plain, grid=GridSupply(outage=outages))
    usual = build_orders(definition)
    log = []
    for after_s in sorted(draw(st.lists(st.integers(0, DAYS * 86400 - 1), max_size=5, unique=True))):
        orders = replace(
            usual,
            storage=None if usual.storage is None else draw(STORAGE),
            solar=draw(SOLAR),
            export=draw(EXPORT),
        )
        if definition.controller is not None:
            orders = replace(orders, grid_relay=draw(st.sampled_from(("closed", "closed", "open"))))
            if definition.controller.kind == "system-controller":
                orders = replace(orders, contacts=draw(CONTACTS), generator=draw(st.none() | GENERATOR))
        log.append((after_s, orders))
    return Case(definition, draw(st.integers(0, 50)), tuple(log))


def check(case: Case) -> None:
    site = case.site()
    for block in case.blocks():
        check_balance(block)
        check_supply(block)
        check_limits(case, site, block)


def check_balance(block: DayBlock) -> None:
    active = block.circuit.active_w
    own = active[Branch.SOLAR] + active[Branch.GRID] + active[Branch.BATTERY] + active[Branch.GENERATOR]
    assert np.array_equal(own, active[Branch.LOAD])
    assert active[Branch.LOAD].min() >= 0
    fed = block.panel_w.sum(axis=0)
    slack = len(block.panel_w) * 0.125
    assert (np.abs(active[Branch.SOLAR].sum(axis=0) - fed) <= slack + 1e-9).all()


def check_supply(block: DayBlock) -> None:
    active = block.circuit.active_w
    marks = np.arange(len(block.lines.at_s))
    ends = np.searchsorted(marks[block.lines.at_s <= block.day.end_s], marks)
    assert ends.size
    starts = [turn.at_s for turn in block.turns]
    for line in range(len(block.lines.first)):
        mark = int(block.lines.first[line])
        turn = block.turns[int(np.searchsorted(starts, block.lines.at_s[mark], side="right")) - 1]
        pair = slice(mark, mark + 2)
        if turn.kind != "grid":
            assert not active[Branch.GRID, :, pair].any()
        if turn.kind == "dark":
            assert not active[:, :, pair].any()
        if turn.kind != "generator":
            assert not active[Branch.GENERATOR, :, pair].any()
        else:
            assert active[Branch.GENERATOR, :, pair].sum(axis=0).min() >= 0


def check_limits(case: Case, site: Site, block: DayBlock) -> None:
    grid = block.circuit.active_w[Branch.GRID].sum(axis=0)
    for number, bank in enumerate(site.premises.wiring.banks):
        assert block.stored_j[number].max() <= bank.capacity_j + 1e-3
        assert block.stored_j[number].min() >= -1e-3
        assert np.abs(block.banks_w[number]).max() <= bank.rated_w + 1e-6
    for line, mark in enumerate(block.lines.first.tolist()):
        told = case.orders_at(float(block.lines.at_s[mark]), site).export
        if told is not None and told.slew_w_per_s is None:
            assert grid[mark] >= -told.limit - 1e-6, line
            assert grid[mark + 1] >= -told.limit - 1e-6, line


@pytest.mark.parametrize("name", NAMES)
def test_what_must_hold_holds(name: str) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(cases(name))
    def run(case: Case) -> None:
        check(case)

    run()

"""What history says of days against what they were, through faults, outages, kills and a change of clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from openvoy.cli.history.comparing import Levels, find_differences
from openvoy.collector.recompute import BAD_RANGE, REPLACED_GATEWAY, Anew
from openvoy.model.records import CorrectionRecord, EnergyRecord
from openvoy.ports import Columns
from openvoy.store import HistoryStore
from openvoy.store.periods import build_bounds
from openvoy.testing.truth.cases import KINDS, build_case
from openvoy.testing.truth.life import SUCCESSOR, Life
from openvoy.testing.truth.plan import Episode, Trouble, build_trouble
from openvoy.testing.truth.verdict import INTEGRATED, QUANTITIES, build_days, find_wrong, is_right
from openvoy.virtual.site.calendar import midnight

HOUR_S, DAY_S = 3600.0, 86_400.0
BOUNDED = ("standard, 7.6", "without transformers, 7.6", "metered, 4.10")
"""Where most lies are told; the others take longer and are lived through by `script/bench truth`."""


async def days_of(life: Life, store: HistoryStore, gateway: str | None = None) -> Columns:
    site = life.case.site
    end = midnight(life.case.start + timedelta(days=life.case.days), site.zone)
    return await store.read_energy(
        start=life.begin, end=end, by="day", time_zone=site.location.time_zone, gateway=gateway
    )


def energy_of(columns: Columns, quantity: str, place: int) -> float:
    energy_wh = columns[quantity][place]
    assert isinstance(energy_wh, float)
    return energy_wh


async def wrong_days(life: Life, store: HistoryStore) -> list[str]:
    days = build_days(life, await days_of(life, store))
    known = [name for name in QUANTITIES if any(day.quantity == name and day.counted_wh is not None for day in days)]
    assert "solar_wh" in known
    return [str(finding) for name in known for finding in find_wrong(days, name)]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("seed", [3, pytest.param(4, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.sample(1)
async def test_days_are_right_whatever_befalls_the_gateway(name: str, seed: int, tmp_path: Path) -> None:
    trouble = build_trouble(12, seed, faults_a_month=20, outages_a_month=6)
    store = await HistoryStore.open(tmp_path)
    life = Life(build_case(name, 12, trouble), store)
    await life.live()
    wrong = await wrong_days(life, store)
    await store.close()
    assert wrong == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", KINDS)
async def test_months_are_right_at_every_kind_of_site(name: str, tmp_path: Path) -> None:
    store, days = await HistoryStore.open(tmp_path), min(60, KINDS[name].most_days)
    life = Life(build_case(name, days, build_trouble(days, seed=11)), store)
    await life.live()
    wrong = await wrong_days(life, store)
    await store.close()
    assert wrong == []


@pytest.mark.timeout(60)
async def test_what_a_generator_gives_in_an_outage_is_not_counted_as_import(tmp_path: Path) -> None:
    """Two days without grid, in which the generator runs once; the net meter counts what it gives."""
    store = await HistoryStore.open(tmp_path)
    case = build_case("everything, 8.3.5286", 2, Trouble())
    life = Life(replace(case, site=case.site.commissioned_on(date(2025, 5, 22)), start=date(2025, 5, 24)), store)
    await life.live()
    columns, wrong = await days_of(life, store), await wrong_days(life, store)
    await store.close()
    assert wrong == []
    assert energy_of(columns, "import_wh", 0) == 0, "the first day is without grid as a whole"
    assert energy_of(columns, "generator_wh", 1) > 5000


@pytest.mark.slow
@pytest.mark.timeout(60)
async def test_what_batteries_without_a_meter_take_and_give_is_added_up_from_their_power(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path)
    life = Life(build_case("AC batteries, 8.2", 1, Trouble()), store)
    await life.live()
    columns = await days_of(life, store)
    await store.close()
    days = {day.quantity: day for day in build_days(life, columns)}
    assert list(columns["charge_estimated"]) == [1]
    assert days["charge_wh"].true_wh > 4000
    for quantity in INTEGRATED:
        assert days[quantity].is_integrated
        assert is_right(days[quantity].true_wh, days[quantity].counted_wh)


async def test_what_was_frozen_before_a_restart_is_shared_by_the_days_since(tmp_path: Path) -> None:
    stale = Episode(fault="snapshot-stale", start_s=1.3 * DAY_S, end_s=2.9 * DAY_S)
    trouble = Trouble(episodes=(stale,), down=((2.6 * DAY_S, 3.1 * DAY_S),))
    store = await HistoryStore.open(tmp_path)
    life = Life(build_case("standard, 7.6", 5, trouble), store)
    await life.live()
    columns, wrong = await days_of(life, store), await wrong_days(life, store)
    await store.close()
    assert wrong == []
    assert energy_of(columns, "solar_wh", 1) > 0
    assert list(columns["estimated"])[1:4] == [1, 1, 1]


async def test_a_day_of_outage_is_marked_and_its_total_kept(tmp_path: Path) -> None:
    trouble = Trouble(down=((1.4 * DAY_S, 3.6 * DAY_S),))
    store = await HistoryStore.open(tmp_path)
    life = Life(build_case("metered, 4.10", 6, trouble), store)
    await life.live()
    columns, wrong = await days_of(life, store), await wrong_days(life, store)
    await store.close()
    assert wrong == []
    assert list(columns["estimated"]) == [0, 1, 1, 1, 0, 0]


async def account_anew(store: HistoryStore, gateway: str, life: Life) -> tuple[Anew, Sequence[EnergyRecord]]:
    """Put what accounting anew gives in the place of what is there; gives the new energies."""
    anew = Anew(store, gateway, until=life.clock.now(), silent_after=life.case.silent_after)
    batches = [batch async for batch in anew.batches()]
    for number, batch in enumerate(batches):
        await store.write_part(batch, gateway=gateway, number=number)
    assert anew.start is not None
    await store.put_parts(gateway=gateway, start=anew.start, end=anew.end, count=len(batches))
    return anew, [row for batch in batches for row in batch.energy]


async def test_accounting_anew_gives_the_same(tmp_path: Path) -> None:
    trouble = Trouble(
        episodes=(
            Episode(fault="counter-restored:wraps=1", start_s=1.5 * DAY_S, end_s=1.6 * DAY_S),
            Episode(fault="meter-inactive", start_s=3.4 * DAY_S, end_s=3.45 * DAY_S),
        ),
        down=((2.5 * DAY_S, 2.6 * DAY_S),),
    )
    store = await HistoryStore.open(tmp_path)
    life = Life(build_case("without transformers, 7.6", 6, trouble), store)
    await life.live()
    gateway = life.site.definition.gateway.serial
    old = await store.read_energy_rows(start=life.begin, end=life.clock.now(), gateway=gateway)
    anew, new = await account_anew(store, gateway, life)
    assert anew.start is not None
    bounds = build_bounds(start=anew.start, end=anew.end, by="day", zone=life.case.site.zone)
    before, after = Levels(bounds), Levels(bounds)
    before.take(old)
    after.take(new)
    assert list(find_differences(before, after, bounds[:-1], life.case.site.zone)) == []
    assert [row.at for row in new] == sorted({row.at for row in new}), "each energy is given once, in order"
    kept = await store.read_energy_rows(start=anew.start, end=anew.end, gateway=gateway)
    assert [row.at for row in kept] == [row.at for row in new]
    wrong = await wrong_days(life, store)
    await store.close()
    assert wrong == []


async def test_a_bad_range_is_left_out_and_the_energy_kept(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path)
    life = Life(build_case("metered, 4.10", 4, Trouble()), store)
    await life.live()
    gateway = life.case.site.gateway.serial
    start, end = life.begin + timedelta(hours=34), life.begin + timedelta(hours=40)
    correction = CorrectionRecord(gateway=gateway, at=life.clock.now(), kind=BAD_RANGE, start=start, end=end)
    await store.write_corrections([correction])
    _, new = await account_anew(store, gateway, life)
    assert not [row for row in new if start <= row.at < end]
    wrong = await wrong_days(life, store)
    await store.close()
    assert wrong == []


async def test_a_replaced_gateway_goes_on_where_the_first_one_ended(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path)
    life = Life(build_case("metered, 4.10", 4, Trouble(replaced_s=1.5 * DAY_S)), store)
    await life.live()
    old = life.case.site.gateway.serial
    last = await store.read_last_energy(old)
    assert last is not None
    correction = CorrectionRecord(
        gateway=SUCCESSOR,
        at=life.clock.now(),
        kind=REPLACED_GATEWAY,
        start=last.at,
        end=last.at,
        details={"predecessor": old},
    )
    await store.write_corrections([correction])
    await account_anew(store, SUCCESSOR, life)
    wrong = await wrong_days(life, store)
    await store.close()
    assert wrong == []


def test_every_kind_of_site_can_be_built() -> None:
    for name in KINDS:
        assert build_case(name, 3, Trouble()).days == 3

"""Days as history has them against days as they were: simulated site-years with every fault that touches energy.

Each kind of site lives a year in a process of its own: random faults, outages of minutes to days, kills of the service,
both changes of clocks; one gateway is replaced by another. Beside it what two others make of the same replies: the rule
of Home Assistant's `total_increasing`, and the gateway's own "today". A day counts as wrong when it is off by more than
0.1 % (or 3 Wh, since gateways count in whole ones); days marked as estimated are judged together with their neighbours.
OPENVOY_TRUTH_DAYS shortens the year, OPENVOY_TRUTH_KINDS chooses kinds, parted by semicolons.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benches import Row
from openvoy.collector.recompute import REPLACED_GATEWAY, Anew
from openvoy.model.records import CorrectionRecord
from openvoy.store import HistoryStore
from openvoy.testing.truth.cases import KINDS, build_case
from openvoy.testing.truth.life import SUCCESSOR, Life
from openvoy.testing.truth.plan import build_trouble
from openvoy.testing.truth.verdict import QUANTITIES, Day, build_days, find_wrong, is_right
from openvoy.virtual.site.calendar import midnight

DAYS = int(os.environ.get("OPENVOY_TRUTH_DAYS", "365"))
CHOSEN = [name.strip() for name in os.environ.get("OPENVOY_TRUTH_KINDS", "").split(";") if name.strip()] or list(KINDS)
REPLACED = "three phases with batteries, 8.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one kind of site."""

    name: str
    day_count: int
    estimated_days: int
    wrong: Sequence[str]
    negative_days: int
    increasing_wrong_days: int
    today_wrong_days: int
    off_kwh: float
    increasing_off_kwh: float
    integrated_off_pct: float | None
    """How far the energy into batteries that nothing counts is off in all."""


def run() -> Sequence[Row]:
    """Live all kinds, as many at once as there are processors."""
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        verdicts = list(pool.map(_live, CHOSEN))
    return [row for verdict in verdicts for row in _rows(verdict)]


def _live(name: str) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_judge(name, Path(folder)))


async def _judge(name: str, folder: Path) -> Verdict:
    seed, day_count = 1 + list(KINDS).index(name), min(DAYS, KINDS[name].most_days)
    trouble = build_trouble(day_count, seed, is_replaced=name == REPLACED)
    store = await HistoryStore.open(folder)
    life = Life(build_case(name, day_count, trouble, seed=seed), store)
    await life.live()
    if trouble.replaced_s is not None:
        await _join(life, store)
    site = life.case.site
    end = midnight(life.case.start + timedelta(days=day_count), site.zone)
    columns = await store.read_energy(start=life.begin, end=end, by="day", time_zone=site.location.time_zone)
    await store.close()
    days = build_days(life, columns)
    known = [name for name in QUANTITIES if any(day.quantity == name and day.counted_wh is not None for day in days)]
    solar = [day for day in days if day.quantity == "solar_wh"]
    increasing, today = life.peers.increasing_wh(), life.peers.today_wh
    true_wh = sum(day.true_wh for day in solar)
    return Verdict(
        name=name,
        day_count=len(solar),
        estimated_days=sum(day.is_estimated for day in solar),
        wrong=[str(finding) for quantity in known for finding in find_wrong(days, quantity)],
        negative_days=sum(_is_negative(day) for day in days),
        increasing_wrong_days=sum(not is_right(day.true_wh, increasing.get(day.date)) for day in solar),
        today_wrong_days=sum(not is_right(day.true_wh, today.get(day.date)) for day in solar),
        off_kwh=(sum(day.counted_wh for day in solar if day.counted_wh is not None) - true_wh) / 1000,
        increasing_off_kwh=(sum(increasing.values()) - true_wh) / 1000,
        integrated_off_pct=_integrated_off_pct(days),
    )


def _integrated_off_pct(days: Sequence[Day]) -> float | None:
    known = [(day.true_wh, day.counted_wh) for day in days if day.is_integrated and day.quantity == "charge_wh"]
    true_wh = sum(one for one, _ in known)
    counted_wh = sum(one for _, one in known if one is not None)
    return 100 * (counted_wh - true_wh) / true_wh if true_wh else None


def _is_negative(day: Day) -> bool:
    return day.counted_wh is not None and day.counted_wh < 0


async def _join(life: Life, store: HistoryStore) -> None:
    """Do what a person does who had the gateway replaced."""
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
    anew, count = Anew(store, SUCCESSOR, until=life.clock.now(), silent_after=life.case.silent_after), 0
    async for batch in anew.batches():
        await store.write_part(batch, gateway=SUCCESSOR, number=count)
        count += 1
    assert anew.start is not None
    await store.put_parts(gateway=SUCCESSOR, start=anew.start, end=anew.end, count=count)


def _rows(verdict: Verdict) -> Sequence[Row]:
    what = f"{verdict.name} ({verdict.day_count} days, {verdict.estimated_days} estimated)"
    for finding in verdict.wrong:
        print(f"  {verdict.name}: {finding}")
    figure = f"charge integrated from power, off in all, {verdict.name}"
    off_pct = verdict.integrated_off_pct
    return [
        *([] if off_pct is None else [Row(figure=figure, value=off_pct, unit="%")]),
        Row(
            figure=f"wrong or negative energies, {what}",
            value=float(len(verdict.wrong) + verdict.negative_days),
            unit="days",
            peer="total_increasing, solar alone",
            peer_value=float(verdict.increasing_wrong_days),
            bound="= 0",
            ok=not verdict.wrong and not verdict.negative_days,
        ),
        Row(
            figure=f"the same, {verdict.name}",
            value=float(len(verdict.wrong) + verdict.negative_days),
            unit="days",
            peer="the gateway's today, solar alone",
            peer_value=float(verdict.today_wrong_days),
        ),
        Row(
            figure=f"solar energy off in all, {verdict.name}",
            value=verdict.off_kwh,
            unit="kWh",
            peer="total_increasing",
            peer_value=verdict.increasing_off_kwh,
        ),
    ]

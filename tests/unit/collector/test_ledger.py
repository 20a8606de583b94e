"""When devices' energies become rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from openvoy.collector.ledger import Ledger
from openvoy.model import CounterSource, RawCounter
from openvoy.model.accounting import Accounted
from openvoy.model.snapshot import Energy
from tests.unit.collector.house import House

BEGIN = datetime(2026, 6, 17, 11, 21, tzinfo=UTC)


def rows_of(*readings: tuple[float, float]) -> Sequence[tuple[float, float | None]]:
    """Give minutes and energies of the rows of one inverter, whose counter is read at these minutes."""
    ledger = Ledger("g")
    source = CounterSource(quantity="inverter", endpoint="device_data", block="inverters", device="1")
    for minute, value_wh in readings:
        counter = RawCounter(source=source, value_wh=value_wh)
        ledger.take(Accounted(energy=Energy()), [counter], BEGIN + timedelta(minutes=minute), firmware="8.3")
        ledger.close()
    return [((row.at - BEGIN) / timedelta(minutes=1), row.energy_wh) for row in ledger.take_entries().device_energy]


@pytest.mark.parametrize(
    ("readings", "rows"),
    [
        pytest.param([(0, 7.0), (3, 7.0), (14, 7.0)], [(0, 7.0)], id="one report says nothing of the time since"),
        pytest.param([(0, 7.0), (3, 9.5)], [(0, 7.0), (3, 9.5)], id="a second report does"),
        pytest.param([(0, 7.0), (3, 7.0), (20, 7.0)], [(0, 7.0), (20, 7.0)], id="what stands longer makes nothing"),
        pytest.param([(0, 7.0), (3, 9.0), (3.5, 9.0)], [(0, 7.0), (3, 9.0), (3.5, 9.0)], id="what counts may pause"),
    ],
)
def test_energies_of_an_inverter_begin_with_its_second_report(
    readings: Sequence[tuple[float, float]], rows: Sequence[tuple[float, float]]
) -> None:
    assert rows_of(*readings) == rows


@pytest.mark.parametrize(
    ("minutes", "rows"),
    [
        pytest.param([*range(12)], [(0, 0), (4, 0), (9, 0)], id="a row in five minutes"),
        pytest.param(
            [0, 1, 2, 11, 12], [(0, 0), (2, 0), (11, 1), (12, 0)], id="a silence begins with the last reading"
        ),
        pytest.param([0, 1, 2, 8, 9], [(0, 0), (2, 0), (8, 0), (9, 0)], id="the line over six minutes is no estimate"),
        pytest.param([0, 5, 15, 20], [(0, 0), (5, 0), (15, 1), (20, 0)], id="read every five minutes, one is missing"),
    ],
)
def test_a_silence_is_marked_and_drawn_from_its_last_reading_on(
    minutes: Sequence[int], rows: Sequence[tuple[int, int]]
) -> None:
    ledger = Ledger("g")
    for minute in minutes:
        energy = Accounted(energy=Energy(solar_wh=100.0 * minute), known=frozenset({"solar_wh"}))
        ledger.take(energy, [], BEGIN + timedelta(minutes=minute), firmware="8.3")
    if len(minutes) < 12:
        ledger.close()
    found = ledger.take_entries().energy
    assert [((row.at - BEGIN) // timedelta(minutes=1), int(row.estimated)) for row in found] == rows


def test_what_clocks_did_marks_the_row_after_it_and_not_the_one_before() -> None:
    ledger = Ledger("g")
    for minute in (0, 1, 2, 6):
        if minute == 6:
            ledger.note_hole()
        energy = Accounted(energy=Energy(solar_wh=100.0 * minute), known=frozenset({"solar_wh"}))
        ledger.take(energy, [], BEGIN + timedelta(minutes=minute), firmware="8.3")
    rows = [(round((row.at - BEGIN) / timedelta(minutes=1)), row.estimated) for row in ledger.take_entries().energy]
    assert rows == [(0, False), (2, False), (6, True)]


@pytest.mark.parametrize(("dip_wh", "told"), [(45.0, 0), (900_000.0, 1)])
async def test_a_counter_that_dips_by_next_to_nothing_is_no_event(dip_wh: float, told: int) -> None:
    house = House()
    async with house.collecting():
        await house.clock.advance(120)
        house.reader.dip_wh = dip_wh
        await house.clock.advance(25)
        house.reader.dip_wh = 0.0
        await house.clock.advance(300)
    events = [event for batch in house.store.batches for event in batch.events if event.kind == "counter.held"]
    assert len(events) == told
    solar_wh = [record.solar_wh for batch in house.store.batches for record in batch.energy]
    assert solar_wh[-1] == pytest.approx(1_000_000 + house.clock.monotonic(), abs=120)
    assert "held" in {step.step for batch in house.store.batches for step in batch.steps}

"""Many energies: what is in memory and what is on the disk say the same."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest

from openvoy.errors import StorageError
from openvoy.store.exchange import compact
from openvoy.store.exchange.compact import Intervals, Numbers, Repeated, Spill
from openvoy.store.exchange.intervals import BIN_S, BINS_TOGETHER, DAYS_OPEN, Bins
from openvoy.store.exchange.steps import Interval

BLOCK, RUN, MANY = 100, 400, 1950


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some hundreds are many."""
    monkeypatch.setattr(compact, "BLOCK", BLOCK)
    monkeypatch.setattr(compact, "RUN", RUN)


def interval(number: int, energy_wh: float = 1.0) -> Interval:
    return Interval(60 * number, 60 * number + 60, energy_wh + number)


def test_energies_on_the_disk_are_as_those_in_memory() -> None:
    expected = [interval(number) for number in range(2 * BLOCK + 7)]
    found = Intervals(expected)
    assert list(found) == expected
    assert len(found) == len(expected)
    assert [found[0], found[BLOCK], found[-1]] == [expected[0], expected[BLOCK], expected[-1]]
    assert found.are_apart
    for start, stop in ((3, 9), (BLOCK - 2, BLOCK + 2), (2 * BLOCK, 3 * BLOCK), (5, 5), (7, 5), (-3, -1)):
        assert list(found[start:stop]) == expected[start:stop]
        assert len(found[start:stop]) == len(expected[start:stop])
    part = found[BLOCK - 5 :][2 : BLOCK + 9]
    assert list(part) == expected[BLOCK - 5 :][2 : BLOCK + 9]
    assert (part[0], part[-1]) == (expected[BLOCK - 3], expected[2 * BLOCK + 3])
    with pytest.raises(IndexError):
        part[len(part)]


def test_of_what_is_said_again_the_last_word_counts() -> None:
    """In any order, and further apart than what is sorted together."""
    numbers = list(range(MANY))
    random.Random(3).shuffle(numbers)
    said = [interval(number) for number in numbers] + [interval(number, 9.0) for number in range(0, MANY, 7)]
    found, repeated = Intervals(said).sort()
    assert repeated == len(range(0, MANY, 7))
    assert list(found) == [interval(number, 1.0 if number % 7 else 9.0) for number in range(MANY)]
    again, none = found.sort()
    assert (again is found, none) == (True, 0)
    assert list(Intervals().sort()[0]) == []


def test_columns_are_given_part_by_part() -> None:
    numbers, words = Numbers("d", Spill()), Repeated()
    for number in range(3 * BLOCK):
        numbers.append(number / 2)
        words.append("ab"[number > BLOCK])
    part = slice(BLOCK - 1, 2 * BLOCK + 1)
    assert list(numbers[part]) == [number / 2 for number in range(BLOCK - 1, 2 * BLOCK + 1)]
    assert words[part] == ["a", "a"] + ["b"] * BLOCK
    assert len(words) == len(numbers)
    assert words[3 * BLOCK :] == list(numbers[3 * BLOCK :]) == []


def test_days_of_bins_come_back_from_the_disk() -> None:
    bins, day_s = Bins(), BIN_S * BINS_TOGETHER
    for power_w in (10.0, 30.0):
        for day in range(2 * DAYS_OPEN):
            bins.add(day * day_s + BIN_S, power_w)
    assert list(bins.means()) == [(day * BINS_TOGETHER + 1, 20.0) for day in range(2 * DAYS_OPEN)]


def test_a_folder_for_temporary_files_that_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "absent"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(StorageError, match="temporary files cannot be written: No such file") as told:
        Intervals(interval(number) for number in range(BLOCK))
    assert "TMPDIR" in told.value.hint

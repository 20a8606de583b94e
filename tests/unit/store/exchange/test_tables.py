"""Files of text are read as they stand, however long, cut or broken they are; little of them is in memory."""

from __future__ import annotations

import gzip
import random
import tracemalloc
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from openvoy.errors import ConfigError
from openvoy.store.exchange import compact
from openvoy.store.exchange.formats import find_format
from openvoy.store.exchange.formats.tables import Table, TextFile
from openvoy.store.exchange.intervals import Gatherer
from openvoy.store.exchange.observed import Amount, Reading
from openvoy.store.exchange.parquet import ParquetRows, read_parquet
from openvoy.store.exchange.steps import Interval
from tests.unit.store.exchange.files import PARIS, quarter_report

DAY_S = 86_400
MOST_BYTES = 262_144
"""Four of the portions in which files are read; these files would take 5 to 20 times as much as a whole."""
HOURS = [datetime(2024, 6, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(5000)]
SENSOR = "sensor.envoy_1_lifetime_energy_production"
LONG = {
    "enlighten": quarter_report(date(2024, 6, 1), date(2024, 7, 1)),
    "home-assistant": f"statistic_id;start;sum\n{SENSOR};"
    + f"\n{SENSOR};".join(f"{at.timestamp():.0f};{place},25" for place, at in enumerate(HOURS))
    + "\n",
    "openvoy": "gateway,time,solar_wh\n" + "".join(f"1,{at.isoformat()},{place}\n" for place, at in enumerate(HOURS)),
    "openvoy as JSON lines": "".join(
        f'{{"gateway": "1", "time": "{at.isoformat()}", "solar_wh": {place}}}\n' for place, at in enumerate(HOURS)
    ),
}


@contextmanager
def peak_bytes() -> Iterator[list[int]]:
    """Give what is taken of memory at most, once it is over."""
    found: list[int] = []
    tracemalloc.start()
    try:
        yield found
        found.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", LONG)
@pytest.mark.sample(1)
def test_a_long_file_is_not_in_memory(tmp_path: Path, name: str) -> None:
    file = tmp_path / "file"
    file.write_text(LONG[name])
    format_ = find_format(name.partition(" ")[0], file)
    deque(format_.read(file, Reading(zone=PARIS)), maxlen=0)
    with peak_bytes() as peak:
        deque(format_.read(file, Reading(zone=PARIS)), maxlen=0)
    assert peak[0] < MOST_BYTES


def kept_of(amounts: Sequence[Interval]) -> Sequence[Interval]:
    gatherer = Gatherer()
    gatherer.take(Amount("solar", "one", *amount) for amount in amounts)
    return gatherer.gather().intervals["solar"]


def test_a_series_that_overlaps_itself_is_not_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "BLOCK", 100)
    monkeypatch.setattr(compact, "RUN", 400)
    start_s, count = 20_000 * DAY_S, 5000
    amounts = [Interval(start_s + 900 * at, start_s + 900 * (at + 1), 1.0) for at in range(count)]
    amounts += [Interval(start_s + DAY_S * day, start_s + DAY_S * (day + 1), 96.0) for day in range(count // 96)]
    kept_of(amounts[:9])
    with peak_bytes() as peak:
        kept = kept_of(amounts)
    assert len(kept) == count
    assert peak[0] < 100 * count, "24 of them are its numbers"


def power_of(intervals: Sequence[Interval]) -> dict[int, float]:
    """Spread energies over steps of five minutes."""
    return {
        at: one.energy_wh * 300 / (one.end_s - one.start_s)
        for one in intervals
        for at in range(one.start_s, one.end_s, 300)
    }


@pytest.mark.parametrize("seed", range(9))
def test_of_what_overlaps_the_shortest_are_kept_and_what_they_leave_of_the_others(seed: int) -> None:
    """As if all were compared with all, one after the other."""
    chance = random.Random(seed)
    starts = [20_000 * DAY_S + 300 * chance.randrange(400) for _ in range(60 * (1 + seed))]
    amounts = [
        Interval(at, at + 300 * chance.choice((1, 1, 2, 3, 12)), float(place)) for place, at in enumerate(starts)
    ]
    once = {amount[:2]: amount for amount in amounts}
    expected: list[Interval] = []
    for one in sorted(once.values(), key=lambda one: (one.end_s - one.start_s, one.start_s)):
        met = [other for other in expected if other.start_s < one.end_s and one.start_s < other.end_s]
        steps = range(one.start_s, one.end_s, 300)
        free = [at for at in steps if not any(other.start_s <= at < other.end_s for other in met)]
        rest_wh = one.energy_wh - sum(other.energy_wh for other in met)
        if not met:
            expected.append(one)
        elif all(one.start_s <= other.start_s and other.end_s <= one.end_s for other in met) and free and rest_wh >= 1:
            wh = rest_wh / len(free)
            begins = [at for at in free if at - 300 not in free]
            ends = [at + 300 for at in free if at + 300 not in free]
            expected += [Interval(*span, wh * (span[1] - span[0]) / 300) for span in zip(begins, ends, strict=True)]
    kept = list(kept_of(amounts))
    assert all(before.end_s <= after.start_s for before, after in pairwise(kept))
    assert power_of(kept) == pytest.approx(power_of(expected))


def rows_of(file: Path, content: bytes) -> list[list[str]]:
    file.write_bytes(content)
    return [cells for _, cells in Table(file, Reading(zone=PARIS)).rows()]


@pytest.mark.parametrize("letters", ["é", "€"])
def test_letters_that_portions_part_are_whole(tmp_path: Path, letters: str) -> None:
    for before in range(65_533, 65_537):
        text = "x" * before + letters + "\n"
        assert rows_of(tmp_path / "file", text.encode()) == [[text.strip()]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_letters_and_ends_of_lines_of_all_systems(tmp_path: Path, encoding: str, end: str) -> None:
    content = f"Énergie;Wh{end}{end}1;2{end}".encode(encoding)
    for written in (content, gzip.compress(content)):
        assert rows_of(tmp_path / "file", written) == [["Énergie", "Wh"], ["1", "2"]]


def test_a_quote_without_end_is_told(tmp_path: Path) -> None:
    report = quarter_report(date(2024, 6, 1), date(2024, 10, 1)).replace("\n06/02", '\n"06/02', 1)
    file = tmp_path / "report.csv"
    file.write_text(report)
    with pytest.raises(ConfigError, match=r"report.csv, line \d+: field larger") as told:
        deque(find_format("enlighten", file).read(file, Reading(zone=PARIS)))
    assert "quote" in told.value.hint


@pytest.mark.parametrize("name", ["enlighten", "influx"])
def test_a_packed_file_that_is_broken_is_told(tmp_path: Path, name: str) -> None:
    file = tmp_path / "file.gz"
    text = LONG["enlighten"] if name == "enlighten" else "".join(f"m f={at}i {at}\n" for at in range(9000))
    whole = gzip.compress(text.encode())
    for content in (whole[: len(whole) // 2], whole[:200] + b"\xff" * 200 + whole[400:]):
        file.write_bytes(content)
        with pytest.raises(ConfigError, match=r"file.gz cannot be read: ") as told:
            deque(find_format(name, file).read(file, Reading(zone=PARIS)))
        assert "copy it anew" in told.value.hint


@pytest.mark.parametrize("place", [4, -12])
def test_a_broken_parquet_file_is_told(tmp_path: Path, place: int) -> None:
    file = tmp_path / "rows.parquet"
    rows = ParquetRows(tmp_path, {"gateway": "VARCHAR", "solar_wh": "DOUBLE"})
    rows.put([("1", number / 7) for number in range(999)])
    rows.finish(file)
    rows.close()
    assert len(list(read_parquet(file))) == 999
    content = bytearray(file.read_bytes())
    content[place : place + 8] = b"\xff" * 8
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"rows.parquet is no Parquet file that can be read: ") as told:
        list(read_parquet(file))
    assert "copy it anew" in told.value.hint


def test_a_file_is_json_by_its_first_letter(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for content, is_json in (("\n  {}\n", True), ("a,b\n{", False), ("", False)):
        file.write_text(content)
        assert TextFile(file).is_json is is_json

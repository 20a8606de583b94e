"""Each kind of file, as others write it and broken: what is read of it, and what is said of the rest."""

from __future__ import annotations

import itertools
import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from openvoy.errors import ConfigError
from openvoy.store.exchange.formats import find_format
from openvoy.store.exchange.formats.text import parse_number
from openvoy.store.exchange.importing import read_files
from openvoy.store.exchange.observed import Reading
from tests.unit.store.exchange.files import (
    HEADER,
    MIDNIGHT,
    MIDNIGHT_S,
    PARIS,
    SENSORS,
    daily_report,
    day_sums,
    gathered,
    hourly_sums,
    make_recorder,
    problems,
    quarter_report,
    text_of,
)

JUNE = date(2024, 6, 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,104", 1104),
        ("12.5", 12.5),
        ("0,25", 0.25),
        ("0,250", 0.25),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1 234", 1234),
        ("2,164,432", 2_164_432),
        ("-3", -3),
        ("1e3", 1000),
        ("", None),
        ("n/a", None),
        ("1-2", None),
    ],
)
def test_numbers_of_all_countries(text: str, number: float | None) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (daily_report(JUNE, date(2024, 6, 3)), "enlighten"),
        ("\ufeff" + quarter_report(JUNE, date(2024, 6, 2)), "enlighten"),
        ("entity_id,type,unit,2024-06-01T00:00:00.000Z\n", "home-assistant"),
        ("statistic_id\tunit\tstart\tsum\nsensor.a\tkWh\t01.06.2024 00:00\t1\n", "home-assistant"),
        ('{"sensor.a": [{"start": 1717200000000, "sum": 1}]}', "home-assistant"),
        ("http,month=Jun solar=3 1717200000000000000\n# end\n", "influx"),
        ("# CONTEXT-DATABASE: powerwall\n# CONTEXT-RETENTION-POLICY: kwh\n", "influx"),
        ("time,gateway,estimated,solar_wh\n", "openvoy"),
        ("start,end,estimated,solar_wh,import_wh\n", "openvoy"),
        ('{"start": "2024-06-01T00:00:00+02:00", "end": "2024-07-01T00:00:00+02:00", "solar_wh": 3}\n', "openvoy"),
        ('{"time": "2024-06-01T00:00:00+00:00", "gateway": "1", "solar_wh": 3}\n', "openvoy"),
    ],
)
def test_a_file_is_known_by_its_looks(tmp_path: Path, content: str, name: str) -> None:
    file = tmp_path / "file"
    file.write_text(content, encoding="utf-8")
    assert find_format("auto", file).name == name


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Dear diary,\ntoday the sun shone.\n")
    with pytest.raises(ConfigError, match="looks like none"):
        find_format("auto", file)
    with pytest.raises(ConfigError, match="no format 'enlightened'"):
        find_format("enlightened", file)
    for name in ("enlighten", "home-assistant", "openvoy"):
        with pytest.raises(ConfigError, match=r"notes\.txt"):
            gathered(file, file.read_text(), name)
    with pytest.raises(ConfigError, match="cannot be read"):
        find_format("auto", tmp_path / "gone.csv")


@pytest.mark.parametrize("span", [(date(2024, 3, 30), date(2024, 4, 1)), (date(2024, 10, 26), date(2024, 10, 28))])
def test_days_on_which_clocks_change(tmp_path: Path, span: tuple[date, date]) -> None:
    found = gathered(tmp_path / "r.csv", quarter_report(*span))
    assert (found.problems, found.repeated) == ([], 0)
    intervals = found.intervals["import"]
    assert sum(one.energy_wh for one in intervals) == sum(day_sums("import", *span).values())
    assert all(before.end_s == after.start_s for before, after in itertools.pairwise(intervals))


@pytest.mark.parametrize("days", [(date(2024, 6, 1), date(2024, 6, 3)), (date(2024, 10, 26), date(2024, 10, 28))])
def test_the_newest_may_stand_first(tmp_path: Path, days: tuple[date, date]) -> None:
    head, *rows = quarter_report(*days).splitlines()
    upward = gathered(tmp_path / "up.csv", "\n".join([head, *rows, ""]))
    found = gathered(tmp_path / "down.csv", "\n".join([head, *reversed(rows), ""]))
    assert (found.problems, found.repeated) == ([], 0)
    for name, intervals in upward.intervals.items():
        assert sorted(found.intervals[name], key=lambda one: one.start_s) == sorted(
            intervals, key=lambda one: one.start_s
        )


@pytest.mark.parametrize(("zone", "day"), [("America/Santiago", date(2025, 9, 7)), ("Africa/Cairo", date(2026, 4, 24))])
def test_a_day_without_its_midnight_is_a_day(tmp_path: Path, zone: str, day: date) -> None:
    rows = [[f"{day + timedelta(days=number):%m/%d/%Y}", 1000] for number in (-1, 0, 1)]
    file = tmp_path / "r.csv"
    file.write_text(text_of([HEADER[:2], *rows]), encoding="utf-8")
    found = read_files([file], "auto", Reading(zone=ZoneInfo(zone)))[1]
    assert found.problems == []
    assert [(one.end_s - one.start_s) / 3600 for one in found.intervals["solar"]] == [24, 23, 24]
    assert [one.energy_wh for one in found.intervals["solar"]] == [1000] * 3


@pytest.mark.parametrize("pattern", ["%m/%d/%Y", "%d/%m/%Y", "%Y-%m-%d", "%Y-%m-%d 00:00:00 +0200", "%d.%m.%Y"])
def test_dates_of_all_countries(tmp_path: Path, pattern: str) -> None:
    days = [date(2024, 6, 1) + timedelta(days=number) for number in range(5)]
    rows = [[day.strftime(pattern), 1000 * number] for number, day in enumerate(days, 1)]
    found = gathered(tmp_path / "r.csv", text_of([HEADER[:2], *rows]))
    assert found.problems == []
    assert [one.start_s for one in found.intervals["solar"]] == [MIDNIGHT_S + 86_400 * number for number in range(5)]


@pytest.mark.parametrize("broken", ["32/13/2025", "13/32/2025", "13/13/2025", "00/14/2025", "n/a"])
def test_a_line_without_a_date_does_not_say_whether_days_stand_first(tmp_path: Path, broken: str) -> None:
    rows = [[f"09/{day:02d}/2025", 10_000] for day in range(1, 9)]
    found = gathered(tmp_path / "r.csv", text_of([HEADER[:2], *rows, [broken, 1]]))
    assert [(one.end_s - one.start_s) / 86_400 for one in found.intervals["solar"]] == [1] * 8
    assert problems(found) == [(10, f"'{broken}' is not a time")]


def test_what_is_said_again_otherwise_is_told_and_the_last_word_counts(tmp_path: Path) -> None:
    rows = [[f"06/{day}/2024", wh] for wh in (10_000, 10_000.4, 30_000) for day in (14, 15, 16)]
    found = gathered(tmp_path / "r.csv", text_of([HEADER[:2], *rows]))
    assert [one.energy_wh for one in found.intervals["solar"]] == [30_000] * 3
    assert found.repeated == 6
    assert [str(problem) for problem in found.problems] == [
        f"solar: 2024-06-{day} 00:00, 10000.4 Wh, as it is said again with 30000 Wh" for day in (14, 15, 16)
    ]


@pytest.mark.parametrize("odd", ["13/08/2025", "31/12/2025"])
def test_dates_of_both_kinds_are_not_guessed(tmp_path: Path, odd: str) -> None:
    text = text_of([HEADER[:2], *([f"09/{day:02d}/2025", 10_000] for day in range(10, 16)), [odd, 1]])
    with pytest.raises(ConfigError, match="in others the month"):
        gathered(tmp_path / "r.csv", text)


def test_months(tmp_path: Path) -> None:
    rows = [[f"{month:02d}/01/2024", f"{month}.5"] for month in (1, 2, 3)]
    text = text_of([["Date", "Energy Produced (kWh)"], *rows])
    with pytest.raises(ConfigError, match="days of January or first days of months"):
        gathered(tmp_path / "r.csv", text)
    found = read_files([tmp_path / "r.csv"], "auto", Reading(zone=PARIS, has_day_first=False))[1]
    lengths = [(one.end_s - one.start_s) / 3600 for one in found.intervals["solar"]]
    assert lengths == [31 * 24, 29 * 24, 31 * 24 - 1]
    assert [one.energy_wh for one in found.intervals["solar"]] == [1500, 2500, 3500]


def test_a_line_with_more_cells_than_the_heading_is_named_and_not_shifted(tmp_path: Path) -> None:
    lines = [
        "Date/Time,Energy Produced (Wh),Imported from Grid (Wh)",
        "03/01/2024,1000,100",
        "03/02/2024,12,345,200",
        "03/03/2024,3000,300,,",
    ]
    found = gathered(tmp_path / "r.csv", "\n".join(lines) + "\n")
    assert problems(found) == [(3, "it has 4 cells, and the heading 3")]
    assert [one.energy_wh for one in found.intervals["solar"]] == [1000, 3000]
    assert [one.energy_wh for one in found.intervals["import"]] == [100, 300]


def test_a_broken_report_names_its_lines(tmp_path: Path) -> None:
    lines = quarter_report(JUNE, date(2024, 6, 2)).splitlines()
    lines[3] = lines[3].replace("06/01/2024", "06/41/2024")
    lines[5] = ",".join([lines[5].split(",")[0], "lots", *lines[5].split(",")[2:]])
    lines[7] = ",".join([lines[7].split(",")[0], "-500", *lines[7].split(",")[2:]])
    lines[9] = ",".join([lines[9].split(",")[0], "99000000", *lines[9].split(",")[2:]])
    lines[11] = lines[11][:20]
    lines.insert(12, lines[20])
    found = gathered(tmp_path / "r.csv", "\n".join(lines) + "\n")
    assert problems(found)[:3] == [
        (4, "'06/41/2024 00:30' is not a time"),
        (6, "solar: 'lots' is not a number"),
        (8, "-500 Wh cannot be the energy of 900 s"),
    ]
    assert problems(found)[3:] == [(10, "9.9e+07 Wh cannot be the energy of 900 s")]
    assert found.repeated == 6
    assert len(found.intervals["import"]) == 96 - 2
    assert len(found.intervals["solar"]) == 96 - 1 - 3


def test_what_panels_take_at_night_is_told_and_nothing_that_was_made(tmp_path: Path) -> None:
    rows = [["06/01/2024", "-300"], ["06/02/2024", "9000"], ["06/03/2024", "-200"], ["06/13/2024", "-0"]]
    found = gathered(tmp_path / "r.csv", text_of([["Date", "Energy Produced (Wh)"], *rows]))
    assert problems(found) == [(None, "solar: 2 energies below 0, -500 Wh in all; 0 is kept")]
    assert [one.energy_wh for one in found.intervals["solar"]] == [0, 9000, 0, 0]


def test_statistics_in_all_their_shapes(tmp_path: Path) -> None:
    span = date(2024, 6, 1), date(2024, 6, 3)
    hours = hourly_sums("import", *span)
    name = SENSORS["import"]
    tab = "statistic_id\tunit\tstart\tstate\tsum\n" + "".join(
        f"{name}\tkWh\t{at.astimezone(PARIS):%d.%m.%Y %H:%M}\t0\t{str(total).replace('.', ',')}\n"
        for at, total in hours
    )
    answer = json.dumps({"result": {name: [{"start": at.timestamp() * 1000, "sum": total} for at, total in hours]}})
    wide = text_of(
        [
            ["entity_id", "type", "unit", *(f"{at:%Y-%m-%dT%H:%M:%S.000Z}" for at, _ in hours[1:])],
            [
                "sensor.meter",
                "grid_consumption",
                "kWh",
                *(round(after[1] - before[1], 3) for before, after in itertools.pairwise(hours)),
            ],
            ["sensor.meter_cost", "grid_consumption_cost", "EUR", *("1" for _ in hours[1:])],
        ]
    )
    mega = text_of(
        [
            ["statistic_id", "unit_of_measurement", "start", "sum"],
            *([name, "MWh", f"{at:%Y-%m-%dT%H:%M:%S+00:00}", f"{total / 1000:.9f}"] for at, total in hours),
        ]
    )
    expected = [
        (int(before[0].timestamp()) + 3600, round((after[1] - before[1]) * 1000))
        for before, after in itertools.pairwise(hours)
    ]
    for content in (tab, answer, wide, mega):
        found = gathered(tmp_path / "statistics", content)
        assert found.problems == []
        assert [(one.start_s, round(one.energy_wh)) for one in found.intervals["import"]] == expected
    make_recorder(tmp_path / "ha.db", *span)
    found = read_files([tmp_path / "ha.db"], "auto", Reading(zone=PARIS))[1]
    assert [(one.start_s, round(one.energy_wh)) for one in found.intervals["import"]] == expected


def test_rows_of_the_table_of_statistics(tmp_path: Path) -> None:
    """As a person prints them out of the database: Unix seconds, and a column of the old times that is empty."""
    hours = hourly_sums("solar", date(2024, 6, 1), date(2024, 6, 2))
    rows = [["statistic_id", "start", "start_ts", "sum"]]
    rows += [[SENSORS["solar"], "", f"{at.timestamp():.1f}", f"{total}"] for at, total in hours]
    for content in (text_of(rows), text_of([[row[0], *row[2:]] for row in rows])):
        found = gathered(tmp_path / "printed.csv", content)
        assert found.problems == []
        counted = sum(one.energy_wh for one in found.intervals["solar"])
        assert counted == pytest.approx((hours[-1][1] - hours[0][1]) * 1000)


def test_each_statistic_has_the_repeated_hour_twice(tmp_path: Path) -> None:
    """A table by time, with local times without offset: the second 02:00 of one is the first of none."""
    names = [*range(3), *range(2, 24)]
    rows = [["statistic_id", "start", "delta"]]
    rows += [
        [SENSORS[what], f"2025-10-26T{hour:02d}:00", "1"] for hour in names for what in ("solar", "import", "export")
    ]
    found = gathered(tmp_path / "table.csv", text_of(rows))
    assert (found.problems, found.repeated) == ([], 0)
    for what in ("solar", "import", "export"):
        assert [one.energy_wh for one in found.intervals[what]] == [1000] * 25


def test_all_that_our_own_exports_say_is_taken_in(tmp_path: Path) -> None:
    reading = Reading(zone=PARIS)
    file = tmp_path / "own.csv"
    head = "start,end,estimated,solar_wh,generator_wh,residual_wh"
    file.write_text(
        f"{head}\n2024-06-01T00:00:00Z,2024-06-02T00:00:00Z,False,1000,5000,-5\n"
        "2024-06-02T00:00:00Z,2024-06-03T00:00:00Z,True,2000,0.0,\n"
        "2024-06-03T00:00:00Z,2024-06-04T00:00:00Z,True,3000,,0.0\n",
        encoding="utf-8",
    )
    gathered = read_files([file], "auto", reading)[1]
    assert not gathered.problems
    assert [one.energy_wh for one in gathered.intervals["residual"]] == [-5, 0]
    assert [one.energy_wh for one in gathered.intervals["generator"]] == [5000, 0]
    assert not reading.ignored


def test_what_a_person_names_is_not_added_to_what_is_known_by_its_name(tmp_path: Path) -> None:
    """Two sensors of one array: the house's own sum of it, and that of the gateway."""
    hours = [MIDNIGHT + timedelta(hours=hour) for hour in range(5)]
    rows = [["statistic_id", "start", "sum"]]
    rows += [[SENSORS["solar"], f"{at:%Y-%m-%dT%H:%M:%S+00:00}", f"{n}"] for n, at in enumerate(hours)]
    rows += [["sensor.all_solar", f"{at:%Y-%m-%dT%H:%M:%S+00:00}", f"{2 * n}"] for n, at in enumerate(hours)]
    found = gathered(tmp_path / "two.csv", text_of(rows), **{"sensor.all_solar": "solar"})
    assert [one.energy_wh for one in found.intervals["solar"]] == [2000] * 4
    assert "4 energies that more than one says (--map, names of a gateway's sensors)" in problems(found)[0][1]


def test_times_that_say_no_length_are_told(tmp_path: Path) -> None:
    """Two days, and a fortnight of lines missing between them, are not two fortnights."""
    found = gathered(tmp_path / "two.csv", f"{HEADER}\n2024-06-01,1,0,0,0\n2024-06-15,1,0,0,0\n")
    assert [text for _, text in problems(found)] == ["its times do not say how long each of them lasts"]
    years = gathered(tmp_path / "years.csv", f"{HEADER}\n2022-01-01,1,0,0,0\n2023-01-01,1,0,0,0\n2024-01-01,1,0,0,0\n")
    days = [(one.end_s - one.start_s) / 86_400 for one in years.intervals["solar"]]
    assert days == [365, 365, 366]
    wide = "entity_id,type,unit,2024-06-01T00:00,2024-06-15T00:00\nsensor.a,solar_production,kWh,1,1\n"
    with pytest.raises(ConfigError, match="do not say how long"):
        gathered(tmp_path / "wide.csv", wide)


def test_a_sum_that_begins_anew_or_jumps(tmp_path: Path) -> None:
    file = tmp_path / "ha.db"
    make_recorder(file, date(2024, 6, 1), date(2024, 6, 2))
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("SELECT id, sum FROM statistics WHERE metadata_id = 1 ORDER BY start_ts").fetchall()
        for number, total in rows[10:]:
            database.execute("UPDATE statistics SET sum = ? WHERE id = ?", (total - rows[9][1], number))
        database.execute("UPDATE statistics SET sum = sum + 1e6 WHERE id = ?", (rows[-1][0],))
        database.execute("UPDATE statistics SET sum = 'many' WHERE id = ?", (rows[3][0],))
        database.commit()
    found = read_files([file], "auto", Reading(zone=PARIS))[1]
    texts = [text for _, text in problems(found)]
    assert len(texts) == 2
    assert "row 4" in texts[0]
    assert "jumps" in texts[1]
    counted = sum(one.energy_wh for one in found.intervals["solar"])
    assert counted == pytest.approx((rows[-2][1] - rows[0][1]) * 1000)


def test_a_database_that_is_none(tmp_path: Path) -> None:
    for content in (b"SQLite format 3\0" + bytes(2000), b"SQLite format 3\0"):
        with pytest.raises(ConfigError, match="database"):
            gathered(tmp_path / "x.db", content)
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute("CREATE TABLE pets (name TEXT)")
    with pytest.raises(ConfigError, match="no table of statistics"):
        read_files([tmp_path / "other.db"], "auto", Reading(zone=PARIS))

"""Costs, export and import as a person runs them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.cli.app import run
from openvoy.collector.feed import LiveFeed
from openvoy.collector.tariffs import keeping_tariffs, read_tariff
from openvoy.model.counters import CounterSource
from openvoy.model.records import Batch, CounterRecord, EnergyRecord, EventRecord, InverterRecord, PowerRecord
from openvoy.model.tariff import DayPlan, Period, Season, Tariff
from openvoy.store import HistoryStore
from openvoy.store.exchange.parquet import read_parquet
from openvoy.testing.clock import ManualClock
from tests.unit.store.exchange.files import day_sums, quarter_report
from tests.unit.web.examples import a_snapshot, a_status

SPAN = date(2024, 6, 1), date(2024, 6, 4)
START = datetime(2024, 6, 1, 22, tzinfo=UTC)
TARIFF = 'currency = "EUR"\n[import]\nprice_per_kwh = 0.5\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration, and a history of one gateway with powers, panels and an event."""
    for name in ("OPENVOY_CONFIG", "OPENVOY_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    (tmp_path / "openvoy.toml").write_text('[site.home]\ntime_zone = "Europe/Paris"\n[store]\npath = "data"\n')
    asyncio.run(fill(tmp_path / "data"))
    return tmp_path


async def fill(folder: Path) -> None:
    store = await HistoryStore.open(folder)
    minutes = range(48 * 60)
    await store.write(
        Batch(
            power=tuple(
                PowerRecord(
                    gateway="122", at=START + timedelta(minutes=n), interval_s=60, solar_w=float(n), grid_w=None
                )
                for n in minutes
            ),
            inverters=tuple(
                InverterRecord(gateway="122", at=START + timedelta(minutes=n), serial=serial, power_w=10.0 + n % 60)
                for n in minutes[::5]
                for serial in ("1", "2")
            ),
            events=(EventRecord(gateway="122", at=START, kind="test", subject="s", text='It said: "no", twice.'),),
        )
    )
    await store.close()


def call(home: Path, capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    command, *others = arguments
    assert run(["history", command, "--config", str(home / "openvoy.toml"), *others]) == code
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    return out, err


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_report_is_looked_at_imported_exported_and_taken_out(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    report = home / "report.csv"
    report.write_text(quarter_report(*SPAN))
    _, err = call(home, capfd, "import", str(report), "--dry-run")
    assert "solar" in err
    assert "Nothing was changed" in err
    days = ("export", "energy", "--by", "day", "--start", "2024-06-01", "--end", "2024-06-04")
    assert table(call(home, capfd, *days)[0]) == []

    out, err = call(home, capfd, "import", str(report), "--json")
    record = json.loads(out)
    assert record["gateway"] == "122"
    found = table(call(home, capfd, *days)[0])
    assert [row["start"] for row in found] == [f"2024-06-0{n}T00:00:00+02:00" for n in (1, 2, 3)]
    assert [float(row["load_wh"]) for row in found] == list(day_sums("load", *SPAN).values())
    assert "nothing new" in call(home, capfd, "import", str(report))[1]

    (home / "tariff.toml").write_text(TARIFF)
    out, _ = call(
        home,
        capfd,
        "costs",
        "--tariff",
        str(home / "tariff.toml"),
        "--start",
        "2024-06-01",
        "--end",
        "2024-06-04",
        "--json",
    )
    (month,) = json.loads(out)["periods"]
    assert month["energy_cost"] == pytest.approx(sum(day_sums("import", *SPAN).values()) / 2000)
    out, _ = call(
        home,
        capfd,
        "costs",
        "--tariff",
        str(home / "tariff.toml"),
        "--by",
        "day",
        "--start",
        "2024-06-01",
        "--end",
        "2024-06-04",
    )
    assert "2024-06-02" in out

    assert record["id"] in call(home, capfd, "import", "--list")[0]
    kept = call(home, capfd, *days)[0]
    assert "Nothing was changed" in call(home, capfd, "import", "--revoke", record["id"], "--dry-run")[1]
    assert call(home, capfd, *days)[0] == kept
    call(home, capfd, "import", "--revoke", record["id"])
    assert table(call(home, capfd, *days)[0]) == []


@pytest.mark.parametrize("name", ["raw.csv", "raw.jsonl", "raw.parquet", "hours.parquet", "hours.csv"])
@pytest.mark.sample(2)
def test_our_own_export_comes_back(home: Path, capfd: pytest.CaptureFixture[str], name: str) -> None:
    report = home / "report.csv"
    report.write_text(quarter_report(*SPAN))
    call(home, capfd, "import", str(report))
    days = ("export", "energy", "--by", "day", "--start", "2024-06-01", "--end", "2024-06-04")
    before = call(home, capfd, *days)[0]
    by = "hour" if name.startswith("hours") else "raw"
    span = ("--start", "2024-05-31", "--end", "2024-07-01")
    call(home, capfd, "export", "energy", "--by", by, *span, "--out", str(home / name))
    other = ("--data", str(home / "other"))
    asyncio.run(fill(home / "other"))
    call(home, capfd, "import", str(home / name), *other)
    assert call(home, capfd, *days, *other)[0] == before


def test_tables_are_exported(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    span = ("--start", "2024-06-02", "--end", "2024-06-04")
    raw = table(call(home, capfd, "export", "power", *span)[0])
    assert len(raw) == 48 * 60
    assert (raw[1]["time"], raw[1]["solar_w"], raw[1]["grid_w"]) == ("2024-06-02T00:01:00+02:00", "1.0", "")
    days = table(call(home, capfd, "export", "power", *span, "--by", "day")[0])
    assert [float(row["solar_w"]) for row in days] == [719.5, 719.5 + 1440]
    hours = table(call(home, capfd, "export", "inverters", *span, "--by", "hour", "--time-zone", "UTC")[0])
    assert len(hours) == 2 * 46
    assert {row["power_w"] for row in hours} == {"37.5"}
    out = home / "panels.parquet"
    call(home, capfd, "export", "inverters", *span, "--out", str(out))
    rows = list(read_parquet(out))
    assert len(rows) == 2 * 48 * 12
    assert rows[0]["time"].astimezone(UTC) == START
    (event,) = map(json.loads, call(home, capfd, "export", "events", *span, "--format", "jsonl")[0].splitlines())
    assert event["text"] == 'It said: "no", twice.'
    assert [path.name for path in home.iterdir() if "export" in path.name] == []


HOLDER = """
import asyncio, sys
from pathlib import Path
from openvoy.store import HistoryStore
async def hold():
    store = await HistoryStore.open(Path(sys.argv[1]))
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await store.close()
asyncio.run(hold())
"""


def test_costs_by_the_tariff_that_the_gateway_had(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """1.6 kWh by day cost 0.30, 0.8 by night 0.10; 0.6 of 2 kWh sun were sold for 0.04; the rest was used."""
    day, hours = datetime(2024, 6, 2, 22, tzinfo=UTC), range(25)
    rows = [
        EnergyRecord(
            gateway="122", at=day + timedelta(hours=hour), import_wh=100.0 * hour, export_wh=25.0 * hour,
            solar_wh=2000 * hour / 24, load_wh=100.0 * hour + 2000 * hour / 24 - 25.0 * hour,
        )
        for hour in hours
    ]  # fmt: skip
    periods = (Period(start_min=0, price_per_kwh=0.1), Period(start_min=480, price_per_kwh=0.3))
    days = DayPlan(days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), periods=periods)
    tariff = Tariff(currency="EUR", seasons=(Season(start="1/1", plans=(days,)),), export_per_kwh=0.04)

    async def read_by_a_service() -> None:
        store, feed = await HistoryStore.open(home / "data"), LiveFeed(["home"])
        await store.write(Batch(energy=tuple(rows)))
        async with keeping_tariffs(feed, store, ManualClock()):
            await asyncio.sleep(0)
            gateway = replace(a_snapshot().gateway, serial="122")
            feed.publish(a_status("home"), replace(a_snapshot(), gateway=gateway, tariff=tariff))
            for _ in range(500):
                if await read_tariff(store, "122") is not None:
                    break
                await asyncio.sleep(0.01)
        await store.close()

    asyncio.run(read_by_a_service())
    out, _ = call(home, capfd, "costs", "--by", "day", "--json")
    costs = json.loads(out)
    (found,) = costs["periods"]
    assert (costs["currency"], costs["tariff"], found["first"]) == ("EUR", "the gateway's tariff", "2024-06-03")
    assert found["energy_cost"] == pytest.approx(1.6 * 0.3 + 0.8 * 0.1)
    assert found["credit"] == pytest.approx(0.6 * 0.04)
    load_kwh = 2.4 + 2.0 - 0.6
    assert found["grid_only_cost"] == pytest.approx(load_kwh * (0.3 * 16 + 0.1 * 8) / 24, abs=1e-3)
    assert found["savings"] == pytest.approx(found["grid_only_cost"] - found["energy_cost"] + found["credit"])
    assert found["self_consumption_pct"] == pytest.approx(70)
    assert found["autarky_pct"] == pytest.approx(100 * (load_kwh - 2.4) / load_kwh)


def test_beside_a_running_service_one_reads_and_who_would_write_is_told(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (home / "tariff.toml").write_text(TARIFF)
    span = ("--start", "2024-06-02", "--end", "2024-06-04")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home / "data")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        out, err = call(home, capfd, "export", "power", *span)
        assert len(table(out)) == 48 * 60
        assert "A copy of the history is read, as the service is running." in err
        call(home, capfd, "costs", "--tariff", str(home / "tariff.toml"), *span, "--json")
        report = home / "report.csv"
        report.write_text(quarter_report(*SPAN))
        _, err = call(home, capfd, "import", str(report), "--dry-run")
        assert "Nothing was changed." in err
        call(home, capfd, "import", "--list")
        _, err = call(home, capfd, "import", str(report), code=5)
        assert "Another process works with this history. Stop it" in err
        _, err = call(home, capfd, "recompute", code=5)
        assert "Another process works with this history" in err
        holder.communicate("\n")


def test_energies_are_accounted_anew_of_the_only_gateway(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _, err = call(home, capfd, "recompute", code=2)
    assert "no raw counters of gateway 122" in err
    _, err = call(home, capfd, "recompute", "--gateway", "123", code=2)
    assert "gateway 123" in err


def test_energies_of_all_gateways_are_accounted_anew(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Two gateways counted 1 kWh an hour, of which one kept 2; what was imported for it is no change."""
    source = CounterSource(quantity="solar", endpoint="meter_readings", block="aggregate", device="7")

    async def fill_both() -> None:
        store = await HistoryStore.open(home / "data")
        for serial, factor in (("122", 2), ("123", 1)):
            moments = [(START + timedelta(minutes=5 * n), 1e6 + 1000 * n / 12) for n in range(12 * 20 + 1)]
            await store.write(
                Batch(
                    counters=tuple(
                        CounterRecord(gateway=serial, at=at, firmware="8.2.1", source=source, value_wh=value_wh)
                        for at, value_wh in moments
                    ),
                    energy=tuple(
                        EnergyRecord(gateway=serial, at=at, solar_wh=1e6 + factor * (value_wh - 1e6))
                        for at, value_wh in moments
                    ),
                )
            )
        await store.close()

    asyncio.run(fill_both())
    report = home / "report.csv"
    report.write_text(quarter_report(*SPAN))
    call(home, capfd, "import", str(report), "--gateway", "122")
    out, _ = call(home, capfd, "recompute", "--json")
    first, second = json.loads(out)["gateways"]
    (change,) = first["changes"]
    assert (change["quantity"], change["before_wh"], change["after_wh"]) == ("solar_wh", 40_000, 20_000)
    assert (second["gateway"], second["changes"]) == ("123", [])
    out, _ = call(home, capfd, "recompute", "--yes", "--json")
    kept = [Path(one["kept"]) for one in json.loads(out)["gateways"]]
    assert all(file.stat().st_size for file in kept)
    out, _ = call(home, capfd, "recompute", "--json")
    assert [one["changes"] for one in json.loads(out)["gateways"]] == [[], []]


def broken(home: Path) -> Path:
    file = home / "broken.csv"
    file.write_text(quarter_report(*SPAN).replace("06/02/2024 00:15", "yesterday"))
    return file


def test_a_broken_file_is_imported_as_far_as_it_goes_or_not_at_all(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = broken(home)
    _, err = call(home, capfd, "import", str(file), "--strict", code=2)
    assert f"{file}, line 99: 'yesterday' is not a time" in err
    assert "Nothing was imported" in err
    _, err = call(home, capfd, "import", str(file))
    assert "line 99" in err
    assert "Imported as" in err
    assert len(json.loads(call(home, capfd, "import", "--list", "--json")[0])) == 1


def test_a_file_with_a_heading_alone_is_told_so(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = home / "heading.csv"
    file.write_text(quarter_report(*SPAN).partition("\n")[0] + "\n")
    _, err = call(home, capfd, "import", str(file))
    assert "The files hold no line with an energy" in err
    assert "nothing was changed" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import"], "Name files, such as"),
        (["import", "a.csv", "--list"], "three things"),
        (["import", "gone.csv"], "cannot be read"),
        (["import", "openvoy.toml"], "looks like none"),
        (["import", "/dev/null"], "is empty"),
        (["import", "openvoy.toml", "--format", "enlighten"], "no report of energies"),
        (["import", "openvoy.toml", "--format", "excel"], "no format 'excel'"),
        (["import", "openvoy.toml", "--map", "a"], "NAME=QUANTITY"),
        (["import", "openvoy.toml", "--dates", "a"], "--dates a"),
        (["import", "openvoy.toml", "--gateway", "a"], "no gateway a"),
        (["import", "--revoke", "1"], "no import 1"),
        (["export", "energy", "--gateway", "999"], "knows no gateway 999"),
        (["costs", "--gateway", "999"], "knows no gateway 999"),
        (["export", "weather"], "no table 'weather'"),
        (["export", "power", "--by", "year"], "by year"),
        (["export", "power", "--by", "fortnight"], "--by fortnight"),
        (["export", "power", "--out", "a.xlsx"], "no format"),
        (["export", "power", "--out", "."], ". is a folder"),
        (["export", "power", "--format", "parquet"], "terminal"),
        (["export", "power", "--start", "soon"], "'soon' is not a time"),
        (["export", "power", "--start", "2025-01-02", "--end", "2025-01-01"], "not before the end"),
        (["export", "power", "--start", "2999-01-01"], "not in the past"),
        (["export", "power", "--time-zone", "Paris"], "no time zone"),
        (["costs"], "No prices"),
        (["costs", "--tariff", "gone.toml"], "cannot be read"),
        (["costs", "--tariff", "openvoy.toml"], "line 1"),
        (["costs", "--tariff", "openvoy.toml", "--by", "hour"], "by hour"),
        (["export", "power", "--data", "nowhere"], "no folder nowhere"),
    ],
)
@pytest.mark.sample(10)
def test_what_is_wrong_is_said(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(home)
    _, err = call(home, capfd, *arguments, code=2)
    assert words in err
    assert err.count("\n") >= 2


def test_a_folder_that_cannot_be_written(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _, err = call(home, capfd, "export", "power", "--out", str(home / "none" / "a.csv"), code=5)
    assert "cannot be written" in err


def test_values_of_any_kind(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found: Any = call(home, capfd, "export", "counters", "--start", "2024-06-02", "--end", "2024-06-03")[0]
    assert found.startswith("time,gateway,quantity,endpoint,block,device,firmware,value_wh")


def test_periods_that_reach_beyond_what_was_asked_are_told(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Half a June would have the fees of one half and the energies of both."""
    (home / "tariff.toml").write_text(TARIFF)
    half, whole = ("--start", "2024-06-10", "--end", "2024-06-20"), ("--start", "2024-06-01", "--end", "2024-07-01")
    told = "Each month is counted whole: from 2024-06-01 00:00 until 2024-07-01 00:00."
    for command in (["costs", "--tariff", str(home / "tariff.toml")], ["export", "energy", "--by", "month"]):
        assert told in call(home, capfd, *command, *half)[1]
        assert "counted whole" not in call(home, capfd, *command, *whole)[1]


def test_a_zone_that_nobody_said_is_told(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    days = ("export", "energy", "--by", "day", "--start", "2024-06-01", "--end", "2024-06-04")
    assert "the zone of this machine" not in call(home, capfd, *days)[1]
    (home / "openvoy.toml").write_text('[store]\npath = "data"\n')
    monkeypatch.setenv("TZ", "America/Denver")
    said = "Days are those of America/Denver, the zone of this machine; --time-zone chooses another."
    assert call(home, capfd, *days)[1].splitlines().count(said) == 1
    assert said not in call(home, capfd, *days, "--time-zone", "Europe/Paris")[1]
    assert said not in call(home, capfd, "export", "power", "--start", "2025-01-02", "--end", "2025-01-01", code=2)[1]

"""Corrections as a person makes them: what accounting anew makes of one, and of one that is taken back."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.cli.app import run
from openvoy.errors import StorageError
from openvoy.model.counters import CounterSource
from openvoy.model.records import Batch, CounterRecord
from openvoy.store import HistoryStore
from tests.support.disks import MIB, fill_up, small_disk
from tests.unit.store.test_parts import damage_newest

__all__ = ["small_disk"]

START = datetime(2026, 11, 18, tzinfo=UTC)
GATEWAY, NEXT = "122200000001", "122300000002"
IMPORT = CounterSource(quantity="import", endpoint="meter_readings", block="aggregate", device="704643584")
Call = Callable[..., Any]


def reading(gateway: str, hour: float, value_wh: float) -> CounterRecord:
    at = START + timedelta(hours=hour)
    return CounterRecord(gateway=gateway, at=at, firmware="8.2.1", source=IMPORT, value_wh=value_wh)


def nonsense_wh(hour: float) -> float:
    """1 kWh an hour; from 10 to 14 o'clock of the second day the counter runs 25 kWh ahead."""
    wrong_hours = hour - 34
    return 5e5 + 1000 * hour + (6250 * wrong_hours if 0 < wrong_hours < 4 else 0)


async def fill(folder: Path) -> None:
    store = await HistoryStore.open(folder)
    hours = [number / 12 for number in range(72 * 12 + 1)]
    old = [reading(GATEWAY, hour, nonsense_wh(hour)) for hour in hours]
    # The successor's meter begins at 0 as the old one ends, and counts 2 kWh an hour.
    new = [reading(NEXT, 72 + hour, 2000 * hour) for hour in hours[1:289]]
    await store.write(Batch(counters=(*old, *new)))
    await store.close()


def place(folder: Path) -> tuple[str, ...]:
    return "--config", str(folder / "openvoy.toml"), "--data", str(folder / "data")


@pytest.fixture
def call(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run `openvoy history …` over counters of two gateways; gives what it printed."""
    for name in ("OPENVOY_CONFIG", "OPENVOY_DATA"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "openvoy.toml").write_text('[site.home]\ntime_zone = "UTC"\n')
    asyncio.run(fill(tmp_path / "data"))

    def called(*arguments: str, code: int = 0) -> str:
        assert run(["history", *arguments, *place(tmp_path)]) == code
        out, err = capfd.readouterr()
        return err if code else out

    return called


def changes(call: Call, *options: str) -> dict[tuple[str, str], tuple[int, int]]:
    """By gateway and day, the Wh of import before and after."""
    found = json.loads(call("recompute", "--by", "day", "--json", *options))
    return {
        (one["gateway"], change["start"][:10]): (round(change["before_wh"] or 0), round(change["after_wh"]))
        for one in found["gateways"]
        for change in one["changes"]
        if change["quantity"] == "import_wh"
    }


def test_a_correction_and_its_revocation_are_applied_by_accounting_anew(call: Call) -> None:
    wrong = changes(call, "--yes")[GATEWAY, "2026-11-19"][1]
    assert wrong > 48_000
    span = ("--start", "2026-11-19T09:55", "--end", "2026-11-19T14:00")
    call("correct", "bad-range", "--gateway", GATEWAY, "--quantity", "import", *span)
    assert changes(call, "--yes") == {(GATEWAY, "2026-11-19"): (wrong, 24_000)}
    call("correct", "revoke", "1")
    assert changes(call, "--yes") == {(GATEWAY, "2026-11-19"): (24_000, wrong)}
    assert "0 changes" in (told := call("recompute"))
    assert "kWh" not in told
    assert "revoked" in call("correct", "list")
    assert "correct list" in call("correct", "revoke", "2", code=2)


def test_where_nothing_changes_nothing_is_written(
    call: Call, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def applied() -> str:
        assert run(["history", "recompute", "--yes", *place(tmp_path)]) == 0
        return capfd.readouterr().err

    def newest() -> int:
        told = json.loads(call("sql", "SELECT max(seq) AS seq FROM energy", "--json"))
        return int(told[0]["seq"])

    assert f"Applied to {GATEWAY}" in applied()
    before, files = newest(), sorted(path.name for path in (tmp_path / "data").rglob("*.csv*"))
    with monkeypatch.context() as patched:
        patched.setattr(HistoryStore, "put_parts", None)
        told = applied()
        assert json.loads(call("recompute", "--yes", "--json"))["applied"] is False
    for gateway in (GATEWAY, NEXT):
        assert f"Nothing changes for {gateway}: the history was left as it is." in told
    assert "Applied" not in told
    assert (newest(), sorted(path.name for path in (tmp_path / "data").rglob("*.csv*"))) == (before, files)
    # A mark that differs is a change, although no energy is another.
    asyncio.run(mark_one(tmp_path / "data"))
    told = applied()
    assert f"Applied to {GATEWAY}" in told
    assert f"Nothing changes for {NEXT}" in told


async def mark_one(folder: Path) -> None:
    """Let a row in the middle say that it is estimated."""
    store = await HistoryStore.open(folder)
    at = START + timedelta(hours=20)
    (row,) = await store.read_energy_rows(start=at, end=at + timedelta(seconds=1), gateway=GATEWAY)
    await store.write(Batch(energy=(replace(row, estimated=True),)))
    await store.close()


def test_a_correction_of_a_time_without_counters_is_told_to_change_nothing(
    call: Call, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def told(start: str, end: str) -> str:
        span = ("--start", start, "--end", end)
        assert run(["history", "correct", "bad-range", "--gateway", GATEWAY, *span, *place(tmp_path)]) == 0
        return capfd.readouterr().err

    call("recompute", "--yes")
    assert "it changes nothing" in told("2025-11-19T09:55", "2025-11-19T14:00")
    assert "it changes nothing" not in told("2026-11-19T09:55", "2026-11-19T10:05")
    assert json.loads(call("correct", "list", "--json"))[0]["start"].startswith("2025-11-19")


def test_what_cannot_be_applied_is_not_said_to_be(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A part is damaged in both copies just before it is put in place."""
    put = HistoryStore.put_parts

    async def damaged_put(store: HistoryStore, *, gateway: str, start: datetime, end: datetime, count: int) -> None:
        if gateway == NEXT:
            damage_newest(tmp_path / "data" / "journal")
        await put(store, gateway=gateway, start=start, end=end, count=count)

    with monkeypatch.context() as patched:
        patched.setattr(HistoryStore, "put_parts", damaged_put)
        assert run(["history", "recompute", "--yes", *place(tmp_path)]) == StorageError.exit_code
    out, err = capfd.readouterr()
    assert f"Gateway {GATEWAY}" in out
    assert f"Applied to {GATEWAY}" in err
    assert f"Gateway {NEXT}" not in out
    assert f"Applied to {NEXT}" not in err
    assert "can be read" in err
    assert "The history is as it was. Run the command once more" in err
    with monkeypatch.context() as patched:
        patched.setattr(HistoryStore, "put_parts", damaged_put)
        assert run(["history", "recompute", "--yes", "--json", *place(tmp_path)]) == StorageError.exit_code
    told = json.loads(capfd.readouterr().out)
    assert [one["gateway"] for one in told["gateways"]] == [GATEWAY]
    assert {gateway for gateway, _ in changes(call, "--yes")} == {NEXT}


@pytest.mark.skipif(sys.platform != "linux", reason="disks of Linux, in memory")
def test_a_full_disk_leaves_energies_as_they_were(call: Call, disk: Path, tmp_path: Path) -> None:
    """The command does not go on by itself."""
    shutil.move(tmp_path / "data", disk / "data")
    (tmp_path / "data").symlink_to(disk / "data")
    filler = fill_up(disk, leave_bytes=15 * MIB)
    told = call("recompute", "--yes", code=StorageError.exit_code)
    assert "No space left on device" in told
    assert f"Energies of gateway {GATEWAY} are as they were" in told
    assert "by itself" not in told
    filler.unlink()
    assert {gateway for gateway, _ in changes(call, "--yes")} == {GATEWAY, NEXT}


def test_a_gateway_that_replaced_another_goes_on_with_its_counters(call: Call) -> None:
    call("recompute", "--yes")
    call("correct", "replaced-gateway", "--old", GATEWAY, "--new", NEXT)
    call("recompute", "--yes")
    told = call("export", "energy", "--by", "raw", "--start", "2026-11-21T00:00", "--end", "2026-11-22T00:05")
    rows = [row for row in csv.DictReader(io.StringIO(told)) if row["gateway"] == NEXT]
    assert float(rows[0]["import_wh"]) > 72_000
    assert float(rows[-1]["import_wh"]) - float(rows[0]["import_wh"]) == pytest.approx(48_000)


def test_a_range_that_has_not_begun_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "history").mkdir()
    span = ("--start", "2999-01-01", "--end", "2999-01-02")
    assert (
        run(["history", "correct", "bad-range", "--gateway", GATEWAY, *span, "--data", str(tmp_path / "history")]) == 2
    )
    assert "not in the past" in capfd.readouterr().err

"""A copy that is without something says so to whoever makes it, and to whoever restores it."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from openvoy.cli.app import run
from tests.unit.store.test_sealing import fill

LOST = "sealed/month=2024-01/inverter_report-1.parquet"


def test_what_a_backup_lacks_is_told_until_it_is_there_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    history, copy, restored = (str(tmp_path / name) for name in ("history", "copy", "restored"))
    monkeypatch.setenv("OPENVOY_DATA", history)
    asyncio.run(fill(Path(history)))
    content = Path(history, LOST).read_bytes()
    Path(history, LOST).unlink()
    for arguments in (["backup", copy], ["restore", copy, restored], ["restore", "--replace", copy, restored]):
        assert run(["history", *arguments]) == 5
        said = capfd.readouterr().err
        assert f"{LOST} is damaged beyond mending, or gone" in said
        assert "earlier backup" in said
        assert " in part: " in said
        assert "ERROR" not in said
    assert run(["history", "backup", copy, "--json"]) == 5
    assert json.loads(capfd.readouterr().out)["lacking"] == [LOST]
    Path(history, LOST).write_bytes(content)
    for arguments in (["backup", copy], ["restore", "--replace", copy, restored]):
        assert run(["history", *arguments]) == 0
        said = capfd.readouterr().err
        assert "is without" not in said
        assert " and checked: " in said


def test_whoever_reads_a_damaged_history_is_told_what_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENVOY_DATA", str(tmp_path))
    asyncio.run(fill(tmp_path))
    tariff = tmp_path / "tariff.toml"
    tariff.write_text('currency = "EUR"\n[import]\nprice_per_kwh = 0.3\n')
    reading = (["export", "inverters", "--start", "2024-01-01"], ["sql", "SELECT count(*) FROM inverter_report"])
    another = ["costs", "--tariff", str(tariff), "--start", "2024-01-01", "--end", "2024-03-01"]
    for arguments in (*reading, another):
        assert run(["history", *arguments]) == 0
        assert "damaged" not in capfd.readouterr().err
    (tmp_path / LOST).unlink()
    for arguments in reading:
        assert run(["history", *arguments]) == 5
        told = capfd.readouterr()
        assert told.out, "what is there is given"
        assert "'openvoy history verify' lists what is wrong" in told.err
    assert run(["history", *another]) == 0


def test_who_only_looks_makes_no_history(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asyncio.run(fill(tmp_path / "demo" / "history"))
    (tmp_path / "empty").mkdir()
    for arguments in (["export", "energy"], ["sql", "SELECT 1"], ["verify"]):
        for folder, hint in (
            ("empty", "Name its folder with --data"),
            ("demo", f"Is it {tmp_path / 'demo' / 'history'}?"),
        ):
            assert run(["history", *arguments, "--data", str(tmp_path / folder)]) == 2
            said = capfd.readouterr().err
            assert "There is no history in" in said
            assert hint in said
    assert not any((tmp_path / "empty").iterdir())
    report = tmp_path / "report.csv"
    report.write_text("Date/Time,Energy Produced (Wh)\n06/01/2024,1000\n06/02/2024,2000\n06/13/2024,3000\n")
    assert run(["history", "import", str(report), "--dry-run", "--data", str(tmp_path / "empty")]) == 0


def test_who_looks_at_a_backup_leaves_it_as_it_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asyncio.run(fill(tmp_path / "history"))
    stick = tmp_path / "stick"
    assert run(["history", "backup", str(stick), "--data", str(tmp_path / "history")]) == 0

    def contents() -> dict[str, bytes]:
        return {str(file.relative_to(stick)): file.read_bytes() for file in stick.rglob("*") if file.is_file()}

    before = contents()
    for arguments in (["export", "energy"], ["sql", "SELECT count(*) FROM energy"], ["verify"]):
        capfd.readouterr()
        assert run(["history", *arguments, "--data", str(stick)]) == 0
        assert "a backup stays as it is" in capfd.readouterr().err
        assert contents() == before


def test_what_is_no_query_is_wrong_use(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asyncio.run(fill(tmp_path))
    assert run(["history", "sql", "DROP TABLE energy", "--data", str(tmp_path)]) == 2
    assert "Ask with one SELECT" in capfd.readouterr().err


def test_who_restores_a_history_instead_of_its_backup_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    history, copy, restored = tmp_path / "history", tmp_path / "copy", tmp_path / "restored"
    asyncio.run(fill(history))
    assert run(["history", "backup", str(copy), "--data", str(history)]) == 0
    capfd.readouterr()
    assert run(["history", "restore", str(history), str(restored)]) == 0
    assert "a history itself, no backup" in capfd.readouterr().err
    assert run(["history", "restore", "--replace", str(copy), str(restored)]) == 0
    assert "a history itself" not in capfd.readouterr().err


def test_a_month_that_somebody_removed_is_missed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its folder is gone as a whole, with the manifest that would name its files: in a history, and in a backup."""
    history, copy, restored = tmp_path / "history", tmp_path / "copy", tmp_path / "restored"
    asyncio.run(fill(history))
    assert run(["history", "backup", str(copy), "--data", str(history)]) == 0
    month = Path(LOST).parent
    for folder in (history, copy):
        shutil.rmtree(folder / month)
        capfd.readouterr()
        assert run(["history", "verify", "--data", str(folder)]) == 5
        assert f"{folder / month} is missing" in capfd.readouterr().err
        assert run(["history", "export", "inverters", "--start", "2024-01-01", "--data", str(folder)]) == 5
        assert "is left out" in capfd.readouterr().err
    assert run(["history", "restore", str(copy), str(restored)]) == 5
    assert str(month) in capfd.readouterr().err


def test_what_was_mended_or_stands_elsewhere_is_no_loss(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asyncio.run(fill(tmp_path))
    exporting = ["history", "export", "inverters", "--start", "2024-01-01", "--data", str(tmp_path)]
    assert run(exporting) == 0
    whole = capfd.readouterr().out
    content = bytearray((tmp_path / LOST).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / LOST).write_bytes(content)
    assert run(exporting) == 0
    said = capfd.readouterr()
    assert said.out == whole
    assert "nothing is left out" in said.err

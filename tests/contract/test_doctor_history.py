"""The doctor on the files of a history: what is damaged is named wherever it is, with what to do."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from openvoy.cli.app import run
from openvoy.store import HistoryStore
from tests.unit.store.test_sealing import JANUARY, fill, flip

MONTH = "sealed/month=2024-01"
CONFIG = """
[[gateway]]
host = "127.0.0.1:1"
[site.home]
time_zone = "UTC"
[store]
path = "data"
"""


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history with sealed months, a base and a journal."""
    asyncio.run(fill(tmp_path / "data"))
    monkeypatch.delenv("OPENVOY_CONFIG", raising=False)
    (tmp_path / "openvoy.toml").write_text(CONFIG)
    return tmp_path / "data"


def examine(history: Path, capfd: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    run(["doctor", "--config", str(history.parent / "openvoy.toml"), "--json"])
    told = json.loads(capfd.readouterr().out)
    machine = next(report for report in told["reports"] if report["subject"].startswith("this machine"))
    return [found for found in machine["findings"] if "damaged" in found["what"] or "not finished" in found["evidence"]]


async def write_note(folder: Path) -> None:
    store = await HistoryStore.open(folder)
    await store.write_meta("noted", f"{JANUARY}")
    await store.close()


def test_damage_is_found_in_months_bases_and_journal(history: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asyncio.run(write_note(history))
    assert examine(history, capfd) == []
    flip(history / MONTH / "power-1.parquet", 50)
    (history / MONTH / "energy-1.parquet").unlink()
    flip(history / MONTH / "inverter_report-1.guard", 50)
    flip(next((history / "journal").glob("*.log")), 50)
    for file in (history / "journal").glob("base-*/month=base/*.parquet"):
        flip(file, 50)
    found = examine(history, capfd)
    seen = " ".join(one["evidence"] for one in found)
    assert "power-1.parquet is damaged; it is mended when it is read" in seen
    assert "energy-1.parquet is missing" in seen
    assert "inverter_report-1.guard is damaged" in seen
    assert ".log is damaged" in seen
    assert all("backup" in one["advice"] for one in found)
    assert len(found) == 2 + any((history / "journal").glob("base-*"))


def test_a_copy_that_was_not_finished_is_named(history: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copy(history.parent / "openvoy.toml", history / "unfinished")
    (found,) = examine(history, capfd)
    assert "history restore" in found["advice"]

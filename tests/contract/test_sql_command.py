"""Questions in SQL as a person asks them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from openvoy.cli.app import run
from openvoy.model.records import Batch
from openvoy.store import HistoryStore
from tests.unit.store.records import START, energy


@pytest.fixture
def history(tmp_path: Path) -> Path:
    async def fill() -> None:
        store = await HistoryStore.open(tmp_path)
        await store.write(Batch(energy=(energy(START, 1.0),)))
        await store.close()

    asyncio.run(fill())
    return tmp_path


@pytest.mark.parametrize("query", ["show tables", "SHOW TABLES;", " Show\n Tables "])
def test_tables_are_named_once(history: Path, capfd: pytest.CaptureFixture[str], query: str) -> None:
    assert run(["history", "sql", query, "--data", str(history), "--json"]) == 0
    names = [row["name"] for row in json.loads(capfd.readouterr().out)]
    assert names == sorted(set(names))
    assert {"energy", "power", "inverter_report", "device"} <= set(names)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT solar_w FROM energy", '"solar_wh"'),
        ("SELECT * FROM energi", 'Did you mean "energy"?'),
        ("SELECT max(time FROM energy", "syntax error"),
    ],
)
def test_a_name_that_is_wrong_is_answered_with_those_that_there_are(
    history: Path, capfd: pytest.CaptureFixture[str], query: str, told: str
) -> None:
    assert run(["history", "sql", query, "--data", str(history)]) == 2
    error = capfd.readouterr().err
    assert told in error
    assert "LINE 1" not in error

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


@pytest.mark.parametrize("query", ["show tables", "SHOW TABLES;", " Show\n Tables "])
def test_tables_are_named_once(tmp_path: Path, capfd: pytest.CaptureFixture[str], query: str) -> None:
    async def fill() -> None:
        store = await HistoryStore.open(tmp_path)
        await store.write(Batch(energy=(energy(START, 1.0),)))
        await store.close()

    asyncio.run(fill())
    assert run(["history", "sql", query, "--data", str(tmp_path), "--json"]) == 0
    names = [row["name"] for row in json.loads(capfd.readouterr().out)]
    assert names == sorted(set(names))
    assert {"energy", "power", "inverter_report", "device"} <= set(names)

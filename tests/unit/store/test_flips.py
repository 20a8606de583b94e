"""One bit changes somewhere in the files of a history that was not closed: nothing of it is lost."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from openvoy.model.records import Batch
from openvoy.store.opening import FILE_NAME
from tests.unit.store.records import START, energy, event, everything, minute, opened, power

MINUTES = 60
FLIPS = 8


@pytest.fixture
async def unclosed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history as a killed process leaves it: some in the file, some in its log, all in the journal."""
    folder, left = tmp_path_factory.mktemp("open"), tmp_path_factory.mktemp("left") / "history"
    async with opened(folder) as store:
        await store.write(everything(START))
    async with opened(folder) as store:
        for number in range(1, MINUTES):
            at = minute(number)
            batch = Batch(power=(power(at, float(number)),), energy=(energy(at, number),), events=(event(at),))
            await store.write(batch)
        await store.read_events(limit=1)  # what was acknowledged is in the log from here on
        shutil.copytree(folder, left)
    assert (left / f"{FILE_NAME}.wal").stat().st_size > 1000
    return left


@pytest.mark.parametrize("name", [f"{FILE_NAME}.wal", FILE_NAME, "journal"])
@pytest.mark.sample(1)
async def test_a_flipped_bit_anywhere_loses_nothing(tmp_path: Path, unclosed: Path, name: str) -> None:
    chance = random.Random(name)
    for number in range(FLIPS):
        folder = tmp_path / str(number)
        shutil.copytree(unclosed, folder)
        file = folder / name if name != "journal" else next((folder / name).glob("*.log"))
        content = bytearray(file.read_bytes())
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        content[place] ^= 1 << bit
        file.write_bytes(content)
        async with opened(folder) as store:
            found = await store.read_power(start=minute(1), end=minute(MINUTES), step_s=60)
            rows = await store.read_energy_rows(start=minute(1), end=minute(MINUTES))
            events = await store.read_events(limit=1000)
            await store.write(everything(minute(MINUTES)))
            assert store.set_aside or name != "journal", "what is not lost is told all the same"
        assert found["solar_w"] == [float(minute) for minute in range(1, MINUTES)], (place, bit)
        assert [row.solar_wh for row in rows] == [float(minute) for minute in range(1, MINUTES)], (place, bit)
        assert len([one for one in events if one.kind == "test"]) == MINUTES, (place, bit)

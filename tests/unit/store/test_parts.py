"""A time accounted anew in parts: the old or the new history, never a mixture, whenever the process ends."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from openvoy.errors import StorageError
from openvoy.model.counters import CounterSource
from openvoy.model.records import Batch, DeviceEnergyRecord, PhaseEnergyRecord, PowerRecord, StepRecord
from openvoy.store import HistoryStore, tables
from openvoy.store.changes import Change, Part, Span, parse_change, parse_part, render_change
from openvoy.store.journal import Journal, read_segment, render_record, segments
from openvoy.store.opening import FILE_NAME
from openvoy.store.parts import read_parts
from openvoy.store.rows import build_drafts
from openvoy.store.sealing import MANIFESTS
from openvoy.store.times import second
from tests.unit.store.records import GATEWAY, SECOND, START, energy, made_once, opened, power
from tests.unit.store.test_sealing import sealed

SOURCE = CounterSource(quantity="solar", endpoint="meters", block="all", device="7")
DAYS = 70
"""From May until July: two months are sealed."""
PART_DAYS = 20
KINDS = {"energy": "solar_wh", "device_energy": "energy_wh", "phase_energy": "delivered_wh", "steps": "added_wh"}
END = START + timedelta(days=DAYS)
OLD, NEW = 1000.0, 5000.0


def batch_of(days: Sequence[int], base_wh: float, gateway: str = GATEWAY) -> Batch:
    moments = [(START + timedelta(days=day), base_wh + day) for day in days]
    return Batch(
        energy=tuple(energy(at, wh, gateway=gateway) for at, wh in moments),
        steps=tuple(
            StepRecord(gateway=gateway, at=at, source=SOURCE, step="wrap", added_wh=wh, rules_version=1)
            for at, wh in moments
        ),
        device_energy=tuple(
            DeviceEnergyRecord(gateway=gateway, at=at, kind="inverter", serial="1", energy_wh=wh) for at, wh in moments
        ),
        phase_energy=tuple(
            PhaseEnergyRecord(gateway=gateway, at=at, eid=7, channel=1, delivered_wh=wh) for at, wh in moments
        ),
    )


def parts_of(base_wh: float = NEW) -> list[Batch]:
    return [batch_of(days, base_wh) for days in (range(DAYS)[at : at + PART_DAYS] for at in range(0, DAYS, PART_DAYS))]


async def filled(folder: Path) -> None:
    await made_once(fill, folder)


async def fill(folder: Path) -> None:
    async with opened(folder) as store:
        for gateway in (GATEWAY, SECOND):
            await store.write(batch_of(range(DAYS), OLD, gateway))
        # Powers that are later have the months before them sealed.
        await store.write(Batch(power=(PowerRecord(gateway=GATEWAY, at=END, interval_s=60, solar_w=1.0),)))


async def base_of(store: HistoryStore, gateway: str = GATEWAY) -> float:
    """What the rows of a gateway count from; all of them, of every kind, or it fails."""
    bases = set()
    for kind, value in KINDS.items():
        found = await store.read_rows(kind, start=START, end=END, gateway=gateway)
        days = [round((float(str(at)) - START.timestamp()) / 86_400) for at in found["at"]]
        assert days == list(range(DAYS)), kind
        bases |= {float(str(wh)) - day for day, wh in zip(days, found[value], strict=True)}
    (base_wh,) = bases
    return base_wh


def copy(folder: Path, beside: Path) -> None:
    """Copy a history that is open; where a month was sealed meanwhile, anew: a process ends at one moment."""
    while True:
        shutil.rmtree(beside, ignore_errors=True)
        with contextlib.suppress(shutil.Error):
            shutil.copytree(folder, beside)
            return


async def kept(folder: Path, beside: Path) -> float:
    """What a history has whose process ends now, and what it has once its database is lost as well."""
    copy(folder, beside)
    async with opened(beside) as store:
        found = await base_of(store)
        assert await base_of(store, SECOND) == OLD
    (beside / FILE_NAME).unlink()
    (beside / f"{FILE_NAME}.wal").unlink(missing_ok=True)
    async with opened(beside) as store:
        assert await base_of(store) == found
        assert await base_of(store, SECOND) == OLD
    return found


async def put(store: HistoryStore, count: int) -> None:
    await store.put_parts(gateway=GATEWAY, start=START, end=END, count=count)


async def test_until_all_parts_are_put_in_place_history_is_as_it_was(tmp_path: Path) -> None:
    await filled(tmp_path / "data")
    async with opened(tmp_path / "data") as store:
        for number, batch in enumerate(parts_of()):
            await store.write_part(batch, gateway=GATEWAY, number=number)
            assert await base_of(store) == OLD
        assert await kept(tmp_path / "data", tmp_path / "beside") == OLD
        before = await store.read_last_sequence("energy")
        await put(store, len(parts_of()))
        assert await base_of(store) == NEW
        assert await kept(tmp_path / "data", tmp_path / "beside") == NEW
        followed = await store.read_since("energy", before, limit=999)
        assert list(followed["seq"]) == list(range(before + 1, before + DAYS + 1))
    async with opened(tmp_path / "data") as store:
        assert await base_of(store) == NEW
        await store.write(batch_of([DAYS], NEW))
        newest = await store.read_last_energy(GATEWAY)
        assert newest is not None
        assert newest.solar_wh == NEW + DAYS


async def test_parts_that_were_never_put_in_place_count_no_more(tmp_path: Path) -> None:
    """A first attempt that died leaves more parts than the second has; a third gateway's are between them."""
    await filled(tmp_path)
    async with opened(tmp_path) as store:
        for number in range(7):
            await store.write_part(batch_of([number], 9000.0), gateway=GATEWAY, number=number)
    async with opened(tmp_path) as store:
        for number, batch in enumerate(parts_of()):
            await store.write_part(batch, gateway=GATEWAY, number=number)
            await store.write_part(batch_of([number], 8000.0), gateway=f'a "{SECOND}"', number=number)
        await put(store, len(parts_of()))
        assert await base_of(store) == NEW
        assert await base_of(store, SECOND) == OLD


async def test_a_part_that_lacks_leaves_the_old_history_and_is_told(tmp_path: Path) -> None:
    await filled(tmp_path)
    async with opened(tmp_path) as store:
        for number, batch in enumerate(parts_of()):
            await store.write_part(batch, gateway=GATEWAY, number=number)
        damage_newest(tmp_path / "journal")
        with pytest.raises(StorageError, match="of 4 parts in which its new energies came, 3 can be read") as told:
            await put(store, len(parts_of()))
        assert "The history is as it was" in told.value.hint
        assert await base_of(store) == OLD
        for number, batch in enumerate(parts_of()):
            await store.write_part(batch, gateway=GATEWAY, number=number)
        await put(store, len(parts_of()))
        assert await base_of(store) == NEW


def damage_newest(journal: Path) -> None:
    """Have both copies of the newest record be unreadable."""
    newest = segments(journal)[-1]
    lost_bytes = 2 * len(render_record(read_segment(newest).records[-1]))
    content = newest.read_bytes()
    newest.write_bytes(content[:-lost_bytes] + bytes(lost_bytes))


@pytest.mark.parametrize("lost", [(), MANIFESTS], ids=["a month without rows", "a month whose manifest is lost"])
async def test_a_database_made_anew_keeps_what_came_after_a_time_was_accounted_anew(
    tmp_path: Path, lost: Sequence[str]
) -> None:
    """July has seen it, May or June has not: what July has since is not taken for what is to be replaced."""
    rows = Batch(energy=tuple(energy(START + timedelta(days=day), float(day)) for day in (1, 70)))
    late = energy(START + timedelta(days=75), 75.0)
    async with opened(tmp_path) as store:
        await store.write(batch_of((1, 70), OLD))
        await store.replace_energy(gateway=GATEWAY, start=START, end=START + timedelta(days=90), batch=rows)
        await store.write(Batch(energy=(late,), power=(power(START + timedelta(days=120), 1.0),)))
        await sealed(store)
    for name in lost:
        (tmp_path / "sealed" / "month=2024-05" / name).unlink()
    (tmp_path / FILE_NAME).unlink()
    async with opened(tmp_path) as store:
        found = await store.read_energy_rows(start=START, end=START + timedelta(days=99), gateway=GATEWAY)
    assert found == [*rows.energy, late]


def test_of_parts_the_rows_of_what_is_replaced_are_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([render_change(Change(drafts=build_drafts(batch_of(range(9), NEW)), part=Part(GATEWAY, 0)))])
    pieces = [
        Span(GATEWAY, *(second(START + timedelta(days=day)) for day in bounds)) for bounds in ((0, 2), (5, 6), (8, 9))
    ]
    (rows,) = read_parts(journal, 2, Change(replaced=pieces, parts=1))
    journal.close()
    assert [draft.values[0] for draft in rows[tables.ENERGY]] == [
        second(START + timedelta(days=n)) for n in (0, 1, 5, 8)
    ]


async def test_rows_of_a_later_part_replace_those_of_an_earlier_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write_part(batch_of(range(9), OLD), gateway=GATEWAY, number=0)
        await store.write_part(batch_of(range(7, DAYS), NEW), gateway=GATEWAY, number=1)
        await store.write_part(batch_of(range(7), NEW), gateway=GATEWAY, number=2)
        await put(store, 3)
        assert await base_of(store) == NEW
        assert await store.read_last_sequence("energy") == 9 + DAYS


async def test_the_journal_lets_go_of_parts_once_they_are_in_place_or_left(tmp_path: Path) -> None:
    """Those of a process that died go at the next start; those in use stay as they are."""
    await filled(tmp_path)
    async with opened(tmp_path) as store:
        await store.write_part(parts_of()[0], gateway=GATEWAY, number=0)
        await store.write_part(parts_of()[1], gateway=GATEWAY, number=1)
        assert parts_in(tmp_path) == 2
        await store.drop_parts()
        await sealed(store)
        assert parts_in(tmp_path) == 0
        await store.write_part(parts_of()[0], gateway=GATEWAY, number=0)
    assert parts_in(tmp_path) == 1
    async with opened(tmp_path) as store:
        await sealed(store)
        assert parts_in(tmp_path) == 0
        for number, batch in enumerate(parts_of()):
            await store.write_part(batch, gateway=GATEWAY, number=number)
        await put(store, len(parts_of()))
    for _ in range(3):
        async with opened(tmp_path) as store:
            await base_of(store)
            await store.write_meta("noted", "yes")
    assert parts_in(tmp_path) == 0
    assert await kept(tmp_path, tmp_path.with_name("beside")) == NEW


def parts_in(folder: Path) -> int:
    contents = [record.content for file in segments(folder / "journal") for record in read_segment(file).records]
    return sum(parse_part(content) is not None for content in contents)


def test_who_knows_no_parts_finds_nothing_in_them() -> None:
    span = Span(GATEWAY, second(START), second(END))
    part = Change(drafts=build_drafts(batch_of([1], NEW)), part=Part('1"2', 3))
    found = parse_change(render_change(part))
    assert (found.part, {table: rows for table, rows in part.drafts.items() if rows}) == (part.part, found.drafts)
    assert parse_part(render_change(part)) == part.part
    whole = Change(replaced=(span,), parts=4)
    assert parse_change(render_change(whole)) == whole
    for change in (whole, Change(drafts=part.drafts), Change(note=("part", '{"part":["1",2]'))):
        assert parse_part(render_change(change)) is None


def test_the_journal_holds_files_that_came_since_it_was_opened(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([b"a", b"b"])
    journal.close()
    journal = Journal(tmp_path / "journal")
    for contents in ([b"c", b"d"], [b"e"]):
        journal.append(contents)
        journal.turn()
    journal.hold(2)
    assert not any(map(journal.holds, journal.closed_segments()))
    journal.hold(4)
    assert [journal.holds(file) for file in journal.closed_segments()] == [False, True, False]
    journal.release()
    assert not any(map(journal.holds, journal.closed_segments()))


PUTTER = """
import asyncio, sys
from pathlib import Path
from openvoy.store import HistoryStore
from tests.unit.store.test_parts import parts_of, put
from tests.unit.store.records import GATEWAY

async def main(folder):
    store = await HistoryStore.open(folder)
    for number, batch in enumerate(parts_of()):
        await store.write_part(batch, gateway=GATEWAY, number=number)
        print(number, flush=True)
        sys.stdin.readline()
    await put(store, len(parts_of()))

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize(("line", "bases"), [("1", {OLD}), ("within", {OLD, NEW})])
def test_killed_at_any_moment_it_is_the_old_or_the_new_history(tmp_path: Path, line: str, bases: set[float]) -> None:
    asyncio.run(filled(tmp_path / "data"))
    with subprocess.Popen(
        [sys.executable, "-c", PUTTER, str(tmp_path / "data")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        for number, said in enumerate(process.stdout, 1):
            if said.strip() == line:
                break
            process.stdin.write("\n")
            process.stdin.flush()
            if line == "within" and number == len(parts_of()):
                break
        process.kill()
    assert asyncio.run(kept(tmp_path / "data", tmp_path / "beside")) in bases

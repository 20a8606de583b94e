from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from openvoy.errors import StorageError
from openvoy.model.records import Batch
from openvoy.store import HistoryStore, Limits
from openvoy.store.database import fault_of, open_database
from openvoy.store.faults import Fault, StoreFault
from tests.unit.store.records import START, everything, minute, opened, power


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), Fault.CLOSED),
        (duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block"), Fault.MEMORY),
        (duckdb.IOException('IO Error: Could not set lock on file "h": Conflicting lock is held'), Fault.LOCKED),
        (duckdb.Error("Resource In Use Error: Unique file handle conflict: Cannot attach"), Fault.LOCKED),
        (duckdb.TransactionException("Failed to commit: No space left on device"), Fault.FULL),
        (duckdb.IOException('IO Error: Cannot open file "h": Permission denied'), Fault.FORBIDDEN),
        (duckdb.IOException('IO Error: Cannot open file "h": Read-only file system'), Fault.READ_ONLY),
        (duckdb.IOException("Trying to read a database file with version number 99"), Fault.NEWER),
        (duckdb.Error("Corrupt database file: computed checksum 1 does not match stored checksum 2"), Fault.CORRUPT),
        (duckdb.IOException("IO Error: Could not read enough bytes from file"), Fault.CORRUPT),
        (duckdb.SerializationException("Serialization Error: Failed to deserialize"), Fault.CORRUPT),
        (duckdb.ConversionException("Conversion Error: Could not cast value"), Fault.BAD_VALUE),
        (duckdb.OutOfRangeException("Out of Range Error: Overflow"), Fault.BAD_VALUE),
        (duckdb.ConstraintException("Constraint Error: NOT NULL constraint failed"), Fault.BAD_VALUE),
        (duckdb.IOException("IO Error: Input/output error"), Fault.OTHER),
        (duckdb.CatalogException("Catalog Error: Table does not exist"), Fault.OTHER),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_what_an_error_of_the_library_means(error: duckdb.Error, fault: Fault) -> None:
    assert fault_of(error) is fault


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_says_what_helps(fault: Fault) -> None:
    error = StoreFault(fault, "History: it failed.")
    assert isinstance(error, StorageError)
    assert (error.exit_code, str(error)) == (5, f"History: it failed.\n{fault.value}")
    assert fault.value.endswith(".")


WITHOUT_A_FILE = """
import sys
from pathlib import Path
from openvoy.store.database import open_database
from openvoy.store.limits import Limits

database = open_database(Path(sys.argv[1]), Limits())
with database.reading() as reader:
    for connection in (database._root, database.writer._connection, reader._connection):
        print(connection.execute("SELECT current_setting('enable_progress_bar')").fetchall())
database.close()
"""


def test_the_library_draws_no_bar_on_the_output_of_a_process(tmp_path: Path) -> None:
    """By itself it does where it takes the process for a person's prompt."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_A_FILE, str(tmp_path / "history.duckdb")],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (3 * ["[(False,)]"], "")


async def test_what_the_library_says_ends_as_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for query in ("SELECT unheard", "SELECT 1 FROM unheard", "nonsense"):
            with pytest.raises(StorageError) as told:
                await store.ask(query)
            assert told.value.message.endswith((".", "!", "?")), told.value.message


async def test_a_session_that_is_used_again_sees_the_present_and_none_of_a_persons_views(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(everything(START))
        _, before = await store.ask("SELECT gateway, time FROM power")
        database = store._writer.database()
        with database.reading() as session:
            first = session
            names = [name for name, *_ in session.rows("DESCRIBE power")]
            assert (len(before), "gateway_id" in names, "gateway" in names) == (1, True, False)
        await store.write(everything(minute(1)))
        assert len((await store.ask("SELECT * FROM power"))[1]) == 2
        with database.reading() as session:
            assert session is first


async def test_a_session_in_which_something_failed_is_not_used_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(everything(START))
        database = store._writer.database()
        with pytest.raises(StoreFault), database.reading() as failed:
            failed.rows("SELECT * FROM nowhere")
        with database.reading() as session:
            assert session is not failed


async def test_a_reader_neither_blocks_the_writer_nor_sees_it(tmp_path: Path) -> None:
    async with opened(tmp_path, checkpoint_bytes=100_000) as store:
        await store.write(everything(START))
        await store.read_events(limit=1)
        with store._writer.database().reading() as session:
            count = "SELECT count(*) FROM power"
            assert session.rows(count) == [(1,)]
            for number in range(1, 100):
                await asyncio.wait_for(store.write(everything(minute(number))), 5)
            assert session.rows(count) == [(1,)]
        await store.read_events(limit=1)
        with store._writer.database().reading() as session:
            assert session.rows(count) == [(100,)]


async def test_readers_run_beside_each_other_and_the_writer(tmp_path: Path) -> None:
    halfway = asyncio.Event()

    async def write(store: HistoryStore) -> None:
        for number in range(60):
            await store.write(Batch(power=(power(minute(number), 1.0),)))
            if number == 30:
                await asyncio.wait_for(halfway.wait(), 5)

    async def read(store: HistoryStore) -> int:
        return len((await store.read_power(start=START, end=minute(60), step_s=60))["at"])

    async def keep_reading(store: HistoryStore, writing: asyncio.Task[None]) -> list[int]:
        lengths = []
        while not writing.done():
            lengths.append(await read(store))
            if 0 < lengths[-1] < 60:
                halfway.set()
        return lengths

    async with opened(tmp_path) as store:
        writing = asyncio.create_task(write(store))
        seen = await asyncio.gather(*(keep_reading(store, writing) for _ in range(4)))
        await writing
        assert await read(store) == 60
    for lengths in seen:
        assert lengths == sorted(lengths)
    assert any(0 < length < 60 for lengths in seen for length in lengths)


def test_closing_breaks_off_what_is_being_read(tmp_path: Path) -> None:
    database = open_database(tmp_path / "a.duckdb", Limits())
    started = threading.Event()
    failures: list[Fault] = []

    def read() -> None:
        with database.reading() as session:
            started.set()
            try:
                session.rows("SELECT count(*) FROM range(100_000_000_000) a(i) WHERE i % 7 = 3")
            except StoreFault as fault:
                failures.append(fault.fault)

    reader = threading.Thread(target=read)
    reader.start()
    started.wait(5)
    database.close()
    reader.join()
    assert failures == [Fault.CLOSED]
    with pytest.raises(StoreFault, match="closed"), database.reading():
        pass


async def test_a_defect_of_the_writer_leaves_nobody_waiting(tmp_path: Path) -> None:
    """A job that fails in an unforeseen way ends the thread: what waits and what comes is refused, and said aloud."""
    said: list[threading.ExceptHookArgs] = []
    before, threading.excepthook = threading.excepthook, said.append
    try:
        store = await HistoryStore.open(tmp_path)
        await store.write(everything(START))
        broken = store._writer.run(lambda _: 1 / 0)  # type: ignore[arg-type]
        with pytest.raises(StorageError, match="ended"):
            await asyncio.wrap_future(broken)
        with pytest.raises(StorageError, match="closed"):
            await store.write(everything(START))
        await store.close()
        # The thread says why it ended after it has told those who wait.
        await asyncio.to_thread(store._writer._thread.join, 5)
    finally:
        threading.excepthook = before
    assert [hook.exc_type for hook in said] == [ZeroDivisionError]
    async with opened(tmp_path) as store:
        assert len(await store.read_events(limit=9)) == 1, "what was acknowledged before is in the journal"


async def test_a_damaged_block_is_set_aside_once_it_hinders_writing(tmp_path: Path) -> None:
    """Half of the file's data is overwritten while it is open; appending needs it at the next checkpoint or restart."""
    async with opened(tmp_path) as store:
        columns = {
            "gateway": "1",
            "at": [60.0 * number for number in range(50_000)],
            "solar_w": list(map(float, range(50_000))),
        }
        await store.write_columns("power", columns)
    file = tmp_path / "history.duckdb"
    content = bytearray(file.read_bytes())
    for offset in range(20_000, len(content), 4096):
        content[offset] ^= 0xFF
    file.write_bytes(content)
    async with opened(tmp_path, checkpoint_bytes=1) as store:
        for number in range(3):
            await store.write(everything(minute(number)))
        found = await store.read_events(limit=9)
        assert [event.kind for event in found].count("test") == 3
        (aside,) = store.set_aside
    assert aside.path.read_bytes()[:4096] == content[:4096]

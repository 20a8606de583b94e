"""A process that works with a history and stops at a step of it: killed there, or its disk is full from there on.

A step is each moment in which the program turns to the system for a file of the history: it opens, renames, removes or
makes one; the interpreter tells of them. Where the database's engine writes by itself, the system ends a process whose
file would become longer than it may.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import json
import os
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from openvoy.errors import StorageError
from openvoy.store.backup import copy_history, restore_history
from tests.e2e.store_months import BEGINS, GATEWAY, LARGE, batch_of, opened, read_all, rows_of, settled

STEPS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree"})
END = "the end"

At = int | str
Told = Callable[[str], None]
"""Is told the names of batches that were acknowledged."""
Work = Callable[[Path, Told], Coroutine[Any, Any, None]]


class Stopped(NamedTuple):
    """A folder in which work was stopped, what was acknowledged before, and the step, or that there was none more."""

    folder: str
    acknowledged: list[str]
    step: str


@dataclass
class Steps:
    """Counts the steps below a folder, and stops at one of them: at a number, or at the first that is called so."""

    folder: Path
    at: At
    stop: Callable[[str], None]
    count: int = 0

    def heed(self, event: str, args: tuple[Any, ...]) -> None:
        """Be told by the interpreter of all that it does."""
        if event not in STEPS or not isinstance(args[0], str | bytes | os.PathLike):
            return
        path = os.fsdecode(args[0])
        if path.startswith(f"{self.folder}/"):
            self.count += 1
            step = f"{event} {path.removeprefix(str(self.folder))}"
            if self.at in {self.count, step}:
                self.at = 0
                self.stop(step)


async def write(folder: Path, told: Told, *, names: tuple[str, ...]) -> None:
    """Write batches, and let everything that comes of it be done."""
    async with opened(folder) as store:
        for name in names:
            await store.write(batch_of(name))
            told(name)
        await settled(store)


async def columns(folder: Path, told: Told) -> None:
    """Bring columns, which are kept a second time as a base."""
    async with opened(folder) as store:
        at_s = [86_400.0 * day for day in range(19_800, 19_810)]
        await store.write_columns("device_energy", {"gateway": GATEWAY, "at": at_s, "serial": "c", "energy_wh": at_s})
        await settled(store)


async def rebuild(folder: Path, told: Told) -> None:
    """Make the database anew, or bring it up to date."""
    async with opened(folder) as store:
        await settled(store)


async def backup(folder: Path, told: Told) -> None:
    """Copy the history that is beside."""
    copy_history(folder.parent / "source", folder)


async def restore(folder: Path, told: Told) -> None:
    """Put the history that is beside into the place of another."""
    restore_history(folder.parent / "source", folder, replace=True)


WRITES: Mapping[str, tuple[str, ...]] = {"seal": ("march",), "seal anew": ("late",), "pack": LARGE}
WORK: Mapping[str, Work] = {
    **{name: functools.partial(write, names=names) for name, names in WRITES.items()},
    "columns": columns,
    "rebuild": rebuild,
    "backup": backup,
    "restore": restore,
}


Arm = Callable[[Path, Callable[[str], None]], None]
"""Has the process that it is called in be stopped while it works with a folder; what is given is told the step."""


def kill_at_steps(work: Work, beside: Path, at: At) -> Stopped:
    """Do the work until some step; the process dies at once."""
    return _kill(work, beside, functools.partial(_arm_steps, at=at))


def _arm_steps(folder: Path, told: Told, *, at: At) -> None:
    def die(step: str) -> None:
        told(step)
        os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(Steps(folder, at, die).heed)


def kill_at_size(work: Work, beside: Path, at: At) -> Stopped:
    """Do the work; the system ends the process where a file would become longer than some bytes."""
    return _kill(work, beside, functools.partial(_arm_size, at_bytes=int(at)))


def _arm_size(folder: Path, told: Told, *, at_bytes: int) -> None:
    told(f"a file longer than {at_bytes}")
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (at_bytes, at_bytes))


def _kill(work: Work, beside: Path, arm: Arm) -> Stopped:
    name = f"killed-{len(list(beside.glob('*.told')))}"
    folder, note = beside / name, beside / f"{name}.told"
    if (beside / "before").exists():
        shutil.copytree(beside / "before", folder)
    note.touch()
    child = os.fork()
    if child == 0:
        _live(work, folder, note, arm)
    _, status = os.waitpid(child, 0)
    told = note.read_text().splitlines()
    if os.WIFEXITED(status) and told[-1:] != [END]:
        raise SystemExit(1)  # it has said why
    return Stopped(name, [one for one in told if one in BEGINS], told[-1])


def _live(work: Work, folder: Path, note: Path, arm: Arm) -> NoReturn:
    file = os.open(note, os.O_WRONLY | os.O_APPEND)

    def told(what: str) -> None:
        os.write(file, f"{what}\n".encode())

    try:
        arm(folder, told)
        asyncio.run(work(folder, told))
        told(END)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(1)


class FullDisk:
    """A disk that takes nothing more from some step on, until there is made room."""

    def __init__(self, disk: Path) -> None:
        self.folder = disk / "history"
        self._filler = disk / "filler"
        self._steps = Steps(self.folder, 0, self._fill)
        self.step = END
        sys.addaudithook(self._steps.heed)

    def begin(self, at: At, *, leave_bytes: int = 0) -> None:
        """Count steps from here, or have little room at once where something is to be left."""
        self.step, self._steps.count, self._steps.at = END, 0, at
        if leave_bytes:
            self._fill("from the beginning", leave_bytes=leave_bytes)

    def _fill(self, step: str, *, leave_bytes: int = 0) -> None:
        self.step = step
        file = os.open(self._filler, os.O_WRONLY | os.O_CREAT)
        free = os.fstatvfs(file)
        os.posix_fallocate(file, 0, free.f_bavail * free.f_frsize - leave_bytes)
        os.close(file)

    def make_room(self) -> None:
        """Have room from here on."""
        self._steps.at = 0
        self._filler.unlink(missing_ok=True)


def fill_up_at_steps(what: str, beside: Path, full: FullDisk, at: At) -> Stopped:
    """Do the work on a disk that is full from some step on, and again once there is room."""
    if (beside / "before").exists():
        shutil.copytree(beside / "before", full.folder)
    begin = functools.partial(full.begin, at)
    told = asyncio.run(_write_on(WRITES[what], full, begin) if what in WRITES else _do_again(WORK[what], full, begin))
    return _moved(full, beside, told)


def leave_little(what: str, beside: Path, full: FullDisk, at: At) -> Stopped:
    """Do the work on a disk that has so many bytes left, and again once there is room."""
    shutil.copytree(beside / "before", full.folder)
    begin = functools.partial(full.begin, 0, leave_bytes=int(at))
    return _moved(full, beside, asyncio.run(_do_again(WORK[what], full, begin)))


def _moved(full: FullDisk, beside: Path, told: list[str]) -> Stopped:
    name = f"full-{len(list(beside.glob('full-*')))}"
    shutil.move(full.folder, beside / name)
    return Stopped(name, told, full.step)


async def _do_again(work: Work, full: FullDisk, begin: Callable[[], None]) -> list[str]:
    begin()
    with _saying_what_to_do():
        await work(full.folder, print)
    full.make_room()
    await work(full.folder, print)
    return []


async def _write_on(names: tuple[str, ...], full: FullDisk, begin: Callable[[], None]) -> list[str]:
    """Write on; all that was acknowledged is to be read while there is no room, and all goes on once there is."""
    told = ["january", "february"]
    async with opened(full.folder) as store:
        begin()
        for name in names:
            with _saying_what_to_do():
                await store.write(batch_of(name))
                told.append(name)
        await settled(store)
        assert rows_of(told) == set(await read_all(store)), full.step
        full.make_room()
        await store.write(batch_of("last"))
        assert await settled(store), full.step
        assert rows_of([*told, "last"]) == set(await read_all(store)), full.step
        assert not store.set_aside
    return [*told, "last"]


@contextlib.contextmanager
def _saying_what_to_do() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        if "Free some space" not in error.hint:
            raise


EVERY = "every"


def main(how: str, what: str, beside: Path, ats: Sequence[str]) -> None:
    """Print what was stopped, a line each; at every step, until there is none more, if asked to."""
    if how.startswith("full"):
        full = FullDisk(beside / "disk")
        if (beside / "source").exists():
            shutil.copytree(beside / "source", beside / "disk" / "source")
        stop = {"full": fill_up_at_steps, "full but": leave_little}[how]
        stop_at = functools.partial(stop, what, beside, full)
    else:
        stop_at = functools.partial({"killed": kill_at_steps, "size": kill_at_size}[how], WORK[what], beside)
    for at in itertools.count(1) if ats == [EVERY] else (int(at) if at.isdigit() else at for at in ats):
        stopped = stop_at(at)
        sys.stdout.write(json.dumps(stopped) + "\n")
        sys.stdout.flush()
        if ats == [EVERY] and stopped.step == END:
            return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:])

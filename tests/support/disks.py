"""Small disks of their own that can get full or read-only; only root can mount them."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

__all__ = ["MIB", "failing_disk", "fill_up", "mount", "small_disk"]

MIB = 2**20
DISK_BYTES = 64 * MIB


def mount(*arguments: str) -> bool:
    """Run mount; says whether it could."""
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@pytest.fixture(name="disk")
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(folder)):
        pytest.skip("a disk of its own can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(disk: Path, *, leave_bytes: int) -> Path:
    """Take the room of a disk in memory but for some."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        used = sum(one.stat().st_blocks * 512 for one in disk.rglob("*") if one.is_file())
        file.write(bytes(DISK_BYTES - used - leave_bytes))
    return filler


@contextlib.contextmanager
def failing_disk(image: Path, folder: Path) -> Iterator[Callable[[], None]]:
    """Mount a disk of a file; gives what makes the system find an error on it, upon which it is read-only at once."""
    folder.mkdir(exist_ok=True)
    if not image.exists():
        with image.open("wb") as file:
            file.truncate(DISK_BYTES)
        made = subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", str(image)], capture_output=True, check=False)
        if made.returncode != 0:
            pytest.skip("a disk of a file cannot be made here")
    if not mount("-o", "loop,errors=remount-ro", str(image), str(folder)):
        pytest.skip("a disk of a file can only be mounted by root, with loop devices")
    device = Path(
        subprocess.run(
            ["findmnt", "-no", "SOURCE", str(folder)], capture_output=True, text=True, check=True
        ).stdout.strip()
    )
    trigger = Path("/sys/fs/ext4", device.name, "trigger_fs_error")

    def fail() -> None:
        trigger.write_text("test")

    try:
        if not trigger.exists():
            pytest.skip("this system cannot be made to find an error on a disk")
        yield fail
    finally:
        subprocess.run(["umount", str(folder)], check=True)

"""Single keys from a terminal, while its lines are not waited for."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CTRL_D = "\x04"


@contextmanager
def stop_keys(stopped: asyncio.Event, keys: str) -> Iterator[None]:
    """Set `stopped` when one of `keys` is pressed; without a keyboard nothing happens. The terminal is put back."""
    if os.name != "posix" or not sys.stdin.isatty():
        yield
        return
    import termios  # noqa: PLC0415 - only where there are terminals of this kind
    import tty  # noqa: PLC0415 - as above

    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)
    loop = asyncio.get_running_loop()

    def pressed() -> None:
        text = os.read(file, 64).decode("utf-8", "replace")
        if not text or any(key in text for key in keys):
            stopped.set()

    tty.setcbreak(file)
    loop.add_reader(file, pressed)
    try:
        yield
    finally:
        loop.remove_reader(file)
        termios.tcsetattr(file, termios.TCSADRAIN, before)

"""What commands say and where: results on stdout, everything else on stderr. The only file that names rich."""

from __future__ import annotations

import logging
import os
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from openvoy import codec
from openvoy.errors import OpenvoyError
from openvoy.protocol.redaction import redact

PIPE_WIDTH = 100_000
"""Characters of a line where no terminal folds it; wider than all tables."""


def print_json(value: object) -> None:
    """Print a value as the one JSON document on stdout."""
    print_bytes(codec.encode_json(value, indent=2) + b"\n")


def print_bytes(body: bytes) -> None:
    """Print bytes on stdout exactly as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def drop_output() -> None:
    """Let go of what was to be printed and cannot be, so that it is not tried again at the end."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on stdout; the first column is text, the others are values and stand to the right."""
    from rich.console import Console  # noqa: PLC0415 - costs 50 ms that `--help` and `--json` need not pay
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False)
    for position, column in enumerate(columns):
        # Words in colons or brackets mean something to whoever draws, unless they are said to be text.
        table.add_column(Text(column), justify="right" if position else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    # Who reads a pipe looks for lines: a row is one of them, however wide it is.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)
    console.print(Text(title, style="bold"))
    console.print(table)
    console.print()


_STYLES = {
    "solar": "yellow",
    "grid": "magenta",
    "battery": "green",
    "generator": "red",
    "load": "cyan",
    "title": "bold",
    "dim": "dim",
    "bad": "bold red",
}
"""Colours have one meaning; everything can be read without them."""

Draw = Callable[[Callable[[int, int], Sequence[Sequence[tuple[str, str]]]]], None]
"""Shows what a function of width and height builds."""


@contextmanager
def full_screen() -> Iterator[Draw]:
    """Take the whole terminal and give it back as it was; each picture replaces the one before at once."""
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.live import Live  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(highlight=False)
    with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:

        def draw(build: Callable[[int, int], Sequence[Sequence[tuple[str, str]]]]) -> None:
            lines = build(console.size.width, console.size.height)
            rows = [Text.assemble(*((text, _STYLES.get(about, "")) for text, about in line)) for line in lines]
            picture = Text("\n", no_wrap=True, overflow="ellipsis").join(rows)
            picture.no_wrap, picture.overflow = True, "ellipsis"
            live.update(picture, refresh=True)

        yield draw


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float], None]]:
    """Show how far something is, on stderr, where that is a terminal; gives what is told the share done, 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.progress import Progress  # noqa: PLC0415 - as above

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=1.0)
        yield lambda share: progress.update(task, completed=share)


def amount(count: int, name: str) -> str:
    """Give how many there are of what one is called by `name`: `1 month`, `12 months`."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def say(text: str) -> None:
    """Tell a person something on stderr."""
    sys.stderr.write(redact(text) + "\n")


def show_error(error: OpenvoyError) -> None:
    """Tell what went wrong and what helps, on stderr."""
    say(f"openvoy: {error.message}")
    if error.hint:
        say(textwrap.indent(error.hint, "  "))


def start_logging(level: int) -> None:
    """Send log records of `level` and above to stderr, secrets masked."""
    handler = logging.StreamHandler()
    handler.setFormatter(_RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("openvoy")
    root.handlers[:] = [handler]
    root.setLevel(level)


class _RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))

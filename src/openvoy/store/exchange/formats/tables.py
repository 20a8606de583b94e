"""Files of text, packed by gzip or not: their lines, and the cells of tables. None is in memory as a whole."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, cast

from openvoy.errors import ConfigError
from openvoy.store.exchange.observed import Problem, Reading

Row = tuple[int, list[str]]
"""Number of the line, and its cells."""

_GZIP = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PORTION = 65_536


@contextmanager
def opened(file: Path) -> Iterator[IO[bytes]]:
    """Open what a file holds, unpacked; what goes wrong while it is read is a ConfigError too."""
    try:
        with file.open("rb") as raw:
            is_packed = raw.read(len(_GZIP)) == _GZIP
            raw.seek(0)
            with cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_packed else raw as stream:
                yield stream
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(f"{file} cannot be read: {reason}.", hint="Correct its name, or copy it anew.") from error


def read_head(file: Path, size_bytes: int) -> bytes:
    """Read the first bytes of what a file holds; raise ConfigError."""
    with opened(file) as stream:
        return stream.read(size_bytes)


def decode(head: bytes) -> str:
    """Take the first bytes of a file for UTF-8, or for what spreadsheets on Windows write; it may end in a letter."""
    if head.startswith(_UTF_16):
        return head.decode("utf-16", errors="replace")
    encoding, errors = ("utf-8-sig", "ignore") if _is_utf_8([head]) else ("cp1252", "replace")
    return head.decode(encoding, errors)


def _is_utf_8(portions: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for portion in portions:
            decoder.decode(portion)
    except UnicodeDecodeError:
        return False
    return True


def find_delimiter(text: str) -> str:
    """Find what parts cells: comma, semicolon or tab, whichever parts the first line most often."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


class TextFile:
    """The lines of a file, which is read anew each time that they are asked for."""

    def __init__(self, file: Path) -> None:
        """Find out how its letters are written; raise ConfigError for one that cannot be read to its end."""
        self.file = file
        with opened(file) as stream:
            portions = iter(lambda: stream.read(_PORTION), b"")
            head = next(portions, b"")
            if head.startswith(_UTF_16):
                self._encoding, self._errors = "utf-16", "replace"
            elif _is_utf_8(chain([head], portions)):
                self._encoding, self._errors = "utf-8-sig", "ignore"
            else:
                self._encoding, self._errors = "cp1252", "replace"

    def lines(self) -> Iterator[str]:
        """Give line after line with what ends it."""
        with opened(self.file) as stream, io.TextIOWrapper(stream, self._encoding, self._errors, newline="") as lines:
            yield from lines

    @property
    def is_json(self) -> bool:
        """Whether it begins as an object of JSON does."""
        return next((line.lstrip()[0] for line in self.lines() if line.strip()), "") == "{"


class Table(TextFile):
    """The rows of a file of which each line has cells."""

    def __init__(self, file: Path, reading: Reading) -> None:
        """Find out what parts cells; raise ConfigError."""
        super().__init__(file)
        self._problems: list[Problem] | None = reading.problems
        self.delimiter = find_delimiter(next((line for line in self.lines() if line.strip()), ""))

    def rows(self, begin: int = 0) -> Iterator[Row]:
        """Give the lines after one, by its number, that are not empty.

        Where nothing ends the last line, its last cell may be cut: a wrong number would stay for good, one that is left
        out comes with the whole file. So it is left out, and noted once as a problem, unless quotes end it.
        """
        newest = ""

        def cleaned() -> Iterator[str]:
            nonlocal newest
            for newest in self.lines():
                yield newest.replace("\0", "")

        reader, count = csv.reader(cleaned(), delimiter=self.delimiter), 0
        try:
            for cells in reader:
                trimmed = [cell.strip() for cell in cells]
                if any(trimmed):
                    count += 1
                    if count > 1 and _may_be_cut(newest, trimmed):
                        self._note_cut(reader.line_num, trimmed[-1])
                        trimmed[-1] = ""
                    if reader.line_num > begin:
                        yield reader.line_num, trimmed
        except csv.Error as error:
            raise ConfigError(
                f"{self.file}, line {reader.line_num}: {error}.", hint="A quote before it may have no end: correct it."
            ) from error
        self._problems = None

    def _note_cut(self, line: int, cell: str) -> None:
        if self._problems is not None:
            said = f"nothing ends the file's last line: '{cell[:40]}' may be cut, and is left out"
            self._problems.append(Problem(str(self.file), line, f"{said}; end the line if it is whole"))


def _may_be_cut(line: str, cells: Sequence[str]) -> bool:
    """Whether a file that ends with this line may go on; nobody reads a line of totals."""
    return line[-1] not in '\r\n"' and bool(cells[-1]) and not cells[0].lower().startswith("total")

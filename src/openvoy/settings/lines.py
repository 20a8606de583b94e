"""Where a setting stands: the standard TOML reader does not tell lines, so they are found by a scan of their own.

The scan relies on the text being valid TOML, which the reader has checked before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Key = tuple[str | int, ...]
"""Path of a setting: names, and the position in a list of tables: ("gateway", 0, "host")."""

_PART = r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'"""
_NAME = rf"\s*(?P<name>(?:{_PART})(?:\s*\.\s*(?:{_PART}))*)\s*"
_HEADER = re.compile(rf"\s*(?P<open>\[\[?){_NAME}\]")
_SETTING = re.compile(rf"{_NAME}=")
_TOKEN = re.compile(r"""\"{3}|'{3}|"(?:\\.|[^"\\])*"|'[^']*'|#.*|[\[\]{}]""")


def find_lines(text: str) -> Mapping[Key, int]:
    """Map tables and settings to the numbers of their lines; members of an inline table are not in it."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    for number, line in _statements(text):
        header = _HEADER.match(line)
        if header is not None:
            table = _open_table(_split(header["name"]), counts, is_list=header["open"] == "[[")
            for depth in range(1, len(table) + 1):
                lines.setdefault(table[:depth], number)
            continue
        setting = _SETTING.match(line)
        if setting is not None:
            parts = _split(setting["name"])
            for depth in range(1, len(parts) + 1):
                lines.setdefault((*table, *parts[:depth]), number)
    return lines


def line_of(lines: Mapping[Key, int], key: Key) -> int | None:
    """Find the line of a setting, or of what it stands in; None for the file as a whole."""
    for depth in range(len(key), 0, -1):
        if key[:depth] in lines:
            return lines[key[:depth]]
    return None


def _open_table(parts: list[str], counts: dict[Key, int], *, is_list: bool) -> Key:
    path: Key = ()
    for depth, part in enumerate(parts, start=1):
        path = (*path, part)
        if is_list and depth == len(parts):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _split(name: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, name)]


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines on which something begins: not those inside a list or a text of several lines."""
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not depth and not quote:
            yield number, line
        rest = line
        if not depth and not quote and _HEADER.match(line):
            continue
        while rest:
            if quote:
                _, found, rest = rest.partition(quote)
                quote = "" if found else quote
                continue
            token = _TOKEN.search(rest)
            if token is None:
                break
            rest = rest[token.end() :]
            quote = token[0] if token[0] in ('"""', "'''") else ""
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)

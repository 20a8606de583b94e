"""What is wrong with a text that is no TOML, told with its line and a remedy that fits what stands there."""

from __future__ import annotations

import re
from pathlib import Path

from openvoy.errors import ConfigError

_PLACE = re.compile(r" \(at line (\d+), column \d+\)")
_COMMA = re.compile(r"=\s*[+-]?(\d+),(\d+)\s*(#.*)?$")


def syntax_error(file: Path, text: str, error: Exception, *, example: str) -> ConfigError:
    """Build the error of a text that the reader refused; `example` says how a line of this file looks."""
    found, lines = _PLACE.search(str(error)), text.splitlines()
    line = int(found[1]) if found else len(lines)
    number = _COMMA.search(lines[line - 1]) if 0 < line <= len(lines) else None
    hint = example if number is None else f"Decimals stand after a point: {number[1]}.{number[2]}."
    return ConfigError(f"{file}, line {line}: {str(error).partition(' (at ')[0]}.", hint=hint)

"""Numbers as a screen shows them, read by the rules of its language and compared to the last digit that is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

MARKS = {"en-GB": (".", ","), "de-DE": (",", "."), "fr-FR": (",", "\u202f")}
"""What parts decimals, and what parts thousands."""
SCALES = {
    **{f"{prefix}{unit}": factor for unit in ("W", "Wh") for prefix, factor in (("", 1), ("k", 1e3), ("M", 1e6))},
    **dict.fromkeys(("", "V", "A", "Hz", "°C", "%"), 1.0),
}
UNKNOWN = "–"
NUMBER = re.compile(r"([−+]?[\d.,\u202f]*\d)\s*(\S*)")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A number in its base unit, and what one of its last digit is worth."""

    value: float
    step: float

    def is_of(self, value: float) -> bool:
        """Whether this is the value, rounded to the digits that are shown, of which there are enough."""
        is_exact = abs(self.value - value) <= self.step / 2 * (1 + 1e-6)
        return is_exact and (self.step <= 1 or self.step <= abs(value) / 50)


def parse_shown(text: str, locale: str) -> Shown:
    """Read a number with its unit, of which there is one in the text."""
    (found,) = NUMBER.findall(text.replace("\u00a0", " ").strip())
    decimal, thousands = MARKS[locale]
    digits = found[0].replace(thousands, "").replace("−", "-").replace(decimal, ".")
    scale = SCALES[found[1]]
    places = len(digits.partition(".")[2])
    return Shown(value=float(digits) * scale, step=scale / 10**places)


def is_shown(text: str, value: float | None, locale: str) -> bool:
    """Whether a text is this value; what is not known is a dash and nothing else."""
    if value is None or text.strip() == UNKNOWN:
        return value is None and text.strip() == UNKNOWN
    return parse_shown(text, locale).is_of(value)


def is_moment(text: str, at: datetime) -> bool:
    """Whether a text names this minute: day, year, hour and minute; months have names of their own."""
    day, year, hour, minute = map(int, re.findall(r"\d+", text))
    return (day, year, hour, minute) == (at.day, at.year, at.hour, at.minute)

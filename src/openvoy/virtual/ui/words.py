"""Numbers and times as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

from openvoy.units import scaled

_PREFIXES = ("M", "k", "")
_DIGITS = 3


def render_quantity(value: float | None, unit: str) -> str | None:
    """Render a power or an energy with three digits and the prefix that fits."""
    if value is None:
        return None
    prefix = next((prefix for prefix in _PREFIXES if abs(value) >= scaled(1, prefix)), "")
    number = value / scaled(1, prefix)
    whole_digits = len(str(int(abs(number))))
    digits = max(0, _DIGITS - whole_digits) if prefix else 0
    return f"{number:.{digits}f} {prefix}{unit}".replace("-", "\N{MINUS SIGN}")


def render_time(unix_s: float | str | None) -> str | None:
    """Render a time; 0 is never."""
    try:
        seconds = None if unix_s is None else float(unix_s)
        if seconds is None:
            return None
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC" if seconds > 0 else "never"
    except (ValueError, OverflowError, OSError):
        return str(unix_s)


def render_answer(is_so: bool | None) -> str | None:  # noqa: FBT001 - the answer is all there is
    """Render yes or no."""
    return None if is_so is None else "yes" if is_so else "no"


def render_bars(level: int | None) -> str | None:
    """Render a level of communication."""
    return None if level is None else f"{level} of 5 bars"

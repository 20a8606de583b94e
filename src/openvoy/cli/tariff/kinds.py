"""The kinds of settings of a file of prices."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from openvoy.errors import ConfigError
from openvoy.model.prices import HOLIDAY, YearlyDay
from openvoy.model.prices.plan import DAY_MIN, EVERY_DAY
from openvoy.settings.kinds import wrong
from openvoy.settings.table import Place, Table, did_you_mean

LARGEST = Decimal(1_000_000)
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_YEARLY = re.compile(r"(\d\d)-(\d\d)")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS: dict[str, frozenset[int]] = {
    **{name: frozenset({number}) for number, name in enumerate(_WEEKDAYS)},
    "weekdays": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
    "holidays": frozenset({HOLIDAY}),
    "all": EVERY_DAY,
}


def money(table: Table, name: str) -> Decimal | None:
    """An amount, exactly as it is written."""
    value = table.values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise wrong(table.place.at(name), value, f"{name} = 0.25")
    amount = Decimal(value)
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise table.place.at(name).error(f"{name} is {value}.", "Give an amount below a million.")
    return amount


def positive(table: Table, name: str) -> Decimal | None:
    """An amount that is not below 0."""
    amount = money(table, name)
    if amount is not None and amount < 0:
        raise table.place.at(name).error(f"{name} is {amount}.", "Give an amount of 0 or more.")
    return amount


def clock(table: Table, name: str) -> int | None:
    """A time of the day, in minutes after midnight."""
    value = table.values.get(name)
    if value is None:
        return None
    place = table.place.at(name)
    if not isinstance(value, str):
        raise wrong(place, value, f'{name} = "22:30"')
    found = _CLOCK.fullmatch(value.strip())
    minute = None if found is None else int(found[1]) * 60 + int(found[2])
    if minute is None or minute > DAY_MIN:
        raise place.error(f"{name}: '{value}' is not a time of the day.", 'Write it as "22:30".')
    return minute


def days(table: Table, name: str) -> frozenset[int] | None:
    """Days of the week, weekdays, weekend or holidays, one or a list of them."""
    value = table.values.get(name)
    if value is None:
        return None
    place = table.place.at(name)
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise wrong(place, value, f'{name} = "weekdays" or {name} = ["Sat", "Sun"]')
    return frozenset().union(*(_parse_days(word, place) for word in words))


def _parse_days(word: str, place: Place) -> frozenset[int]:
    wanted = word.strip().lower()
    found = [
        numbers
        for name, numbers in DAYS.items()
        if wanted == name or (name in _WEEKDAYS and wanted in {name[:2], name[:3]})
    ]
    if not found:
        raise place.error(f"{place.name}: '{word}' is no day.", did_you_mean(wanted, DAYS))
    return found[0]


def yearly_day(table: Table, name: str) -> YearlyDay | None:
    """A day of every year."""
    value = table.values.get(name)
    if value is None:
        return None
    place = table.place.at(name)
    found = parse_day(value) if isinstance(value, str) else None
    if found is None or isinstance(found, date):
        raise place.error(f"{name}: '{value}' is not a day of the year.", 'Write month and day: "11-01".')
    return found


def holidays(table: Table, name: str) -> frozenset[YearlyDay | date] | None:
    """Days of every year, or of one."""
    values = table.values.get(name)
    if values is None:
        return None
    place = table.place.at(name)
    if not isinstance(values, list):
        raise wrong(place, values, f'{name} = ["12-25", "2025-05-29"]')
    found = []
    for value in values:
        day = value if type(value) is date else parse_day(str(value))
        if day is None:
            raise place.error(f"{name}: '{value}' is not a day.", 'Write "12-25" for every year, or "2025-05-29".')
        found.append(day)
    return frozenset(found)


def parse_day(text: str) -> YearlyDay | date | None:
    """Parse MM-DD or YYYY-MM-DD; None for anything else."""
    try:
        if found := _YEARLY.fullmatch(text.strip()):
            leap = date(2024, int(found[1]), int(found[2]))
            return leap.month, leap.day
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def parse_currency(text: str) -> str:
    """Check the code of a currency; raise ConfigError."""
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise ConfigError(f"'{text}' is not the code of a currency.", hint="Write its three letters, such as EUR.")
    return text.upper()

"""Puts replacements into texts: under the names where private values stand, and wherever else these occur."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from openvoy.client.capture.places import Place, elements_of, places_of
from openvoy.client.capture.private import SERIAL, Kind, Original, kind_of
from openvoy.client.capture.replacements import bare, folded
from openvoy.client.capture.words import is_own

_LEAST_DISTINCTIVE = 4
_TIME_WITH_ZONE = re.compile(r"(\d:\d\d(?::\d\d)?(?: ?[AP]M)? )(?!UTC\b|GMT\b|AM\b|PM\b)[A-Z]{3,5}\b")
"""Event lists and the pages of 3.x name the zone behind each time: 09:30 PM PDT."""
_AMBIGUOUS = {Kind.TEXT, Kind.PLACE, Kind.IDENTIFIER, Kind.SECRET}


class Mask:
    """Replaces the originals of one recording."""

    def __init__(self, replacements: Mapping[Original, str], *, keep_time_zone: bool = False) -> None:
        """Take what stands for what."""
        self.replacements = replacements
        self.distinctive = tuple(filter(is_distinctive, replacements))
        macs = [original for original in self.distinctive if original.kind is Kind.MAC]
        self._by_text = {folded(original): text for original, text in replacements.items()}
        self._macs = _pattern(macs)
        self._others = _pattern(original for original in self.distinctive if original not in macs)
        self._keeps_zone = keep_time_zone

    def body(self, text: str) -> str:
        """Replace in a body, whose form stays as it is to the last blank."""
        places = places_of(text)
        is_json = places is not None
        pieces, end = [], 0
        for place in elements_of(text) if places is None else places:
            changed = self._value(place)
            if changed is not None:
                between = text[end : place.start]
                pieces += [between if is_json else self.text(between), _written(text, place, changed)]
                end = place.end
        pieces.append(text[end:] if is_json else self.text(text[end:]))
        return "".join(pieces)

    def text(self, text: str) -> str:
        """Replace in any text: what can be told anywhere is replaced everywhere."""
        if self._macs is not None:
            text = self._macs.sub(lambda found: _in_form(self._by_text[bare(found[0])], found[0]), text)
        if self._others is not None:
            text = self._others.sub(lambda found: self._by_text[found[0].lower()], text)
        return text if self._keeps_zone else _TIME_WITH_ZONE.sub(r"\1UTC", text)

    def has_zone_name(self, text: str) -> bool:
        """Whether a time stands there with the short name of the zone."""
        return not self._keeps_zone and _TIME_WITH_ZONE.search(text) is not None

    def _value(self, place: Place) -> str | None:
        """Give what stands in a place afterwards; None where it stays."""
        kind = kind_of(place) if place.is_text or not SERIAL.fullmatch(place.value) else Kind.SERIAL
        exact = None if kind is None else self.replacements.get(Original(kind, place.value))
        if exact is not None:
            changed = _in_form(exact, place.value) if kind is Kind.MAC else exact
        else:
            changed = self.text(place.value) if place.is_text else place.value
        return None if changed == place.value else changed


def is_distinctive(original: Original) -> bool:
    """Whether an original can be told from other text wherever it stands."""
    text = original.text
    if original.kind not in _AMBIGUOUS:
        return True
    return len(text) >= _LEAST_DISTINCTIVE and not is_small_number(text) and (text.isdigit() or not is_own(text))


def is_small_number(text: str) -> bool:
    """Whether a text is a number such as occurs among measured values."""
    return re.fullmatch(r"-?\d{1,5}(\.\d*)?", text) is not None


def pattern_of(original: Original) -> str:
    """Build the expression that finds an original in other text."""
    text = re.escape(original.text)
    if original.kind is Kind.MAC:
        digits = bare(original.text)
        pairs = (digits[place : place + 2] for place in range(0, len(digits), 2))
        return rf"(?<![0-9A-Fa-f]){'[:-]?'.join(pairs)}(?![0-9A-Fa-f])"
    if original.kind is Kind.SERIAL:
        # Long enough to be told inside of other words: 122200000001EIM1.
        return text
    if original.kind is Kind.ADDRESS:
        return rf"(?:(?<=://)|(?<![\w.:])){text}(?!\w|\.\d)"
    return rf"(?<![0-9A-Za-z.]){text}(?![0-9A-Za-z]|\.\d)"


def _pattern(originals: Iterable[Original]) -> re.Pattern[str] | None:
    longest_first = sorted(originals, key=lambda original: -len(original.text))
    return re.compile("|".join(map(pattern_of, longest_first)), re.IGNORECASE) if longest_first else None


def _in_form(replacement: str, found: str) -> str:
    """Write the digits of a hardware address as the original was written."""
    pairs = (replacement[place : place + 2] for place in range(0, len(replacement), 2))
    joined = (found[2] if found[2] in ":-" else "").join(pairs)
    return joined.upper() if found == found.upper() else joined


def _written(text: str, place: Place, changed: str) -> str:
    """Write a value as its document wants it."""
    if text[place.start : place.start + 1] != '"':
        return changed
    return json.dumps(changed, ensure_ascii=text[place.start : place.end].isascii())

"""What stands in the place of private values: the same for the same, of the same form, and unknowable without the key.

A serial number keeps its length, its first four digits (factory and year) and its check digits: Luhn sum modulo 10 and
value modulo 11 are those of the original, so that a check by either passes or fails as before. A million serial numbers
share them, so they tell nothing of the original.
Hardware addresses keep length, separators and case; identifiers and secrets keep length and kind of each character.
Network addresses become those set aside for documents (RFC 5737 and 3849), a time zone one of the same offset from UTC.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from openvoy.client.capture.private import Kind, Original, is_zone

_KEPT_DIGITS = 4
_DOCUMENTS = ("192.0.2.", "198.51.100.", "203.0.113.")
_CHECK = 11
_MAX_TRIES = 1_000_000
_TAIL_DIGITS = 6
_CLASSES = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_HEX_DIGITS = "0123456789abcdef"
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def build_replacements(
    originals: Iterable[Original], *, gateway_serial: str, key: bytes, now: datetime
) -> Mapping[Original, str]:
    """Find a replacement for every original; no two are the same, except time zones, and none is an original."""
    kinds = list(Kind)
    known = sorted(set(originals), key=lambda original: (kinds.index(original.kind), original.text))
    taken = {folded(original) for original in known}
    numbers = dict.fromkeys(Kind, 0)
    by_text: dict[str, str] = {}
    for original in known:
        if folded(original) not in by_text:
            numbers[original.kind] += 1
            candidates = _candidates(original, key, numbers[original.kind], now)
            chosen = next(text for text in candidates if text.lower() not in taken or original.kind is Kind.ZONE)
            by_text[folded(original)] = chosen
            taken.add(chosen.lower())
    serial = by_text.get(gateway_serial)
    if serial is not None:
        by_text[tail_of(gateway_serial)] = tail_of(serial)
    return MappingProxyType({original: by_text[folded(original)] for original in known})


def folded(original: Original) -> str:
    """Make one of what is the same under several spellings."""
    return bare(original.text) if original.kind is Kind.MAC else original.text.lower()


def tail_of(serial: str) -> str:
    """Give the end of a gateway's serial number: its first password, and part of names that it gives itself."""
    return serial[-_TAIL_DIGITS:]


def bare(address: str) -> str:
    """Give the digits of a hardware address."""
    return re.sub("[:-]", "", address).lower()


def _candidates(original: Original, key: bytes, number: int, now: datetime) -> Iterator[str]:
    """Give replacements, the best first."""
    text, numbers = original.text, range(number, number + _MAX_TRIES)
    numbered = {Kind.EMAIL: "user{}@example.com", Kind.HOST: "gateway{}.example", Kind.TEXT: "name {}"}
    if original.kind in numbered:
        return (numbered[original.kind].format(count) for count in numbers)
    if original.kind is Kind.MAC:
        return (f"02{drawn}" for drawn in _drawn(bare(text), _HEX_DIGITS, key, len(bare(text)) - 2))
    builders: dict[Kind, Callable[[], Iterator[str]]] = {
        Kind.SERIAL: lambda: _serials(text, key),
        Kind.ADDRESS: lambda: _addresses(text),
        Kind.PLACE: lambda: _places(text, numbers),
        Kind.ZONE: lambda: iter((_zone(text, now),)),
    }
    return builders.get(original.kind, lambda: _alike(text, key))()


def _drawn(text: str, alphabet: str, key: bytes, length: int) -> Iterator[str]:
    """Draw texts from the key, the original and a counter."""
    for count in range(_MAX_TRIES):
        seed = b""
        while len(seed) < length:
            seed += hmac.digest(key, f"{text.lower()}/{count}/{len(seed)}".encode("utf-8", "surrogatepass"), "sha256")
        yield "".join(alphabet[byte % len(alphabet)] for byte in seed[:length])


def _serials(serial: str, key: bytes) -> Iterator[str]:
    """Give serial numbers whose Luhn sum modulo 10 and value modulo 11 are those of the original."""
    head, length = serial[:_KEPT_DIGITS], len(serial) - _KEPT_DIGITS
    for drawn in _drawn(serial, string.digits, key, length):
        rest = int(drawn)
        rest = (rest + (int(serial) - int(head + drawn)) % _CHECK) % 10**length
        candidate = f"{head}{rest:0{length}}"
        is_checked = _luhn(candidate) == _luhn(serial) and (int(candidate) - int(serial)) % _CHECK == 0
        if is_checked and tail_of(candidate) != tail_of(serial):
            yield candidate


def _luhn(serial: str) -> int:
    digits = [int(digit) for digit in serial]
    return (sum(digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]) + sum(digits[-1::-2])) % 10


def _addresses(text: str) -> Iterator[str]:
    if ipaddress.ip_address(text).version == 4:
        yield from (f"{net}{host}" for net in _DOCUMENTS for host in range(1, 255))
    yield from (f"2001:db8::{number:x}" for number in range(1, _MAX_TRIES))


def _places(text: str, numbers: Iterable[int]) -> Iterator[str]:
    """A number for a number: coordinates of nowhere."""
    if _NUMBER.fullmatch(text):
        return (f"{count}.0" if "." in text else str(count) for count in numbers)
    return (f"place {count}" for count in numbers)


def _zone(text: str, now: datetime) -> str:
    """Give the zone of the same offset, whose names count westward; UTC where it is no whole hour."""
    offset = now.astimezone(ZoneInfo(text)).utcoffset() if is_zone(text) else None
    hours, rest = divmod(timedelta() if offset is None else offset, timedelta(hours=1))
    return "UTC" if rest or not hours else f"Etc/GMT{-hours:+d}"


def _alike(text: str, key: bytes) -> Iterator[str]:
    """Keep length, and of each character whether it is a digit, a small or a big letter, or a sign."""
    is_hex = _HEX.fullmatch(text) is not None
    kept = int(text.isdigit())  # a number does not begin with 0
    for drawn in _drawn(text, string.printable, key, len(text)):
        pairs = zip(text[kept:], drawn[kept:], strict=True)
        yield text[:kept] + "".join(_like(letter, ord(number), is_hex=is_hex) for letter, number in pairs)


def _like(letter: str, number: int, *, is_hex: bool) -> str:
    for letters in _CLASSES:
        if letter in letters:
            usable = letters[:6] if is_hex and letter not in string.digits else letters
            return usable[number % len(usable)]
    return letter if letter.isascii() else "x"

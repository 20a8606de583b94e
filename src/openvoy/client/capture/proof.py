"""The proof that nothing private is left: the finished file is searched for every original, in many spellings."""

from __future__ import annotations

import base64
import binascii
import html
import ipaddress
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from openvoy.client.capture.mask import Mask, pattern_of
from openvoy.client.capture.places import elements_of, places_of
from openvoy.client.capture.private import Kind, Original, find_by_form, kind_of
from openvoy.client.capture.replacements import bare

_LEAST_ENCODED = 6
"""Shorter texts occur in base64 and hex by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Something private that is still there; it does not say what it is."""

    kind: Kind
    where: str
    """Path of the reply, or "" for the file as a whole."""


def find_leaks(file: bytes, mask: Mask) -> tuple[Leak, ...]:
    """Search a finished HAR file for what was to be replaced: everywhere, and the shortest where it stood."""
    unmistakable = [row for row in mask.distinctive if row.kind is Kind.SERIAL or not row.text.isdigit()]
    leaks = [Leak(kind=row.kind, where="") for row in _found(file.decode(), unmistakable)]
    entries = {_path_of(entry): tuple(_texts(entry)) for entry in json.loads(file)["log"]["entries"]}
    everything = "\n".join(_words(text) for texts in entries.values() for text in texts)
    for original in _found(everything, mask.distinctive):
        places = (path for path, texts in entries.items() if any(_found("\n".join(map(_words, texts)), [original])))
        leaks += [Leak(kind=original.kind, where=path) for path in places]
    known = frozenset(text.lower() for text in mask.replacements.values())
    for path, texts in entries.items():
        leaks += [leak for text in (path, *texts) for leak in _in_one(text, path, mask, known)]
    return tuple(dict.fromkeys(leaks))


def _in_one(text: str, where: str, mask: Mask, known: Collection[str]) -> Iterator[Leak]:
    """Look at one text: at private places, and for what has the form of something private and is no replacement."""
    places = places_of(text)
    for place in elements_of(text) if places is None else places:
        kind = kind_of(place)
        if kind is not None and Original(kind, place.value) in mask.replacements:
            yield Leak(kind=kind, where=where)
    texts = [text] if places is None else [place.value for place in places if place.is_text]
    for found in (found for piece in texts for found in find_by_form(piece)):
        if found.text.lower() not in known and bare(found.text) not in known:
            yield Leak(kind=found.kind, where=where)
    if mask.has_zone_name(text):
        yield Leak(kind=Kind.ZONE, where=where)


def _path_of(entry: Any) -> str:
    return f"/{entry['request']['url'].partition('://')[2].partition('/')[2]}"


def _words(text: str) -> str:
    """Give the texts of a document without its numbers, among which anything may occur by chance."""
    places = places_of(text)
    return text if places is None else "\n".join(place.value for place in places if place.is_text)


def _texts(value: Any) -> Iterator[str]:
    """Give every text of an entry, what is wrapped in base64 unwrapped too."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from _texts(member)
        if value.get("encoding") == "base64":
            yield _decoded(value["text"])
    elif isinstance(value, list):
        for row in value:
            yield from _texts(row)
    elif isinstance(value, str):
        yield value
        unescaped = html.unescape(unquote(value))
        if unescaped != value:
            yield unescaped


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("latin-1")
    except binascii.Error:
        return text


def _found(text: str, originals: Collection[Original]) -> Iterator[Original]:
    """Find the originals that are in a text, spelled in any way."""
    lowered = text.lower()
    for original in originals:
        if (
            re.search(pattern_of(original), text, re.IGNORECASE)
            or any(spelling.lower() in lowered for spelling in _encodings(original))
            or any(spelling in text for spelling in _base64_of(original))
        ):
            yield original


def _encodings(original: Original) -> Iterator[str]:
    """Spell an original in other ways; case does not count."""
    text = original.text
    raw = text.encode("utf-8", "surrogatepass")
    plain = {text, text.lower()}
    yield from {quote(text), quote_plus(text), quote(text, safe=""), html.escape(text), json.dumps(text)[1:-1]} - plain
    if len(text) >= _LEAST_ENCODED:
        yield raw.hex()
        yield "".join(f"\\u{ord(letter):04x}" for letter in text if ord(letter) < 2**16)
        yield raw.decode("latin-1").encode("utf-16-le").hex()
    if original.kind is Kind.SERIAL:
        yield from (f"{text[:4]}{sign}{text[4:8]}{sign}{text[8:]}" for sign in " -.")
        yield f"{int(text):x}"
    if original.kind is Kind.MAC and len(bare(text)) == 12:
        yield ".".join(bare(text)[place : place + 4] for place in range(0, 12, 4))
    if original.kind is Kind.ADDRESS and ":" not in text:
        yield f"{int(ipaddress.ip_address(text)):08x}"


def _base64_of(original: Original) -> Iterator[str]:
    """Spell an original in base64, wherever in a longer text it begins."""
    raw = original.text.encode("utf-8", "surrogatepass")
    if len(raw) < _LEAST_ENCODED:
        return
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        # What shares a character with its neighbours cannot be known.
        inner = whole[(0, 2, 3)[shift] : len(whole) - (1 if (shift + len(raw)) % 3 else 0)].decode()
        yield inner
        yield inner.translate(str.maketrans("+/", "-_"))

"""Where values stand in a text: every name and value of a JSON document with its position, elements of XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null|NaN)\b|-?\bInfinity\b', re.DOTALL
)
_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]*)[^<>]*>([^<>]+)</\1>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One name or value of a document."""

    start: int
    end: int
    """With quotation marks, where it has them."""
    name: str
    """The member's name, also for the rows of a list under it."""
    value: str
    """Decoded text, or a number as it is written."""
    is_name: bool = False
    is_text: bool = True


class _Members(list[tuple[str, Any]]):
    """An object as it is written: in its order, and with names that come twice."""


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def places_of(text: str) -> tuple[Place, ...] | None:
    """Find all names and values of a JSON document, in the order of the text; None where it is none."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        root = json.loads(text, object_pairs_hook=_Members, parse_int=_Number, parse_float=_Number)
    except (ValueError, RecursionError):
        return None
    said = list(_walk(root, ""))
    tokens = list(_TOKEN.finditer(text))
    if len(said) != len(tokens):
        return None
    return tuple(
        Place(start=token.start(), end=token.end(), name=name, value=value, is_name=is_name, is_text=token[0][0] == '"')
        for token, (name, value, is_name) in zip(tokens, said, strict=True)
    )


def _walk(value: Any, name: str) -> Iterator[tuple[str, str, bool]]:
    if isinstance(value, _Members):
        for key, member in value:
            yield name, key, True
            yield from _walk(member, key)
    elif isinstance(value, list):
        for row in value:
            yield from _walk(row, name)
    else:
        yield name, value if isinstance(value, str) else json.dumps(value), False


def elements_of(text: str) -> Iterator[Place]:
    """Find the elements of an XML document that hold nothing but text."""
    for match in _ELEMENT.finditer(text):
        yield Place(start=match.start(2), end=match.end(2), name=match[1], value=match[2])

"""The gateway's own words: those by which its replies are declared. A private text of such words says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_type_hints

from openvoy.codec import WireStruct
from openvoy.protocol.registry import REGISTRY

_WORD = re.compile(r"[a-z0-9]+")


@cache
def own_words() -> frozenset[str]:
    """Collect the words of all wire names and of what is said of their values, in lower case."""
    words: set[str] = set()
    seen: set[type] = set()
    for endpoint in REGISTRY.values():
        for text in (endpoint.path, *_texts(endpoint.reply, seen), *_texts(endpoint.request, seen)):
            words.update(_WORD.findall(text.lower()))
    return frozenset(words)


def is_own(text: str) -> bool:
    """Whether a text has nothing but the gateway's own words, and numbers."""
    return all(word in own_words() or word.isdigit() for word in re.findall(r"\w+", text.lower()))


def _texts(shape: Any, seen: set[type]) -> Iterator[str]:
    if isinstance(shape, type) and issubclass(shape, WireStruct):
        if shape not in seen:
            seen.add(shape)
            yield from shape.__struct_encode_fields__
            for hint in get_type_hints(shape, include_extras=True).values():
                yield from _texts(hint, seen)
        return
    for note in getattr(shape, "__metadata__", ()):
        yield note.description or ""
    for inner in get_args(shape):
        yield from _texts(inner, seen)

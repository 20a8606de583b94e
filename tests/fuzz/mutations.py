"""Good replies made bad: each mutation turns the bytes of a reply into others, as a seeded choice has it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Mutation = Callable[[bytes, Random], bytes]

ODD_NUMBERS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e308",
    "9" * 40,
    "9" * 5000,
    "-0",
    "0.1e-400",
    "18446744073709551616",
)
FIRST_DIGIT = re.compile(rb"(?<=[ :,\[-])[0-9]")
ODD_VALUES: Sequence[Any] = (
    None, True, False, 0, -1, 1, 2**31, 2**32 - 4, 2**63, 2**64, -(2**63), 1e15, 1e16, 1e308, 5e-324, 0.1,
    "", "0", "nan", "-inf", "1e999", "12abc", "unknown", "\u0000", "\ud7ff", "ß" * 300, "x" * 5000,
    [], {}, [[]], [{}], [None], {"error": "busy"}, {"a": {"b": {}}}, [1, "a", None, {}],
)  # fmt: skip
PAGES = (
    b"", b" \r\n", b"<html><body>Login</body></html>", b"<!DOCTYPE html>\n", b"null", b"true", b"0", b'""', b"[]",
    b"{}", b"[null]", b"[[]]", b"[{}]", b'{"error":"404 - Not Found"}', b'{"err":503}', b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"\x1f\x8b\x08\x00garbage", b"HTTP/1.1 200 OK\r\n\r\n{}", b"Resource busy, please retry after 30 seconds",
)  # fmt: skip


def flip_bits(body: bytes, random: Random) -> bytes:
    """Flip some bits."""
    changed = bytearray(body)
    for _ in range(random.randint(1, 8)):
        if changed:
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def cut(body: bytes, random: Random) -> bytes:
    """End early, or begin late."""
    at = random.randint(0, len(body))
    return body[:at] if random.random() < 0.8 else body[at:]


def splice(body: bytes, random: Random) -> bytes:
    """Leave a piece out, repeat it, or put it elsewhere."""
    first, second = sorted(random.randint(0, len(body)) for _ in range(2))
    piece = body[first:second][:2000]
    return random.choice((
        body[:first] + body[second:],
        body[:second] + piece + body[second:],
        piece + body,
        body + piece,
    ))  # fmt: skip


def replace_page(body: bytes, random: Random) -> bytes:
    """Say something else altogether."""
    return random.choice(PAGES)


def nest(body: bytes, random: Random) -> bytes:
    """Wrap deeply, with or without an end."""
    depth = random.choice((1, 10, 100, 500, 1000, 5000, 50_000))
    opening, closing = random.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'[{"devices":', b"}]"), (b"<a>", b"</a>")))
    return opening * depth + (body[:1000] or b"0") + closing * (depth if random.random() < 0.5 else 0)


def recode(body: bytes, random: Random) -> bytes:
    """Send it in another encoding."""
    text = body.decode("utf-8", "replace")
    return random.choice((
        text.encode("utf-16"),
        text.encode("utf-8-sig"),
        text.encode("utf-32"),
        text.replace("e", "\u00e9").encode("latin-1", "replace"),
        body.replace(b'"', b"'"),
    ))  # fmt: skip


def swap_number(body: bytes, random: Random) -> bytes:
    """Put a number that is none, or none that can be kept, in the place of one."""
    starts = [found.start() for found in FIRST_DIGIT.finditer(body)]
    if not starts:
        return body
    start = end = random.choice(starts)
    while end < len(body) and body[end : end + 1] in b"0123456789.eE+-":
        end += 1
    odd = random.choice(ODD_NUMBERS).encode()
    return body[:start] + (odd if random.random() < 0.7 else b'"' + odd + b'"') + body[end:]


def change_value(body: bytes, random: Random) -> bytes:
    """Change, drop, double or rename a member somewhere inside."""
    try:
        root = json.loads(body)
    except (ValueError, RecursionError):
        return flip_bits(body, random)
    for _ in range(random.choice((1, 1, 1, 2, 5, 20, 80))):
        _change_one(root, random)
    return json.dumps(root, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _change_one(root: Any, random: Random) -> None:
    holder = root
    while True:
        keys: Sequence[Any] = (
            list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        )
        if not keys:
            return
        key = random.choice(keys)
        value = holder[key]
        if isinstance(value, dict | list) and value and random.random() < 0.85:
            holder = value
            continue
        _change_member(holder, key, random)
        return


def _change_member(holder: Any, key: Any, random: Random) -> None:
    kind = random.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[random.choice(("", "new", "devices", "type", key.upper(), key + " "))] = holder.pop(key)
    elif kind == 2 and isinstance(holder, list) and len(holder) < 200:
        holder.extend([holder[key]] * random.choice((1, 2, 60)))
    elif kind == 3 and isinstance(holder[key], int | float | str):
        holder[key] = str(holder[key]) if not isinstance(holder[key], str) else _odd(random)
    else:
        holder[key] = _odd(random)


def _odd(random: Random) -> Any:
    return copy.deepcopy(random.choice(ODD_VALUES))


def double_key(body: bytes, random: Random) -> bytes:
    """Say a member twice, the second time otherwise."""
    at = body.find(b"{", random.randint(0, max(0, len(body) - 1)))
    colon = body.find(b":", at)
    if at < 0 or colon < 0:
        return body
    value = json.dumps(random.choice(ODD_VALUES)).encode()
    return body[: at + 1] + body[at + 1 : colon + 1] + value + b"," + body[at + 1 :]


MUTATIONS: Sequence[tuple[int, Mutation]] = (
    (10, change_value),
    (3, swap_number),
    (2, flip_bits),
    (1, cut),
    (1, splice),
    (1, double_key),
    (1, recode),
    (1, replace_page),
    (1, nest),
)
"""With how often each is chosen: what still is JSON goes deepest."""


def mutate(body: bytes, random: Random) -> bytes:
    """Make a reply bad in one way, seldom in several."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        weights = [weight for weight, _ in MUTATIONS]
        _, mutation = random.choices(MUTATIONS, weights)[0]
        body = mutation(body, random)[:MOST_BYTES]
    return body


MOST_BYTES = 300_000
"""Larger ones are refused by the transport or cost only time."""

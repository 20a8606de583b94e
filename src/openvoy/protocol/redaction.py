"""Masks secrets in what may be shown: tokens, cookies, passwords and Authorization headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

MASK = "***"

_NAME = (
    r"[\w-]{0,40}(?:passw(?:or)?d|passphrase|secret|authorization|cookie|session[_-]?id|token|jwt|psk"
    r"|(?:api|access|private|wifi|wpa)[_-]?key(?:[_-]?id)?|x-amz-(?:signature|credential))s?"
)
_NAME_ALONE = re.compile(_NAME, re.IGNORECASE)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Whole header lines first: a digest answer has several members that help to guess a password.
    (re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\s*[:=]\s*)(?![\"'])[^\r\n]+"), rf"\1\2{MASK}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"(?i)\bdigest\s+username=[^\r\n]+"), f"Digest {MASK}"),
    (re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}"), MASK),
    (re.compile(r"(?i)(://[^\s/:@]*:)[^\s/@]+@"), rf"\1{MASK}@"),
    (re.compile(rf"(?i)([\"']{_NAME}[\"']\s*:\s*)(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"), rf'\1"{MASK}"'),
    (re.compile(rf"(?i)\b({_NAME}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s&;,\"'}})]+)"), rf"\1{MASK}"),
)


def redact(text: str) -> str:
    """Mask every secret that can be told by its form or by the name before it."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_structure(value: Any) -> Any:
    """Copy plain values with secrets masked: all under a telling name, and what `redact` finds in texts."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {
            key: MASK if item is not None and is_secret_name(str(key)) else redact_structure(item)
            for key, item in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [redact_structure(item) for item in value]
    return value


def is_secret_name(name: str) -> bool:
    """Whether a member, header or option of this name holds a secret."""
    return _NAME_ALONE.fullmatch(name) is not None

"""No tracked file holds a path of somebody's machine, the address of a registry, or a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from tests.architecture.tree import expect_none, tracked_texts

PATTERNS = {
    "a path of somebody's machine": r"(?<![\w.])/(?:root|work|workspace|home/\w+|Users/\w+|opt/\w+)/|[A-Z]:\\\\?Users",
    "the address of a registry": r"index[-]url|python[h]osted|registry\.npm[j]s|pypi\.or[g]/simple|\"resolved\":",
    "a token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}|\bgh[pousr]_\w{30,}|\bAKIA[A-Z0-9]{16}\b|\bxox[bp]-\w{10,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-{5}\s+[\w+/]{20,}",
    "a password in an address": r"\w+://[^\s/:@{}\"'<]+:(?!(?:secret|hunter2)@|[$<{%…*])[^\s/@{}\"'<]+@",
}


def file_violations(files: Iterable[tuple[str, str]]) -> Iterator[str]:
    for path, text in files:
        for what, pattern in PATTERNS.items():
            for match in re.finditer(pattern, text):
                yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match[0][:60]}"


def test_tracked_files_are_clean() -> None:
    expect_none(file_violations(tracked_texts()))


@pytest.mark.parametrize(
    "parts",
    [
        ("cd /", "root/project"),
        ("see '/ho", "me/ann/notes'"),
        ("--extra-index", "-url somewhere"),
        ("https://registry.npm", "js.org/svelte"),
        ('"resol', 'ved": "x"'),
        ("token = ey", "JhbGciOiJFUzI1NiJ9.ey", "JhdWQiOiIxMjM0NTYifQ.c2ln"),
        ("-----BEGIN EC PRIV", "ATE KEY-----\nMHcCAQEEIAAAAAAAAAAAAAAAAAAAAA"),
        ("mqtt://user:xyz", "zy@broker"),
    ],
)
def test_what_must_not_be_tracked_is_found(parts: tuple[str, ...]) -> None:
    assert len(list(file_violations([("a.txt", "\n" + "".join(parts))]))) == 1


@pytest.mark.parametrize("text", ["GET /home", "/home.json", "mqtt://user:secret@broker", "https://envoy.local/auth"])
def test_what_is_harmless_is_not(text: str) -> None:
    assert list(file_violations([("a.txt", text)])) == []
